"""Where a loop nest reads and writes: every view traced to its buffer, every index a linear form."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass

from isthmus.errors import PassError

from ...dialects.mlir import ir

DYNAMIC = -(2**63)
"""How MLIR writes 'not static' among the offsets, sizes and strides of a view."""


@dataclass(frozen=True)
class Linear:
    """Hold an index: `sum(factor * loop) + constant + sum(factor * symbol)`.

    `loops` pairs a loop's number with its factor, `symbols` a value of the IR (by its identity) with its factor.
    """

    loops: tuple[tuple[int, int], ...] = ()
    constant: int = 0
    symbols: tuple[tuple[ir.Value, int], ...] = ()

    def __add__(self, other: "Linear") -> "Linear":
        loops = _sum(self.loops, other.loops)
        symbols = _sum(self.symbols, other.symbols)
        return Linear(loops, self.constant + other.constant, symbols)

    def scaled(self, factor: int) -> "Linear":
        """Multiply by a number."""
        if factor == 0:
            return Linear()
        loops = tuple((loop, each * factor) for loop, each in self.loops)
        symbols = tuple((value, each * factor) for value, each in self.symbols)
        return Linear(loops, self.constant * factor, symbols)

    @property
    def single(self) -> int | None:
        """Name the loop when the index is `loop + constant`, else None."""
        if len(self.loops) == 1 and self.loops[0][1] == 1 and not self.symbols:
            return self.loops[0][0]
        return None

    def factor(self, loop: int) -> int:
        """Give the factor of a loop, 0 where the index does not move with it."""
        return dict(self.loops).get(loop, 0)


def _sum(left: Iterable[tuple[object, int]], right: Iterable[tuple[object, int]]) -> tuple:  # type: ignore[type-arg]
    total: dict[object, int] = {}
    for key, factor in (*left, *right):
        total[key] = total.get(key, 0) + factor
    return tuple((key, factor) for key, factor in total.items() if factor)


@dataclass(frozen=True, eq=False)
class Buffer:
    """Name memory: an argument of the kernel, or an allocation inside it (`is_temporary`).

    `root` is the same for buffers that are one memory under several shapes; parts of one array that nothing looks
    at together have roots of their own.
    """

    value: ir.Value
    root: Hashable
    shape: tuple[int, ...]
    element: ir.Type
    is_temporary: bool


@dataclass(frozen=True)
class Access:
    """Hold one read or write: the buffer, and one index per dimension of it."""

    buffer: Buffer
    indices: tuple[Linear, ...]


@dataclass(frozen=True)
class View:
    """Hold how a view's dimensions lie in its buffer: per buffer dimension an offset and (view dimension, stride)."""

    buffer: Buffer
    offsets: tuple[Linear, ...]
    strides: tuple[tuple[tuple[int, int], ...], ...]

    def access(self, indices: tuple[Linear, ...]) -> Access:
        """Give the access of the view's element at `indices`."""
        found = []
        for offset, parts in zip(self.offsets, self.strides, strict=True):
            index = offset
            for dimension, stride in parts:
                index = index + indices[dimension].scaled(stride)
            found.append(index)
        return Access(self.buffer, tuple(found))


