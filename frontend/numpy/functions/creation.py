"""Functions that make arrays: of one number, of nested lists, of places, of sequences of numbers."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..array import Array
from ..elements import real_dtype
from ..reshaping import as_shape
from ..scalar import Scalar, Size
from ..where import error
from .choosing import chosen
from .indices import from_places, lower_band
from .operands import as_array, as_operand, fresh, is_static

_MANY = 16
"""Sequences longer than this are computed where they are used, instead of read from a constant."""


def zeros(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None, like: Any = None) -> Array:
    """Make an array of zeros."""
    return fresh(as_shape(shape), 0, dtype or float)


def ones(shape: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None) -> Array:
    """Make an array of ones."""
    return fresh(as_shape(shape), 1, dtype or float)


def empty(shape: Any, dtype: Any = float, order: str = "C", *, device: Any = None, like: Any = None) -> Array:
    """Make an array of zeros: what is never written must not vary from run to run."""
    return fresh(as_shape(shape), 0, dtype or float)


def ndarray(shape: Any, dtype: Any = float, buffer: Any = None, **options: Any) -> Array:
    """Make an array as `np.ndarray(shape)` does, of zeros."""
    if buffer is not None or options:
        raise error("'numpy.ndarray' with a buffer is not supported", note="use numpy.zeros")
    return fresh(as_shape(shape), 0, dtype)


def full(
    shape: Any, fill_value: Any, dtype: Any = None, order: str = "C", *, device: Any = None, like: Any = None
) -> Array:
    """Make an array of one value, or of values that broadcast."""
    value = as_operand(fill_value)
    return _filled(as_shape(shape), value, value.dtype if dtype is None else dtype)


def _filled(shape: Sequence[Size], value: Any, dtype: Any) -> Array:
    if not getattr(value, "ndim", 0):
        return fresh(shape, value, dtype)
    made = fresh(shape, None, dtype)
    made[...] = value
    return made


def zeros_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Array:
    """Make an array of zeros of another's shape and dtype."""
    return _like(a, 0, dtype, shape)


def ones_like(
    a: Any, dtype: Any = None, order: str = "K", subok: bool = True, shape: Any = None, *, device: Any = None
) -> Array:
    """Make an array of ones of another's shape and dtype."""
    return _like(a, 1, dtype, shape)


