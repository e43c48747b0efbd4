"""What programs do with arrays and numbers beside arithmetic: attributes, methods, Python's own protocols."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from isthmus.dialects.mlir import context
from isthmus.errors import CaptureError
from isthmus.frontend.numpy import capture

Check = Callable[..., Any]
_GRID = np.arange(48.0).reshape(6, 8)
_TABLE = np.arange(10.0) * 2


def test_attributes_are_numpys(check: Check) -> None:
    def read(a: Any) -> Any:
        b = a.copy()
        b.shape = (48,)
        b[3] = 1
        b.shape = (8, 6)
        b.flat[3] = 7.0
        a.flat = a.T.flat
        sizes = b.shape, b.ndim, b.size, len(b), b.T.shape, b.itemsize, b.nbytes
        return b, sizes, a.flat[2:5], a.mT, a.real, a.imag

    check(read, _GRID)


def test_numbers_read_from_arrays_behave_as_numpys(check: Check) -> None:
    def read(a: Any) -> Any:
        x = a[1, 2]
        parts = x.real, x.imag, x.conj(), abs(-x), x.astype(np.float32), x.item(), x**2, -x // 2, x.copy()
        whole = divmod(x, 3.0), x.sum(), x.max(), x.shape, x.ndim, x.size, np.float32(x), np.int16(x)
        return parts, whole, int(x), float(x), complex(x), bool(x > 3), round(x / 3, 2)

    check(read, _GRID)


def test_methods_are_found_among_the_functions(check: Check) -> None:
    def call(a: Any) -> Any:
        b = a.clip(2, 20)
        b.fill(3)
        reduced = a.sum(0), a.mean(), a.std(axis=1), a.min(), a.argmax(axis=1), a.any(), a.all(), a.var()
        moved = a.take([1, 2], axis=1), a.repeat(2, axis=0), a.diagonal(), a.swapaxes(0, 1), a.flatten()[::-1]
        return reduced, moved, a.cumsum(), a.dot(a.T), a.round(1), b, a.trace(), a.astype(int).tolist()[0]

    check(call, _GRID, ulps=4)


def test_bits_are_viewed_as_another_dtype(check: Check) -> None:
    def view(a: Any, n: Any) -> Any:
        bits = a.view(np.int64) + 0
        same = a.view()
        same[0] = 1.0
        a.view(np.uint64)[2] = 0
        return bits >> 52, n.view(np.float32) * 1, (a > 3).view(np.uint8) + 1

    check(view, _GRID, np.arange(4, dtype=np.int32))


def test_python_iterates_unpacks_and_collects(check: Check) -> None:
    def walk(a: Any) -> Any:
        x, _, z, *rest = a
        numbers = [a[0, 0], a[0, 1]]
        numbers[0] = numbers[0] + 1
        numbers.append(a[2, 0] * 2)
        sums = [row.sum() for row in a[:3]]
        return (
            x + z,
            len(rest),
            np.array(numbers),
            sum(numbers),
            sums,
            {"a": a[0]}["a"],
            list(zip(a[0, :2], a[1], strict=False)),
        )

    check(walk, _GRID)


def test_ordinary_arrays_are_indexed_by_traced_numbers(check: Check) -> None:
    def look(i: int, many: Any) -> Any:
        return _TABLE[i], _TABLE[many], _TABLE[i : i + 2], _TABLE[many[0]]

    check(look, 3, np.array([1, 2, -1]))


def test_rows_are_swapped(check: Check) -> None:
    def swap(a: Any) -> None:
        a[[0, 1]] = a[[1, 0]]
        a[:, 0], a[:, 1] = a[:, 1].copy(), a[:, 0].copy()
        a[2], a[3] = a[3], a[2]

    check(swap, _GRID)


def test_masks_are_arrays_too(check: Check) -> None:
    def compute(a: Any) -> Any:
        m = (a > 3) & (a < 20)
        n = ~m | (a == 4)
        n[0] = True
        n ^= m
        return m, n, m.sum(), n.astype(int), m * 2.5, m + m, a * m, np.count_nonzero(n), not n.any()

    check(compute, _GRID)


def test_integers_change_in_place(check: Check) -> None:
    def compute(n: Any) -> Any:
        n += 1
        n *= 2
        n //= 3
        n %= 5
        n <<= 1
        n |= 1
        n[1:] += n[:-1]
        n **= 2
        n -= n[0]
        return n / 2, n**2, -n, n > 0

    check(compute, np.arange(10))


def test_empty_arrays(check: Check) -> None:
    def compute(a: Any) -> Any:
        return np.zeros((3, 0)).sum(), (a[:0] + 1).sum(), np.ones(0).sum(), a[2:2].shape

    check(compute, _GRID)


def test_a_view_of_another_width_is_refused() -> None:
    with pytest.raises(CaptureError, match="an array of float64 cannot be viewed as float32"):
        capture(lambda a: a.view(np.float32), (_GRID,), None, context())


def test_an_unknown_attribute_is_named() -> None:
    with pytest.raises(CaptureError, match="has no attribute 'frobnicate'"):
        capture(lambda a: a.frobnicate(), (_GRID,), None, context())
