"""Kernels compute what NumPy computes: numbers end to end, for what once went wrong."""

import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import isthmus
from isthmus.errors import CaptureError

LARGE = 130_003
"""Elements of arrays that are shared out among threads."""


def field(size: Any, seed: int = 0) -> Any:
    return np.random.default_rng(seed).uniform(-1, 1, size)


def agrees(function: Callable[..., Any], *inputs: Any, calls: tuple[tuple[Any, ...], ...] = ()) -> None:
    """Compare results and changed arguments with NumPy's, on one thread and on two, called twice each."""
    artifact = isthmus.compile(function, _copies(inputs))
    for threads in (1, 2):
        program = isthmus.load(artifact, threads=threads)
        for arguments in (inputs, *calls, inputs):
            ours, theirs = _copies(arguments), _copies(arguments)
            found, wanted = program(*ours), function(*theirs)
            for have, want in zip(_leaves((found, ours)), _leaves((wanted, theirs)), strict=True):
                np.testing.assert_allclose(have, want, rtol=1e-12, atol=1e-12)


def _copies(inputs: Any) -> tuple[Any, ...]:
    return tuple(one.copy() if isinstance(one, np.ndarray) else one for one in inputs)


def _leaves(value: Any) -> list[Any]:
    if isinstance(value, tuple):
        return [leaf for one in value for leaf in _leaves(one)]
    return [value]


def test_a_short_stage_in_long_tiles_runs_once() -> None:
    def function(c: Any) -> Any:
        c[:] = np.abs(c - c[::-1]) + 1.5
        return np.sin(c[762:461:-1])

    agrees(function, field(1000))


def test_regions_beside_whole_arrays_share_tiles() -> None:
    def function(a: Any, b: Any) -> Any:
        v = a * 2
        v[10:20] = a[10:20] + 1
        v[-30:-3] += b[5:32]
        return v

    agrees(function, field(LARGE), field(LARGE, 1))


def test_elements_are_read_behind_the_stages_that_write_them() -> None:
    def function(a: Any, n: int) -> Any:
        a[:] -= a[:, ::-1] * 0.5
        v = a[19, 0:45] + 1
        a[19, 7] += n
        v = v - a[19, 0:45]
        a[19, 7] += n
        return v - a[19, 0:45]

    agrees(function, field((33, 47)), 10)


def test_an_element_is_read_when_the_loop_has_brought_its_array_home() -> None:
    def function(a: Any, c: Any, n: int) -> Any:
        for _ in range(n):
            a[1:] -= a[:-1] * 0.5
            c[::-1] *= a[::-1] * 2
        c[77] = 0
        return a[480] * 1

    inputs = field(1000), field(1000, 1)
    agrees(function, *inputs, 3, calls=((*inputs, 0), (*inputs, 4)))


def test_turns_of_varying_sizes_follow_their_loop() -> None:
    def function(a: Any, n: int) -> Any:
        for i in range(n):
            a[:i] -= a[:i] * 0.25
        return a.sum()

    agrees(function, field((16, 9)), 10, calls=((field((16, 9)), 0),))


def test_bools_in_strided_parts_are_bytes() -> None:
    def function(a: Any, n: int) -> Any:
        v = (a > 0.25).any(axis=0, keepdims=True)
        for i in range(n):
            if i % 2 == 1:
                v[:, :, 0] = v[:, :, -2]
        return v, v[:, ::2] & (a[:1, ::2] > 0)

    agrees(function, field((9, 11, 17)), 5)


def test_arrays_that_change_places_keep_their_numbers() -> None:
    def function(a: Any, b: Any, n: int) -> Any:
        old = a.copy()
        for t in range(n):
            a, b = b, a
            a[1:-1] = 0.3 * (b[:-2] + b[2:])
            if t % 2 == 0:
                b[0] = a[3]
        return old, a, b

    inputs = field(LARGE), field(LARGE, 1)
    agrees(function, *inputs, 4, calls=((*inputs, 5), (*inputs, 0)))