def empty_like(
    prototype: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Array:
    """Make an array of zeros of another's shape and dtype."""
    return _like(prototype, 0, dtype, shape)


def full_like(
    a: Any,
    fill_value: Any,
    dtype: Any = None,
    order: str = "K",
    subok: bool = True,
    shape: Any = None,
    *,
    device: Any = None,
) -> Array:
    """Make an array of one value of another's shape and dtype."""
    return _like(a, fill_value, dtype, shape)


def _like(a: Any, value: Any, dtype: Any, shape: Any) -> Array:
    x = as_operand(a)
    wanted = tuple(x.shape) if shape is None else as_shape(shape)
    return _filled(wanted, as_operand(value), x.dtype if dtype is None else dtype)


def array(
    object: Any,
    dtype: Any = None,
    *,
    copy: bool | None = True,
    order: str = "K",
    subok: bool = False,
    ndmin: int = 0,
    like: Any = None,
) -> Array:
    """Make an array of nested lists, numbers or an array; a copy unless told otherwise."""
    if isinstance(object, np.ndarray) and not isinstance(object, np.generic):
        made = Array.constant(np.ascontiguousarray(object).reshape(object.shape))
    else:
        made = as_array(object)
    if dtype is not None:
        made = made.astype(dtype, copy=False)
    if copy or (copy is None and made.view.storage.read_only):
        made = made.copy()
    return made.reshape((1,) * (ndmin - made.ndim) + tuple(made.shape)) if made.ndim < ndmin else made


def asarray(
    a: Any,
    dtype: Any = None,
    order: Any = None,
    *,
    device: Any = None,
    copy: bool | None = None,
    like: Any = None,
) -> Array:
    """Give an array itself, anything else as an array."""
    return array(a, dtype, copy=copy if isinstance(a, Array) or copy else None)


def ascontiguousarray(a: Any, dtype: Any = None, *, like: Any = None) -> Array:
    """Give an array itself where NumPy's lies in row-major order, else a copy."""
    found = asarray(a, dtype)
    found = found.reshape((1,)) if found.ndim == 0 else found
    view = found.view
    is_plain = view.is_box_whole and view.axes == tuple(range(len(view.spans)))
    return found if is_plain else found.copy()


def astype(x: Any, dtype: Any, /, *, copy: bool = True, device: Any = None) -> Any:
    """Convert to a dtype."""
    return as_array(x).astype(dtype, copy=copy)


def arange(*bounds: Any, dtype: Any = None, device: Any = None, like: Any = None, **names: Any) -> Array:
    """Make evenly spaced numbers of the half-open interval [start, stop)."""
    start, stop, step, dtype = _interval(list(bounds), names, dtype)
    if is_static(start, stop, step):
        compute: Any = np.arange
        values = compute(start, stop, step, dtype)
        return _sequence(values)
    return _traced_range(start, stop, step, dtype)


def _interval(bounds: list[Any], names: dict[str, Any], dtype: Any) -> tuple[Any, Any, Any, Any]:
    if len(bounds) == 4:
        dtype = bounds.pop()
    unknown = set(names) - {"start", "stop", "step"}
    if unknown:
        raise error(f"'numpy.arange': keyword '{unknown.pop()}' is not supported")
    named = {"start": None, "stop": None, "step": None, **names}
    for key, value in zip(("start", "stop", "step"), bounds, strict=False):
        named[key] = value
    start, stop, step = named["start"], named["stop"], named["step"]
    if stop is None:
        start, stop = 0, start
    return 0 if start is None else start, stop, 1 if step is None else step, dtype


def _sequence(values: "np.ndarray[Any, Any]") -> Array:
    """Make a sequence as NumPy computed it: from its places where they give exactly these numbers."""
    if values.size > _MANY and values.dtype.kind in "iu":
        first, step = int(values[0]), int(values[1]) - int(values[0])
        return _linear(values.shape[0], first, step, values.dtype)
    return Array.constant(values).copy()


def _linear(count: Size, first: Any, step: Any, kind: "np.dtype[Any]") -> Array:
    from ..elementwise import scalar_value
    from ..ufunc_bodies import BODIES

    integer = np.dtype(np.int64)
    wide = integer if kind.kind in "iub" else kind
    start, by = scalar_value(first, wide), scalar_value(step, wide)
    add, multiply = BODIES[np.add](wide, wide, wide), BODIES[np.multiply](wide, wide, wide)

    def body(place: Any) -> Any:
        from ..elements import convert

        return convert(add(multiply(convert(place, integer, wide), by), start), wide, kind)

    return from_places((count,), kind, body)


def _traced_range(start: Any, stop: Any, step: Any, dtype: Any) -> Array:
    from ..promotion import result_type

    kind = np.dtype(dtype) if dtype is not None else result_type(start, stop, step)
    if kind.kind in "iu" and isinstance(step, int | np.integer) and int(step) == 1:
        from ..keys import as_index
        from ..sizes import at_least, minus

        return _linear(at_least(minus(as_index(stop), as_index(start)), 0), start, 1, kind)
    raise error(
        "'numpy.arange' with a step and bounds that only the run knows has a size that depends on data",
        note="use numpy.linspace(start, stop, count), or start + step * numpy.arange(count)",
    )


def linspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    retstep: bool = False,
    dtype: Any = None,
    axis: int = 0,
    *,
    device: Any = None,
) -> Any:
    """Make `num` evenly spaced numbers from start to stop."""
    if is_static(start, stop, num):
        compute: Any = np.linspace
        values, step = compute(start, stop, num, endpoint, True, dtype, axis)
        made = Array.constant(np.ascontiguousarray(values)).copy()
        return (made, step) if retstep else made
    low, high = as_operand(start), as_operand(stop)
    wide = np.result_type(low.dtype, high.dtype, np.float64)
    kind = wide if dtype is None else np.dtype(dtype)
    low, high = low.astype(wide), high.astype(wide)
    count = as_shape(num)[0]
    parts = count - 1 if endpoint else count
    step = (high - low) / (parts if not isinstance(parts, int) or parts else np.nan)
    places = arange(count, dtype=real_dtype(wide))
    rank = max(getattr(low, "ndim", 0), getattr(high, "ndim", 0))
    places = places.reshape((count, *(1,) * rank))
    made = places * step + low if not isinstance(parts, int) or parts else low + places * 0
    made = as_array(made)
    if endpoint and not (isinstance(count, int) and count <= 1):
        made = made.copy()
        made[-1] = high
    if kind.kind in "iu":
        made = as_array(np.floor(made))
    from .shaping import moveaxis

    made = moveaxis(made.astype(kind), 0, axis) if axis else made.astype(kind)
    return (made, step) if retstep else made


