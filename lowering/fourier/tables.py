"""The numbers of the transforms: roots of unity to full precision, as real matrices acting on (re, im)."""

from typing import Any

import numpy as np

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]


def roots(index: Array, length: int, sign: int) -> tuple[Array, Array]:
    """Give cos and sign * sin of 2 pi index / length.

    The index is reduced exactly, in integers, to the first octant, so that every value is correctly rounded to
    about one unit in the last place of f64 whatever the length.
    """
    eighths = (
        (8 * (index.astype(object) % length)) if length > 2**58 else 8 * (index.astype(np.int64) % length)
    )
    octant = eighths // length
    rest = eighths % length
    flipped = octant % 2 == 1
    angle = np.where(flipped, length - rest, rest).astype(np.float64) * (np.pi / 4) / length
    cosine, sine = np.cos(angle), np.sin(angle)
    cosine, sine = np.where(flipped, sine, cosine), np.where(flipped, cosine, sine)
    quarter = ((octant + 0) // 2) % 4
    real = np.choose(quarter.astype(int), [cosine, -sine, -cosine, sine])
    imaginary = np.choose(quarter.astype(int), [sine, cosine, -sine, -cosine])
    return real, sign * imaginary


def rotation(real: Array, imaginary: Array) -> Array:
    """Turn complex factors w[...] into real ones m[p, q, ...] with out[q] = sum over p of in[p] * m[p, q]."""
    return np.stack([np.stack([real, imaginary]), np.stack([-imaginary, real])])


def dft_matrix(length: int, sign: int) -> Array:
    """Give m[p, q, j, k] of the transform of a length: roots of unity to the power j k."""
    index = np.arange(length, dtype=np.int64)
    return rotation(*roots(np.outer(index, index), length, sign))


def twiddles(rows: int, columns: int, sign: int) -> Array:
    """Give m[p, q, k, j]: roots of unity of length rows * columns to the power k j, between two steps."""
    product = np.outer(np.arange(rows, dtype=np.int64), np.arange(columns, dtype=np.int64))
    return rotation(*roots(product, rows * columns, sign))


def chirp(length: int, sign: int) -> tuple[Array, Array]:
    """Give exp(sign i pi j^2 / length), Bluestein's chirp; j^2 is reduced exactly modulo 2 length."""
    index = np.arange(length, dtype=np.int64)
    return roots(index * index % (2 * length), 2 * length, sign)
