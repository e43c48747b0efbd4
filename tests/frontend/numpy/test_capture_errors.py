"""What cannot be captured is refused at the user's line, in the user's words, with the way out."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from isthmus.dialects.mlir import context
from isthmus.errors import CaptureError
from isthmus.frontend.numpy import capture

_CONSTANT = np.zeros(3)
_GRID = np.ones((4, 5))


def _index(a: Any) -> Any:
    return a[4]


def _index_array(a: Any) -> Any:
    return a[[0, 7]]


def _too_many(a: Any) -> Any:
    return a[0, 1, 2]


def _broadcast(a: Any) -> Any:
    return a + a.T


def _assign(a: Any) -> None:
    a[1:3] = a[:3]


def _ragged(a: Any) -> Any:
    return a + [[1, 2], [3]]  # noqa: RUF005


def _objects(a: Any) -> Any:
    return a + np.array([None, 1.5, "x", 2, 3])


def _number(a: Any) -> Any:
    return "%.3f" % a[0, 0]  # noqa: UP031


def _as_index(a: Any) -> Any:
    return [1, 2, 3][a[0, 0]]


def _constant(a: Any) -> None:
    _CONSTANT[:] = a[0, :3]


def _integer_sum(a: Any) -> None:
    n = a.astype(int)
    n += 0.5


def _selection(a: Any) -> Any:
    return a[a > 0]


def _selection_in_a_row(a: Any) -> Any:
    return a[a > 0] + a[0, :2]


def _two_masks(a: Any) -> None:
    a[a > 0] = a[a > 1]


def _step(a: Any, n: int) -> Any:
    return a[:: n + 0]


def _negative_power(a: Any) -> Any:
    return a.astype(int) ** -1


def _reshape(a: Any) -> Any:
    return a.reshape(3, 7)


def _float_index(a: Any) -> Any:
    return a[a[0, 0]]


def _bits(a: Any) -> Any:
    return a & 1


def _datetimes(a: Any) -> Any:
    return np.isnat(a)


CASES: list[tuple[Callable[..., Any], str]] = [
    (_index, "index 4 is out of bounds for axis 0 with size 4"),
    (_index_array, "index 7 is out of bounds for axis 0 with size 4"),
    (_too_many, "too many indices for array: array is 2-dimensional, but 3 were indexed"),
    (_broadcast, r"could not be broadcast together with shapes \(4, 5\) \(5, 4\)"),
    (_assign, r"could not broadcast input array from shape \(3, 5\) into shape \(2, 5\)"),
    (_ragged, "ragged"),
    (_objects, "arrays of objects cannot be compiled"),
    (_number, "only the run knows"),
    (_as_index, "is no index: expected an integer"),
    (_constant, "written into an array from outside of the captured function"),
    (_integer_sum, "cannot cast ufunc 'add' output"),
    (_selection, "how many elements a boolean index selects"),
    (_selection_in_a_row, "combined with an array"),
    (_two_masks, "different masks|through another"),
    (_negative_power, "integers to negative integer powers are not allowed"),
    (_reshape, r"cannot reshape array of shape \(4, 5\) into shape \(3, 7\)"),
    (_float_index, "is no index: expected an integer"),
    (_bits, "'bitwise_and' not supported"),
    (_datetimes, "isnat"),
]


@pytest.mark.parametrize(("function", "message"), CASES, ids=lambda case: getattr(case, "__name__", ""))
def test_an_error_names_the_line_and_shows_it(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(CaptureError, match=message) as caught:
        capture(function, (_GRID,), None, context())
    line = function.__code__.co_firstlineno
    places = [f"test_capture_errors.py:{line + offset} in {function.__name__}" for offset in (1, 2)]
    assert any(place in str(caught.value) for place in places), str(caught.value)
    assert "\n    " in str(caught.value.location)


def test_the_step_of_a_slice_must_be_known() -> None:
    with pytest.raises(CaptureError, match="step of a slice"):
        capture(_step, (_GRID, 2), None, context())
    capture(_step, (_GRID, 2), None, context(), static=("n",))


def test_read_only_arguments_stay_unwritten() -> None:
    fixed = np.ones(3)
    fixed.flags.writeable = False

    def write(u: Any) -> None:
        u[0] = 1.0

    with pytest.raises(CaptureError, match="'u' cannot be written: the argument is read-only"):
        capture(write, (fixed,), None, context())


def test_what_the_function_raises_is_reported_at_its_line() -> None:
    def refuse(u: Any) -> None:
        raise ValueError("no such scheme")

    with pytest.raises(CaptureError, match="the function raised ValueError: no such scheme") as caught:
        capture(refuse, (_GRID,), None, context())
    assert "in refuse" in str(caught.value)


def test_inputs_must_fit_the_function() -> None:
    def one(u: Any) -> Any:
        return u

    with pytest.raises(CaptureError, match="do not fit"):
        capture(one, (_GRID, _GRID), None, context())
    with pytest.raises(CaptureError, match="'m', which is no parameter"):
        capture(one, (_GRID,), None, context(), static=("m",))
    with pytest.raises(CaptureError, match="dtype"):
        capture(one, (np.array(["a"]),), None, context())
    with pytest.raises(CaptureError, match="cannot be an input"):
        capture(one, (object(),), None, context())


def test_printing_shows_a_placeholder(capsys: pytest.CaptureFixture[str]) -> None:
    def show(u: Any, k: float) -> Any:
        print(u, f"{k}", u[0, 0])
        return repr(u.T)

    capture(show, (_GRID, 2.0), None, context())
    assert "<traced f64[4,5]> <traced f64> <traced f64>" in capsys.readouterr().out


def test_an_escaped_value_is_refused() -> None:
    kept: list[Any] = []

    def leak(u: Any) -> None:
        kept.append(u)

    with pytest.raises(CaptureError, match="leaves a traced value in 'kept', which outlives the capture"):
        capture(leak, (_GRID,), None, context())