def logspace(
    start: Any,
    stop: Any,
    num: Any = 50,
    endpoint: bool = True,
    base: Any = 10.0,
    dtype: Any = None,
    axis: int = 0,
) -> Any:
    """Make numbers evenly spaced on a logarithmic scale."""
    if is_static(start, stop, num, base):
        return Array.constant(
            np.ascontiguousarray(np.logspace(start, stop, num, endpoint, base, dtype, axis))
        ).copy()
    made = np.power(base, linspace(start, stop, num, endpoint, axis=axis))
    return made if dtype is None else made.astype(dtype)


def geomspace(
    start: Any, stop: Any, num: Any = 50, endpoint: bool = True, dtype: Any = None, axis: int = 0
) -> Any:
    """Make numbers whose neighbours have one ratio."""
    if is_static(start, stop, num):
        return Array.constant(
            np.ascontiguousarray(np.geomspace(start, stop, num, endpoint, dtype, axis))
        ).copy()
    low, high = as_operand(start), as_operand(stop)
    sign = np.sign(low)
    exponents = linspace(np.log10(low / sign), np.log10(high / sign), num, endpoint, axis=axis)
    made = sign * np.power(10.0, exponents)
    return made if dtype is None else made.astype(dtype)


def eye(
    N: Any,
    M: Any = None,
    k: Any = 0,
    dtype: Any = float,
    order: str = "C",
    *,
    device: Any = None,
    like: Any = None,
) -> Array:
    """Make a matrix with ones on a diagonal."""
    from ....dialects.mlir import arith
    from ..elements import convert
    from ..scalar import size_value

    rows, columns = as_shape((N, N if M is None else M))
    kind, offset = np.dtype(dtype or float), size_value(k if isinstance(k, Scalar) else int(k))

    def body(row: Any, column: Any) -> Any:
        on = arith.CmpIOp(arith.CmpIPredicate.eq, column, arith.AddIOp(row, offset).result).result
        return convert(on, np.dtype(bool), kind)

    return from_places((rows, columns), kind, body)


def identity(n: Any, dtype: Any = None, *, like: Any = None) -> Array:
    """Make a square matrix with ones on the diagonal."""
    return eye(n, dtype=dtype)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: Any = float, *, like: Any = None) -> Array:
    """Make a matrix with ones at and below a diagonal."""
    shape = as_shape((N, N if M is None else M))
    return lower_band(shape, k if isinstance(k, Scalar) else int(k)).astype(dtype or float)


def tril(m: Any, k: Any = 0) -> Any:
    """Give a copy with zeros above a diagonal."""
    x = as_array(m)
    rows, columns = _matrix(x, "numpy.tril")
    return chosen(lower_band((rows, columns), k), x, np.zeros((), x.dtype)[()])


def triu(m: Any, k: Any = 0) -> Any:
    """Give a copy with zeros below a diagonal."""
    x = as_array(m)
    rows, columns = _matrix(x, "numpy.triu")
    return chosen(lower_band((rows, columns), k - 1), np.zeros((), x.dtype)[()], x)


def _matrix(x: Array, name: str) -> tuple[Size, Size]:
    if x.ndim == 0:
        raise error(f"'{name}': an array without axes")
    return (x.shape[-1], x.shape[-1]) if x.ndim == 1 else (x.shape[-2], x.shape[-1])


def diag(v: Any, k: int = 0) -> Any:
    """Make a matrix of its diagonal, or give a copy of a matrix's diagonal."""
    x = as_array(v)
    if x.ndim == 2:
        return diagonal(x, k)
    if x.ndim != 1:
        raise error(f"'numpy.diag': an array of {x.ndim} dimensions: expected one or two")
    n = x.shape[0] + abs(k)
    rows = fresh((n,), 0, x.dtype)
    rows[max(-k, 0) : n - max(k, 0)] = x
    return chosen(eye(n, k=k, dtype=bool), rows[:, None], x.dtype.type(0))