class Views:
    """Trace memrefs to their buffers, and remember."""

    def __init__(self) -> None:
        self.buffers: dict[ir.Value, Buffer] = {}
        self.reshaped: set[Hashable] = set()
        self._views: dict[ir.Value, View] = {}

    def of(self, value: ir.Value) -> View:
        """Trace a memref; one that comes from anywhere else than an argument, alloc or view is a `PassError`."""
        if value not in self._views:
            self._views[value] = self._trace(value)
        return self._views[value]

    def _trace(self, value: ir.Value) -> View:
        owner = value.owner
        if isinstance(owner, ir.Block):
            return self._whole(value, is_temporary=False)
        match owner.operation.name:
            case "memref.alloc" | "memref.alloca":
                return self._whole(value, is_temporary=True)
            case (
                "arith.select" | "memref.view"
            ):  # one of two buffers that take turns; a place in the workspace
                return self._whole(value, is_temporary=False)
            case "memref.subview":
                return self._subview(owner.operation)
            case "memref.cast":
                return self.of(owner.operation.operands[0])
            case "memref.collapse_shape" | "memref.expand_shape":
                return self._reshaped(owner.operation)
            case name:
                raise PassError(f"a kernel cannot follow '{name}' to its buffer")

    def _whole(self, value: ir.Value, *, is_temporary: bool, root: Hashable | None = None) -> View:
        kind = ir.MemRefType(value.type)
        shape = tuple(DYNAMIC if kind.is_dynamic_dim(d) else kind.get_dim_size(d) for d in range(kind.rank))
        if not kind.layout == ir.AffineMapAttr.get(ir.AffineMap.get_identity(kind.rank)):
            raise PassError(f"a kernel cannot work on a buffer of layout '{kind}'")
        buffer = Buffer(value, value if root is None else root, shape, kind.element_type, is_temporary)
        self.buffers[value] = buffer
        zero = tuple(Linear() for _ in shape)
        return View(buffer, zero, tuple(((dimension, 1),) for dimension in range(len(shape))))

    def _subview(self, op: ir.Operation) -> View:
        source = self.of(op.operands[0])
        offsets, sizes, strides = (mixed(op, part) for part in ("offsets", "sizes", "strides"))
        if not all(isinstance(stride, int) for stride in strides):
            raise PassError("a kernel cannot follow a view whose step is known at run time only")
        kept = kept_dimensions(sizes, ir.MemRefType(op.results[0].type))
        position = {dimension: number for number, dimension in enumerate(kept)}
        found_offsets, found_strides = [], []
        for offset, parts in zip(source.offsets, source.strides, strict=True):
            new: list[tuple[int, int]] = []
            for dimension, stride in parts:
                offset = offset + linear(offsets[dimension]).scaled(stride)
                if dimension in position:
                    new.append((position[dimension], stride * _number(strides[dimension])))
            found_offsets.append(offset)
            found_strides.append(tuple(new))
        return View(source.buffer, tuple(found_offsets), tuple(found_strides))

    def _reshaped(self, op: ir.Operation) -> View:
        """Follow a reshape that only adds or drops dimensions of size one; another one gives memory a second name."""
        source = self.of(op.operands[0])
        before = ir.MemRefType(op.operands[0].type)
        after = ir.MemRefType(op.results[0].type)
        groups = [
            [ir.IntegerAttr(i).value for i in ir.ArrayAttr(g)]
            for g in ir.ArrayAttr(op.attributes["reassociation"])
        ]
        expands = op.name == "memref.expand_shape"
        wide = after if expands else before
        renamed: dict[int, int] = {}
        for number, group in enumerate(groups):
            real = [d for d in group if wide.is_dynamic_dim(d) or wide.get_dim_size(d) != 1] or group[-1:]
            if len(real) > 1:
                self.reshaped.add(source.buffer.root)
                return self._whole(op.results[0], is_temporary=False, root=source.buffer.root)
            renamed[number if expands else real[0]] = real[0] if expands else number
        strides = tuple(
            tuple((renamed[d], stride) for d, stride in parts if d in renamed) for parts in source.strides
        )
        return View(source.buffer, source.offsets, strides)


def _number(size: "int | ir.Value") -> int:
    assert isinstance(size, int)
    return size


def linear(value: "int | ir.Value") -> Linear:
    """Make a linear form of a number or a value."""
    if isinstance(value, int):
        return Linear(constant=value)
    known = constant_index(value)
    return Linear(constant=known) if known is not None else Linear(symbols=((value, 1),))


def constant_index(value: ir.Value) -> int | None:
    """Read a value made by `arith.constant`, None for any other."""
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.constant":
        return None
    attribute = owner.operation.attributes["value"]
    return int(ir.IntegerAttr(attribute).value) if isinstance(attribute, ir.IntegerAttr) else None


def mixed(op: ir.Operation, part: str) -> "list[int | ir.Value]":
    """List the offsets, sizes or strides of a view, static and dynamic ones merged."""
    static = list(ir.DenseI64ArrayAttr(op.attributes[f"static_{part}"]))
    segments = list(ir.DenseI32ArrayAttr(op.attributes["operandSegmentSizes"]))
    place = len(segments) - 3 + ("offsets", "sizes", "strides").index(part)
    first = sum(segments[:place])
    dynamic = iter([op.operands[first + i] for i in range(segments[place])])
    return [next(dynamic) if size == DYNAMIC else int(size) for size in static]


def kept_dimensions(sizes: "list[int | ir.Value]", result: ir.MemRefType) -> list[int]:
    """Find which dimensions of a rank-reducing view are left: the dropped ones have size one."""
    kept: list[int] = []
    for dimension, size in enumerate(sizes):
        if len(kept) < result.rank and _same_size(size, result, len(kept)):
            kept.append(dimension)
    return kept


def _same_size(size: "int | ir.Value", result: ir.MemRefType, dimension: int) -> bool:
    if result.is_dynamic_dim(dimension):
        return not isinstance(size, int)
    return isinstance(size, int) and result.get_dim_size(dimension) == size


def index_expression(expression: ir.AffineExpr, loops: Mapping[int, Linear]) -> Linear:
    """Make a linear form of an affine expression of loops; divisions are a `PassError`."""
    if isinstance(expression, ir.AffineConstantExpr):
        return Linear(constant=expression.value)
    if isinstance(expression, ir.AffineDimExpr):
        return loops[expression.position]
    if isinstance(expression, ir.AffineAddExpr):
        return index_expression(expression.lhs, loops) + index_expression(expression.rhs, loops)
    if isinstance(expression, ir.AffineMulExpr):
        left, right = (index_expression(part, loops) for part in (expression.lhs, expression.rhs))
        if not right.loops and not right.symbols:
            return left.scaled(right.constant)
        return right.scaled(left.constant)
    raise PassError(f"a kernel cannot follow the index '{expression}'")
