"""Basic and fancy indexing, views and masks: what NumPy reads and writes."""

from collections.abc import Callable
from typing import Any

import numpy as np

Check = Callable[..., Any]
_GRID = np.arange(48.0).reshape(6, 8)
_DIAGONAL = np.eye(6, 8) > 0


def test_slices_of_every_kind_are_read(check: Check) -> None:
    def read(a: Any) -> Any:
        return (
            a[1:-1, ::2],
            a[::-1],
            a[4:1:-2, -1],
            a[..., 3],
            a[None, 2:, None, -3:],
            a[-100:100:3],
            a[2][1:][::-1],
            a[1:][1:, ::3][:, 1:],
            a[2, 3],
            a[-1, -8],
            a[...],
            a[2, ...],
            a[(1, 2)],
        )

    check(read, _GRID)


def test_writes_through_views_reach_the_array(check: Check) -> None:
    def write(a: Any, b: Any) -> Any:
        inner = a[1:-1]
        inner[::2] = 7.0
        inner.T[0] += 100.0
        a.reshape(8, 6)[1] = np.float64(-1.0)
        a.ravel()[5] = 3.5
        a.T[2, 1:3] = b[:2]
        a[::-1][0] *= 2.0
        a[..., None][3, 4] = 9.0
        row = a[4]
        row += row
        row[4:] = row[:4]
        b[:] = a[0]
        return inner, row.copy(), a.swapaxes(0, 1)[3:5, ::-2]

    check(write, _GRID, np.arange(8.0))


def test_parts_of_complex_arrays_are_views(check: Check) -> None:
    def parts(z: Any) -> Any:
        z.real[1:] = 5.0
        z.imag += z.real
        z[0].imag *= 2.0
        return z.real, z.imag, z.conj(), z[0, 1].real, z.T.imag

    check(parts, _GRID + 1j * _GRID[::-1])


def test_arrays_of_indices_are_read_as_numpy_places_them(check: Check) -> None:
    def read(a: Any, i: Any, j: Any) -> Any:
        return (
            a[i],
            a[i, j],
            a[1:4, j],
            a[:, i],
            a[i[:, None], j],
            a[i, 2],
            a[2, j],
            a[None][0, i, ::2],
            a[i, None, j],
            a[1:, ::-2][i, ::2],
            a.T[::3][j // 4, 1:],
            a[[0, 2, 5]],
            a[[5, 4, 3], 1:3],
            a[np.ix_([0, 1], [2, 7])],
            a[[0, 0, 3]],
            a[[[0, 1], [2, 3]], [[4], [5]]],
            a[i[:2].astype(np.uint8)],
        )

    check(read, _GRID, np.array([1, 0, -1, 1]), np.array([3, 3, 7, -8], np.int32))


def test_arrays_of_indices_are_written_in_order(check: Check) -> None:
    def write(a: Any, i: Any, v: Any) -> None:
        a[i] = 1.5
        a[i, i] = v
        a[0, i] += v
        a[:, i] *= 2.0
        a[i[:2, None], i[2:]] = v[:2]
        a[[1, 3, 5]] = v[0]
        a[[4, 4], [1, 1]] = v[:2]
        np.add.at(a, i, 1.0)
        np.add.at(a, (i, i), v)
        np.multiply.at(a, (2, i), v)

    check(write, _GRID, np.array([1, 0, -1, 1]), np.array([10.0, 20.0, 30.0, 40.0]))


def test_masks_select_what_is_read_and_written(check: Check) -> None:
    def write(a: Any, b: Any, m: Any) -> Any:
        inside = a < 20.0
        a[inside] = a[inside] ** 2 + b[inside]
        a[a > 300.0] = 0.0
        a[b > 40.0] -= a[b > 40.0] * 0.5
        a[~inside] *= -1.0
        a[m] = b[0]
        a[1:, m[:3].any() * 2] = 4.0
        a[:, 3:][a[:, 3:] < -30.0] = -30.0
        b[m, 2] = 5.0
        b[(a == 0) | (b == 3)] = 11.0
        return np.sum(b[inside]), b[inside].mean(), b[inside].max(), a[_DIAGONAL]

    check(write, _GRID, _GRID + 3.0, np.array([True, False, True, False, False, True]), ulps=4)


def test_numbers_index_and_bound_slices_at_run_time(check: Check) -> None:
    def read(a: Any, i: int, n: int) -> Any:
        a[i] = a[i - 1] + a[-i]
        a[n:] += 1.0
        total = a[i, n] + a[i][n - 1]
        a[i, n] = total
        return a[i : i + 2], a[:n].sum(), total, a[n:i:-1], a[:, i:n][..., 0]

    check(read, _GRID, 1, 4)


def test_arrays_without_axes(check: Check) -> None:
    def read(a: Any, s: Any) -> Any:
        corner = a[0, 0, ...]
        corner[...] = 5.0
        s[()] = s + a[1, 1]
        return corner, s * 2.0, corner.item() + s.item(), s.reshape(1, 1), a[1, 2].reshape(1)

    check(read, _GRID, np.array(2.0))


def test_views_of_views_of_reshapes(check: Check) -> None:
    def write(a: Any) -> Any:
        cube = a.reshape(2, 3, 8)
        cube[:, 1, ::2] = 1.0
        flat = cube.reshape(-1)
        flat[::7] = -2.0
        cube.transpose(2, 0, 1)[3] += 0.5
        pairs = a.reshape(6, 4, 2)[:, :, 1]
        pairs[1:3] = 8.0
        copied = a.T.reshape(-1)
        copied[:] = 0.0
        return copied, a.squeeze(), a[:1].squeeze(0), a[:1].squeeze(), np.squeeze(a[None])

    check(write, _GRID)
