"""Rewritten functions, run without a capture, do what the original ones do; their lines are the user's."""

import traceback
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial, wraps
from types import FunctionType
from typing import Any

import numpy as np
import pytest

import isthmus
from isthmus.dialects.mlir import context
from isthmus.frontend.numpy.capture import capture
from isthmus.frontend.numpy.rewrite import rewritten


def _rewritten(function: Callable[..., Any]) -> Callable[..., Any]:
    assert isinstance(function, FunctionType)
    made = rewritten(function)
    assert made is not None
    return made


def _jumps(n: int) -> list[Any]:
    seen: list[Any] = []
    for i in range(6):
        if i == n:
            continue
        for j in range(4):
            if j == 2 and i == 1:
                break
            if i + j > 2 * n:
                return [*seen, "returned"]
            seen.append((i, j))
        else:
            seen.append("no break")
        if i > n + 2:
            break
    else:
        seen.append("all")
    while n > 0:
        n -= 1
        if n == 1:
            break
    else:
        seen.append("counted down")
    return seen


def _attempts(n: int) -> list[Any]:
    seen: list[Any] = []
    for i in range(5):
        try:
            if i == n:
                raise ValueError(i)
            if i == n + 1:
                return seen
        except ValueError as error:
            seen.append(error.args)
            continue
        else:
            seen.append("fine")
        finally:
            seen.append("finally")
        with nullcontext():
            if i == n - 2:
                return [*seen, "inside with"]
    return [*seen, "end"]


def _matches(value: Any) -> Any:
    match value:
        case [first, *_] if first:
            return first
        case {"x": x}:
            y = x + 1
        case _:
            y = None
    return y, not value, 0 < len(value) < 3, "x" in value


@pytest.mark.parametrize("function", [_jumps, _attempts])
@pytest.mark.parametrize("n", range(-1, 6))
def test_jumps_become_flags_that_do_the_same(function: Callable[..., Any], n: int) -> None:
    assert _rewritten(function)(n) == function(n)


@pytest.mark.parametrize("value", [[3], [0, 1], {"x": 4}, {}, "abc"])
def test_match_statements_do_the_same(value: Any) -> None:
    assert _rewritten(_matches)(value) == _matches(value)


def test_defaults_closures_and_keywords_are_kept() -> None:
    factor = 3

    def scale(x: int, /, offset: int = 2, *rest: int, sign: int = -1, **more: int) -> Any:
        return factor * x + offset, rest, sign, more, [y * factor for y in range(x)], (lambda k=offset: k)()

    assert _rewritten(scale)(2) == scale(2)
    assert _rewritten(scale)(2, 3, 4, sign=5, z=6) == scale(2, 3, 4, sign=5, z=6)


class _Private:
    __hidden = 5

    def value(self, n: int) -> int:
        total = self.__hidden
        for __i in range(n):
            total += __i
        return total + super().__sizeof__() * 0


def test_private_names_and_super_keep_their_meaning() -> None:
    assert _rewritten(_Private.value)(_Private(), 12) == _Private().value(12)


def _factorial(n: int) -> int:
    return 1 if n < 2 else n * _factorial(n - 1)


def test_functions_that_call_themselves_are_found() -> None:
    assert _rewritten(_factorial)(5) == 120


def test_lambdas_of_one_line_are_told_apart() -> None:
    first, second = (lambda x: x if x > 1 else -x), (lambda x: x + 100)
    assert [_rewritten(one)(0) for one in (first, second)] == [0, 100]


def test_wrappers_are_not_mistaken_for_what_they_wrap() -> None:
    def doubled(function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def run(*args: Any) -> Any:
            return 2 * function(*args)

        return run

    assert _rewritten(doubled(_factorial))(3) == 12


def _fails(u: Any) -> Any:
    for place in range(3):
        if place == 1:
            raise KeyError("the user's own")
    return u


def test_errors_of_the_user_name_their_own_line() -> None:
    with pytest.raises(isthmus.CaptureError, match='KeyError: "the user\'s own"') as caught:
        capture(_fails, (np.zeros(3),), None, context())
    assert str(caught.value.location).splitlines()[1].strip() == 'raise KeyError("the user\'s own")'
    frames = traceback.extract_tb(caught.value.__cause__.__traceback__)  # type: ignore[union-attr]
    lines = [frame.line for frame in frames if frame.name == "_fails"]
    assert lines == ["for place in range(3):", "if place == 1:", 'raise KeyError("the user\'s own")']


def test_functions_without_source_are_traced_as_they_are() -> None:
    found: dict[str, Any] = {}
    exec("def plain(u): return u + 1\ndef loops(u, n):\n for i in range(n): u = u + i\n return u", found)
    capture(found["plain"], (np.zeros(3),), None, context())
    with pytest.raises(isthmus.CaptureError, match="no source code") as caught:
        capture(found["loops"], (np.zeros(3), 4), None, context())
    assert "isthmus.loop" in str(caught.value.note)


def test_partial_functions_and_methods_are_captured() -> None:
    capture(partial(lambda u, k: u * k, k=2.0), (np.zeros(3),), None, context())
    capture(_Stepper(0.5).step, (np.zeros(3), 20), None, context())


class _Stepper:
    def __init__(self, rate: float) -> None:
        self.rate = rate

    def step(self, u: Any, n: int) -> Any:
        for _ in range(n):
            u = u * self.rate
        return u