def diagflat(v: Any, k: int = 0) -> Any:
    """Make a matrix whose diagonal is the flat array."""
    return diag(as_array(v).reshape((-1,)), k)


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """Give the diagonals of the matrices over two axes."""
    from .shaping import moveaxis

    x = as_array(a)
    if x.ndim < 2:
        raise error(f"'numpy.diagonal': an array of {x.ndim} dimensions: expected at least two")
    x = moveaxis(x, (axis1, axis2), (-2, -1))
    rows, columns = x.shape[-2:]
    count = _diagonal_length(rows, columns, offset)
    places = arange(count)
    return x[..., places + max(-offset, 0), places + max(offset, 0)]


def _diagonal_length(rows: Size, columns: Size, offset: int) -> Size:
    from ..sizes import at_least, at_most, minus

    return at_least(at_most(minus(rows, max(-offset, 0)), minus(columns, max(offset, 0))), 0)


def indices(dimensions: Any, dtype: Any = int, sparse: bool = False) -> Any:
    """Make the places of a grid, one array per axis."""
    shape = as_shape(dimensions)
    rank = len(shape)
    lines = [
        arange(size, dtype=dtype).reshape(tuple(size if d == axis else 1 for d in range(rank)))
        for axis, size in enumerate(shape)
    ]
    if sparse:
        return tuple(lines)
    made = fresh((rank, *shape), None, dtype)
    for axis, line in enumerate(lines):
        made[axis] = line
    return made


def meshgrid(*xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """Spread vectors over the grid they span."""
    from .shaping import broadcast_arrays

    if indexing not in ("xy", "ij"):
        raise error("'numpy.meshgrid': valid values for 'indexing' are 'xy' and 'ij'")
    vectors = [as_array(x).reshape((-1,)) for x in xi]
    rank = len(vectors)
    order = [1, 0, *range(2, rank)] if indexing == "xy" and rank > 1 else list(range(rank))
    lines = [
        x.reshape(tuple(x.shape[0] if d == place else 1 for d in range(rank)))
        for x, place in zip(vectors, order, strict=True)
    ]
    if sparse:
        return tuple(line.copy() for line in lines) if copy else tuple(lines)
    spread = broadcast_arrays(*lines)
    return tuple(one.copy() for one in spread) if copy else spread


def fromfunction(function: Any, shape: Any, *, dtype: Any = float, like: Any = None, **kwargs: Any) -> Any:
    """Call a function with the places of a grid."""
    from ..calls import call

    places = indices(shape, dtype=dtype)
    return call(function, *(places[axis] for axis in range(places.shape[0])), **kwargs)


def vander(x: Any, N: int | None = None, increasing: bool = False) -> Any:
    """Make the matrix of powers of a vector."""
    vector = as_array(x)
    count = vector.shape[0] if N is None else N
    kind = np.result_type(vector.dtype, int)
    made = fresh((vector.shape[0], count), 1, kind)
    for power in range(1, count):
        before, here = (power - 1, power) if increasing else (count - power, count - 1 - power)
        made[:, here] = made[:, before] * vector
    return made


TABLE = {
    np.arange: arange,
    np.array: array,
    np.asanyarray: asarray,
    np.asarray: asarray,
    np.ascontiguousarray: ascontiguousarray,
    np.astype: astype,
    np.diag: diag,
    np.diagflat: diagflat,
    np.diagonal: diagonal,
    np.empty: empty,
    np.empty_like: empty_like,
    np.eye: eye,
    np.fromfunction: fromfunction,
    np.full: full,
    np.full_like: full_like,
    np.geomspace: geomspace,
    np.identity: identity,
    np.indices: indices,
    np.linspace: linspace,
    np.logspace: logspace,
    np.meshgrid: meshgrid,
    np.ndarray: ndarray,
    np.ones: ones,
    np.ones_like: ones_like,
    np.tri: tri,
    np.tril: tril,
    np.triu: triu,
    np.vander: vander,
    np.zeros: zeros,
    np.zeros_like: zeros_like,
}
