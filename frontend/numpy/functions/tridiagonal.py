"""Tridiagonal systems as LAPACK solves them: elimination with row exchanges, one loop down and one up.

Stacks of systems that a program has flattened into one long system, with the couplings between them set to zero, are
solved side by side.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ....dialects.mlir import ir
from ..array import Array
from ..scalar import Scalar
from ..storage import Storage
from ..where import error
from .choosing import chosen
from .looping import loop
from .operands import as_array, as_operand, fresh

Rows = tuple[int, ...]


def dgtsv(dl: Any, d: Any, du: Any, b: Any, **_: Any) -> tuple[Any, ...]:
    """Solve one system in f64; a singular matrix gives infinities or NaN, and `info` is 0."""
    kind = np.dtype(np.float64)
    bands = [as_array(band).astype(kind, copy=False) for band in (dl, d, du)]
    right = as_array(b).astype(kind, copy=False)
    n = bands[1].shape[0]
    if [band.ndim for band in bands] != [1, 1, 1] or not isinstance(n, int):
        raise error("'dgtsv' takes vectors whose sizes are known while the function is captured")
    if right.ndim != 1 and right.shape[1:] != (1,):
        raise error("'dgtsv' with several right sides is not supported", note="solve for one after the other")
    lower, upper = _whole(bands[0], n, 1), _whole(bands[2], n, 0)
    shape = _stack(lower, upper, bands[1], right.reshape((n,))) or (n,)
    columns = [band.reshape(shape) for band in (lower, bands[1], upper, right)]
    far, main, near, found = _solved(*columns)
    flat = [one.reshape((n,)) for one in (far, main, near)]
    return flat[0][: n - 1], flat[1], flat[2][: n - 1], found.reshape(right.shape), as_operand(0)


def _whole(band: Array, n: int, first: int) -> Array:
    """Give a band of n - 1 numbers as one of n: what it is cut from, where that has n, or with a zero more."""
    base, spans = band.view.base, band.view.spans
    if isinstance(base, Storage) and base.shape == (n,) and spans[0].offset == first and spans[0].step == 1:
        return Array.of(base.value, band.dtype, (n,))
    made = fresh((n,), 0, band.dtype)
    made[first : first + n - 1] = band
    return made


def _stack(lower: Array, upper: Array, *others: Array) -> Rows | None:
    """Find the shape that all bands were flattened from, when nothing couples the rows of its last axis."""
    sources = [_flattened(one) for one in (lower, upper, *others)]
    shapes = {_static(source) for source in sources}
    shape = shapes.pop()
    if shapes or not shape or not _is_zero_at(sources[0], 0) or not _is_zero_at(sources[1], shape[-1] - 1):
        return None
    return shape


def _static(source: ir.Value | None) -> Rows | None:
    if source is None:
        return None
    kind = ir.RankedTensorType(source.type)
    return tuple(kind.shape) if kind.has_static_shape and kind.rank > 1 and all(kind.shape) else None


def _flattened(band: Array) -> ir.Value | None:
    made = _maker(band.tensor(), "tensor.collapse_shape")
    return made.operands[0] if made else None


def _is_zero_at(source: ir.Value | None, place: int) -> bool:
    """Tell whether zeros were written last at one place of the last axis."""
    made = _maker(source, "tensor.insert_slice")
    if made is None:
        return False
    offsets, sizes = (list(made.attributes[f"static_{name}"]) for name in ("offsets", "sizes"))
    whole = list(ir.RankedTensorType(made.operands[1].type).shape)
    if offsets != [*[0] * (len(whole) - 1), place] or sizes != [*whole[:-1], 1]:
        return False
    filled = _maker(made.operands[0], "linalg.fill")
    constant = _maker(filled.operands[0], "arith.constant") if filled else None
    return constant is not None and ir.FloatAttr(constant.attributes["value"]).value == 0.0


def _maker(value: ir.Value | None, name: str) -> ir.Operation | None:
    owner = None if value is None else value.owner
    if owner is None or isinstance(owner, ir.Block):
        return None
    return owner.operation if owner.operation.name == name else None


def _solved(lower: Array, main: Array, upper: Array, right: Array) -> list[Array]:
    """Solve along the last axis; give the three bands of the eliminated matrix and the solution."""
    count = main.shape[-1]
    far = fresh(main.shape, 0, main.dtype)

    def down(step: Scalar, *state: Array) -> Sequence[Array]:
        far, main, upper, right = state
        other = lower[..., step + 1]
        swaps = np.less(np.abs(main[..., step]), np.abs(other))
        following = main[..., step + 1]
        pick = _picker(swaps)
        pivot, rest = pick(other, main[..., step]), pick(main[..., step], other)
        factor = rest / pivot
        near, after = pick(following, upper[..., step]), pick(upper[..., step], following)
        second, beyond = pick(upper[..., step + 1], 0.0), pick(0.0, upper[..., step + 1])
        value, below = (
            pick(right[..., step + 1], right[..., step]),
            pick(right[..., step], right[..., step + 1]),
        )
        far[..., step], main[..., step], upper[..., step], right[..., step] = second, pivot, near, value
        main[..., step + 1] = after - factor * near
        upper[..., step + 1] = beyond - factor * second
        right[..., step + 1] = below - factor * value
        return state

    def up(step: Scalar, found: Array) -> Sequence[Array]:
        k = count - 3 - step
        rest = found[..., k] - near[..., k] * found[..., k + 1] - beyond[..., k] * found[..., k + 2]
        found[..., k] = rest / pivots[..., k]
        return [found]

    start = [one.copy() for one in (main, upper, right)]
    beyond, pivots, near, found = loop(count - 1, [far, *start], down)
    found[..., -1] = found[..., -1] / pivots[..., -1]
    if count > 1:
        found[..., -2] = (found[..., -2] - near[..., -2] * found[..., -1]) / pivots[..., -2]
    return [beyond, pivots, near, *(loop(count - 2, [found], up) if count > 2 else [found])]


def _picker(condition: Any) -> Callable[[Any, Any], Any]:
    return lambda x, y: chosen(condition, x, y)


LAPACK = {"dgtsv": dgtsv}
"""What traces functions of `scipy.linalg.lapack`, by name: scipy itself is not imported for it."""
