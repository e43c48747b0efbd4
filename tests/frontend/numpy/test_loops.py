"""Loops of captured functions: one loop in the program, the numbers of NumPy, arrays that keep their aliases."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import isthmus
from isthmus.dialects.mlir import collect, context, operations, run_passes
from isthmus.frontend.numpy.capture import capture

Check = Callable[..., Any]
_ROW = np.arange(1.0, 11.0)


def _size(function: Callable[..., Any], *inputs: Any, static: Any = ()) -> int:
    return len(list(operations(capture(function, inputs, None, context(), static=static).module)))


def _heat(u: Any, n: Any) -> Any:
    w = u[1:-1]
    for _ in range(n):
        w += 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return u.sum()


def _swapping(u: Any, v: Any, n: Any) -> Any:
    for _ in range(n):
        v[1:-1] = 0.5 * (u[2:] + u[:-2])
        u, v = v, u
    return u


def _swapping_while(u: Any, v: Any, n: Any) -> Any:
    t = 0.0
    while t < n:
        v[1:-1] = 0.5 * (u[2:] + u[:-2])
        u, v = v, u
        t += 1
    return u


def _ranges(a: Any, low: Any, high: Any) -> Any:
    s = 0
    for i in range(high, low, -2):
        s = s * 3 + i
    for i in range(low, high, 3):
        for j in range(i):
            s += j
    for i, x in enumerate(a):
        s += i * x
    for x, y in zip(a, a[::-1], strict=True):
        s += x * y
    return s, i


def _converging(u: Any) -> Any:
    change, passes = 1, 0
    while change > 0.001:
        w = u * 0.5
        change = (u - w).max()
        u = w
        passes += 1
    return u, passes


def _leaving(u: Any, x: Any) -> Any:
    s = 0.0
    for i in range(u.shape[0]):
        if u[i] > x:
            break
        if i == 1:
            continue
        s += u[i]
    else:
        s = -1.0
    for i in range(u.shape[0]):
        if u[i] > x:
            return s, u[i]
    return s, 0.0


class _Box:
    def __init__(self, u: Any) -> None:
        self.u, self.n = u, 0

    def step(self) -> None:
        self.u = self.u * 0.5
        self.n += 1


def _held(u: Any, n: Any) -> Any:
    box = _Box(u)
    state: dict[str, Any] = {"t": 0.0, "w": [u, 1]}
    for i in range(n):
        box.step()
        state["t"] += 0.1
        state["w"][1] = state["w"][1] + i
    return box.u, box.n, state["t"], state["w"][1]


def test_loops_do_not_grow_with_their_passes() -> None:
    assert _size(_heat, _ROW, 20, static="n") == _size(_heat, _ROW, 20_000, static="n")
    assert _size(_swapping, _ROW, _ROW, 20, static="n") == _size(_swapping, _ROW, _ROW, 20_000, static="n")


def test_only_what_changes_is_carried() -> None:
    def scale(a: Any, b: Any, n: Any) -> Any:
        k, c = 2.0, np.zeros(3)
        for _ in range(n):
            temporary = a * k
            b[:] = temporary
        return b, c

    module = capture(scale, (_ROW, _ROW, 9), None, context()).module
    run_passes(module, "canonicalize")
    assert [len(loop.results) for loop in collect(module, "scf.for")] == [1]


def test_short_loops_run_in_python_unless_that_makes_too_many_copies() -> None:
    def nested(a: Any) -> Any:
        for i in range(5):
            for j in range(5):
                for k in range(5):
                    a[i] += a[j] * k
        return a

    loops = collect(capture(nested, (np.zeros(5),), None, context()).module, "scf.for")
    assert len(loops) == 1


@pytest.mark.parametrize("static", [(), "n"])
@pytest.mark.parametrize("n", [20, 21])
def test_names_that_swap_arrays_leave_both_right(check: Check, n: int, static: Any) -> None:
    check(_swapping, _ROW, _ROW[::-1].copy(), n, static=static)


def test_views_from_outside_see_what_a_loop_writes(check: Check) -> None:
    check(_heat, _ROW, 20, ulps=4)


def test_arrays_swapped_in_a_while_loop_leave_both_right(check: Check) -> None:
    check(_swapping_while, _ROW, _ROW[::-1].copy(), 7)


def test_an_array_that_a_loop_only_reads_may_become_anothers_content(check: Check) -> None:
    def function(a: Any, b: Any, n: Any) -> Any:
        for _ in range(n):
            old = a.copy()
            a[:] = b
        while n > 0:
            a = b
            n -= 1
        return a, old

    check(function, _ROW, _ROW[::-1].copy(), 3)


def test_arrays_exchanged_under_a_condition_leave_both_right(check: Check) -> None:
    def function(a: Any, b: Any, n: Any) -> Any:
        u, v = a + 1, b * 2
        for i in range(n):
            v[i] += 1
            if i % 2 == 1:
                u, v = v, u
            u[i + 1] = v[i] * 2
        return u, v

    check(function, _ROW, _ROW[::-1].copy(), 9)


def test_a_loop_that_rebinds_a_name_sees_what_is_written_through_a_view(check: Check) -> None:
    def function(a: Any) -> Any:
        view = a[:]
        for i in range(1, 10):
            view[i] = view[i] + 1
            a = np.abs(-a[::-1])
            view[:] = a
        return a

    check(function, _ROW)


def test_a_name_of_one_array_or_another_may_be_read_until_one_is_written(check: Check) -> None:
    def function(a: Any, b: Any, n: Any) -> Any:
        w = a
        if n > 2:
            w = b
        twice = w * 2
        for i in range(4, 20):
            b = b + i
        a[0], b[0] = 7, 8
        return twice, b

    check(function, _ROW, _ROW[::-1].copy(), 3)


def test_ranges_rows_and_pairs_give_numpys_numbers(check: Check) -> None:
    check(_ranges, _ROW, 2, 9, ulps=4)


def test_a_test_that_starts_known_is_still_tested_every_time(check: Check) -> None:
    check(_converging, _ROW)


@pytest.mark.parametrize("x", [3.5, 100.0])
def test_loops_can_be_left(check: Check, x: float) -> None:
    check(_leaving, _ROW, x)


def test_attributes_and_items_are_carried(check: Check) -> None:
    check(_held, _ROW, 12, ulps=2)


def test_explicit_forms_are_loops_in_a_capture_and_python_outside(check: Check) -> None:
    def run(u: Any, n: Any) -> Any:
        u, s = isthmus.loop(n, lambda i, u, s: (u * 0.5 + i, s + u[0]), u, 0.0)
        k, u = isthmus.while_loop(lambda k, u: k < n, lambda k, u: (k + 1, u + 1.0), 0, u)
        return isthmus.cond(n > 2, lambda x: x * 2, lambda x: x - 1, u), s, k

    check(run, _ROW, 20, ulps=4)


def test_what_python_must_know_is_refused_with_line_and_way_out() -> None:
    for function, said in _REFUSED.items():
        with pytest.raises(isthmus.CaptureError, match=said) as caught:
            capture(function, (_ROW, 4), None, context())
        assert "test_loops.py:" in str(caught.value.location) and caught.value.note, said


def _grows(u: Any, n: Any) -> Any:
    found = []
    for i in range(n):
        found.append(u[i])
    return found


def _changes_shape(u: Any, n: Any) -> Any:
    x = u
    for _ in range(n):
        x = np.concatenate([x, u])
    return x


def _raises(u: Any, n: Any) -> Any:
    if n > 3:
        raise ValueError("no")
    return u


def _forgets(u: Any, n: Any) -> Any:
    if n > 3:
        return u


def _recurses(u: Any, n: Any) -> Any:
    return u if n <= 0 else _recurses(u + 1, n - 1)


def _generates(u: Any, n: Any) -> Any:
    return sum(u[i] for i in range(n))


def _branches_apart(u: Any, n: Any) -> Any:
    y = u if n > 3 else u[1:]
    return y * 2


def _written_behind(u: Any, n: Any) -> Any:
    v = np.zeros(10)
    w = u
    if n > 2:
        w = v
    u[0] = 7
    return w


def _written_through_one_of_two(u: Any, n: Any) -> Any:
    v = np.zeros(10)
    old = v
    if n > 2:
        v = np.ones(10)
    v[0] = 7
    return old


def _written_through_a_view(u: Any, n: Any) -> Any:
    view = u[:]
    for i in range(n):
        view[i] = view[i] + 1
        u = np.abs(-u[::-1])
        view[:] = u
    return u


def _written_in_the_next_pass(u: Any, n: Any) -> Any:
    p, q, total = u * 1, u * 2, 0.0
    for _ in range(n):
        p[0] += 1
        total += q[0]
        p = p * 2
        q = p
    return total


def _written_after_no_pass(v: Any, n: Any) -> Any:
    for _ in range(n):
        v = v + 1
    v[0] = 7
    return v


def _exchanged(v: Any, n: Any) -> Any:
    w = v + 1
    for i in range(n):
        w[i] = 1
        if i % 2 == 1:
            v, w = w, v
    return w


_REFUSED: dict[Callable[..., Any], str] = {
    _grows: "'found' grows or shrinks",
    _changes_shape: r"'x' is an array of dtype float64 and shape \(10,\) before the loop",
    _raises: "an exception is raised under a condition",
    _forgets: "the returned value is .* and the Python object None in the other",
    _recurses: "'_recurses' is called too many levels deep",
    _generates: "the number of passes is known to the run alone",
    _branches_apart: "shape",
    _written_behind: "only the run knows whether 'u' written here",
    _written_through_one_of_two: "only the run knows whether 'v' written here",
    _written_through_a_view: "only the run knows whether 'u' written here",
    _written_in_the_next_pass: "only the run knows whether 'p' written here",
    _written_after_no_pass: "only the run knows whether 'v' written here",
    _exchanged: "only the run knows whether 'w' written here",
}