def test_what_is_read_before_a_fill_is_read_before_it() -> None:
    def function(u: Any, v: Any) -> Any:
        t = u * v + 1
        v[:] = 3
        u[:] = 7
        v[1:-1] = t[1:-1]
        o = u.copy()
        u[:] = v
        v[:] = v[::-1]
        return o, t.sum()

    agrees(function, field(LARGE), field(LARGE, 1))


def test_overlapping_regions_keep_their_order() -> None:
    def function(a: Any, b: Any, c: Any) -> Any:
        b[0:62] = a[1:63] * c[0:62]
        b[2:64] = a[0:62] * a[1:63]
        return b.max()

    agrees(function, field(64), field(64, 1), field(64, 2))


def test_a_loop_sees_its_array_through_views_from_outside() -> None:
    def function(a: Any, n: int) -> Any:
        v = a * 2
        w = v.reshape(3, -1)
        w[2, 1] *= n
        for _ in range(1, n):
            for _ in range(n):
                w[1:-1] = 0.25 * (w[:-2] + w[2:]) + w[1:-1]
        return v, w

    agrees(function, field(15), 10)


def test_bools_that_become_numbers_in_a_loop_are_refused() -> None:
    def function(a: Any, n: int) -> Any:
        for _ in range(n):
            a = np.abs(a[::-1]) / (np.abs(a + a[::-1]) + 1.5)
        return a

    with pytest.raises(CaptureError, match="'a' is"):
        isthmus.compile(function, (field(9) > 0, 3))


def phases(u: Any, v: Any, n: int) -> Any:
    """Take steps of two phases each, and sum."""
    for _ in range(n):
        u[1:-1] = 0.5 * (u[:-2] + u[2:]) - 0.1 * v[1:-1]
        v[1:-1] = 0.5 * (v[:-2] + v[2:]) + 0.1 * u[1:-1]
    return (u * v).sum()


def test_threads_that_share_many_phases_never_race() -> None:
    u, v = field(LARGE), field(LARGE, 1)
    program = isthmus.load(isthmus.compile(phases, (u, v, 10)), threads=2)
    expected = u.copy(), v.copy()
    total = phases(*expected, 10)
    for _ in range(60):
        ours = u.copy(), v.copy()
        assert program(*ours, 10) == pytest.approx(total, rel=1e-10)
        for have, want in zip(ours, expected, strict=True):
            np.testing.assert_array_equal(have, want)


def test_two_programs_run_at_once() -> None:
    u, v = field(LARGE), field(LARGE, 1)
    artifact = isthmus.compile(phases, (u, v, 10))
    expected = u.copy(), v.copy()
    phases(*expected, 10)
    wrong: list[int] = []

    def work() -> None:
        program = isthmus.load(artifact, threads=2)
        for turn in range(15):
            ours = u.copy(), v.copy()
            program(*ours, 10)
            if not all(np.array_equal(a, b) for a, b in zip(ours, expected, strict=True)):
                wrong.append(turn)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    assert not wrong


def test_what_many_numbers_follow_from_is_looked_at_once() -> None:
    def function(x: float, n: int) -> Any:
        f = np.array([x, 1.0])
        for _ in range(n):
            a = f[0]
            for _ in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16):
                a = a * a * 0.25 + a * 0.5 - a * a * a * 0.125
            f = f * 0.5 + a
        return f

    agrees(function, 0.5, 3)


def test_a_while_that_compares_with_what_it_replaces() -> None:
    def function(p: Any, b: Any, tolerance: float) -> Any:
        change = 1.0
        while change > tolerance:
            old = p.copy()
            p[1:-1] = 0.5 * (p[:-2] + p[2:] - b[1:-1])
            change = np.abs(p - old).max()
        return change

    agrees(function, field((20, 20)), 0.01 * field((20, 20), 1), 1e-3)


def test_a_for_that_breaks_when_little_changes() -> None:
    def function(p: Any, b: Any, tolerance: float) -> Any:
        for count in range(500):  # noqa: B007  (the number of turns is the result)
            old = p.copy()
            p[1:-1, 1:-1] = 0.25 * (p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - b[1:-1, 1:-1])
            if np.abs(p - old).max() < tolerance:
                break
        return count

    agrees(function, field((20, 20)), 0.01 * field((20, 20), 1), 1e-4)
