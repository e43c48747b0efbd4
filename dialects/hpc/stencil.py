"""`hpc.stencil`: arithmetic on shifted elements of arrays, so that halo widths are facts of the IR."""

from collections.abc import Sequence
from typing import Any

from ..mlir import ext, ir
from .access import Access, access_of, problem_of
from .dialect import Hpc, reject, well_formed

TYPES = 15
"""Distinct types the inputs may have: IRDL makes the values of one variadic group share one type, so that each type
gets a group of its own."""

_SCALAR_DIALECTS = ("arith.", "math.", "complex.")


class YieldOp(Hpc.Operation, name="yield", traits=[ir.IsTerminatorTrait]):
    """End the region of a stencil with one value per result; all are of one type.

    Example: `"hpc.yield"(%d) : (f64) -> ()`.
    `verify`: stands in an `hpc.stencil`, which checks the values.
    """

    values: Sequence[ext.Operand[Any]]

    @classmethod
    def build(cls, values: Sequence[ir.Value]) -> ir.Operation:
        """Create the end of a region at the current insertion point."""
        return ir.Operation.create("hpc.yield", operands=list(values))

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check the parent."""
        parent = op.operation.parent
        if parent is None or parent.name != "hpc.stencil":
            return reject(op, "expected to stand in an 'hpc.stencil'")
        return True


class StencilOp(Hpc.Operation, name="stencil", traits=[ext.Pure]):
    """Compute each element of the results from elements of the inputs at constant distances.

    Argument i of the region is the element of input `sources[i]` that the map `accesses[i]` leads to from a point of
    the results' domain. Each result of a map is `dk + constant`, `dk` or `constant`: shifted neighbours, broadcasts,
    transposes and fixed rows. The region holds arithmetic on scalars and may use scalars defined above it. All
    results are of one type; `sizes` gives the extents that are dynamic there. Inputs of one type stand together:
    each type is a group of `operandSegmentSizes`, and the sizes are its last group.

    Example: `%y = "hpc.stencil"(%u) ({^bb0(%l: f64, %r: f64): %d = arith.subf %r, %l : f64 "hpc.yield"(%d) : (f64) ->
    ()}) {sources = array<i64: 0, 0>, accesses = [affine_map<(d0) -> (d0)>, affine_map<(d0) -> (d0 + 1)>],
    operandSegmentSizes = array<i32: 1, 0, 0, ..., 0>} : (tensor<8xf64>) -> tensor<7xf64>`.
    `verify`: one map of that form and one argument of the input's element type per access, every access within its
    input where extents are static, scalar arithmetic in the region, one yielded value per result.
    """

    sources: Any
    accesses: ir.ArrayAttr
    __annotations__ |= {f"inputs{i}": Sequence[ext.Operand[Any]] for i in range(TYPES)}
    __annotations__ |= {"sizes": Sequence[ext.Operand[Any]]}
    outputs: Sequence[ext.Result[Any]]
    body: ext.Region

    @classmethod
    def build(
        cls,
        inputs: Sequence[ir.Value],
        accesses: Sequence[Access],
        outputs: Sequence[ir.Type],
        sizes: Sequence[ir.Value] = (),
    ) -> ir.Operation:
        """Create a stencil at the current insertion point, its block without operations.

        `inputs` are in groups of one type; block argument i stands for `accesses[i]`.
        """
        rank = ir.RankedTensorType(outputs[0]).rank
        maps = [ir.AffineMapAttr.get(access.to_map(rank)) for access in accesses]
        made = ir.Operation.create(
            "hpc.stencil",
            results=list(outputs),
            operands=[*inputs, *sizes],
            attributes={
                "sources": ir.DenseI64ArrayAttr.get([access.source for access in accesses]),
                "accesses": ir.ArrayAttr.get(maps),
                "operandSegmentSizes": _segments(inputs, len(sizes)),
            },
            regions=1,
        )
        kinds = [ir.RankedTensorType(inputs[access.source].type).element_type for access in accesses]
        made.regions[0].blocks.append(*kinds)
        return made

    @staticmethod
    @well_formed
    def verify_invariants(op: Any) -> bool:
        """Check the domain, the accesses and the region."""
        message = _domain_problem(op) or _access_problem(op) or _region_problem(op)
        return reject(op, message) if message else True


def fits(inputs: Sequence[ir.Value]) -> bool:
    """Tell whether inputs of so many types may go into one stencil."""
    return len({value.type for value in inputs}) <= TYPES


def inputs_of(stencil: ir.Operation) -> list[ir.Value]:
    """List the arrays that a stencil reads."""
    return list(stencil.operands)[: _input_count(stencil)]


def sizes_of(stencil: ir.Operation) -> list[ir.Value]:
    """List the extents of the dynamic dimensions of a stencil's results."""
    return list(stencil.operands)[_input_count(stencil) :]


def accesses_of(stencil: ir.Operation) -> list[Access]:
    """List the accesses of a stencil, one per argument of its region."""
    sources = list(stencil.attributes["sources"])
    maps = stencil.attributes["accesses"]
    return [access_of(source, entry.value) for source, entry in zip(sources, maps, strict=True)]


def halo(
    stencil: ir.Operation, source: int, origin: Sequence[int] | None = None
) -> tuple[tuple[int, int], ...]:
    """Give, per dimension of the results' domain, how far below and above a point input `source` is read.

    `origin` is where the domain's point 0 lies in the input: `(1, 1)` for the interior of an array with a rim of one
    element. Without it distances count from the point of equal index, so that `low` is 0. A dimension along which
    the input does not run has (0, 0).
    """
    rank = ir.RankedTensorType(stencil.results[0].type).rank
    starts = [0] * rank if origin is None else list(origin)
    offsets: list[list[int]] = [[] for _ in range(rank)]
    for access in accesses_of(stencil):
        if access.source == source:
            for place in access.places:
                if place.dimension is not None:
                    offsets[place.dimension].append(place.offset - starts[place.dimension])
    return tuple((max([0, *(-found for found in seen)]), max([0, *seen])) for seen in offsets)


def _segments(inputs: Sequence[ir.Value], sizes: int) -> ir.Attribute:
    counts: dict[ir.Type, int] = {}
    for value in inputs:
        counts[value.type] = counts.get(value.type, 0) + 1
    groups = list(counts.values())
    return ir.DenseI32ArrayAttr.get([*groups, *[0] * (TYPES - len(groups)), sizes])


def _input_count(stencil: Any) -> int:
    return len(stencil.operands) - stencil.attributes["operandSegmentSizes"][TYPES]


def _domain_problem(op: Any) -> str:
    kinds = [value.type for value in op.results]
    if not kinds or not all(isinstance(kind, ir.RankedTensorType) for kind in kinds):
        return "expected at least one result, all ranked tensors"
    if len(set(kinds)) != 1:
        return f"expected results of one type, got {[str(kind) for kind in kinds]}"
    if not all(isinstance(value.type, ir.RankedTensorType) for value in inputs_of(op)):
        return "expected inputs that are ranked tensors: scalars are used in the region as they are"
    dynamic = sum(kinds[0].is_dynamic_dim(axis) for axis in range(kinds[0].rank))
    sizes = sizes_of(op)
    if len(sizes) != dynamic or not all(isinstance(value.type, ir.IndexType) for value in sizes):
        return f"expected {dynamic} sizes of type 'index', one per dynamic extent, got {len(sizes)}"
    return ""


def _access_problem(op: Any) -> str:
    inputs = [ir.RankedTensorType(value.type) for value in inputs_of(op)]
    domain = ir.RankedTensorType(op.results[0].type)
    extents = [None if domain.is_dynamic_dim(axis) else domain.shape[axis] for axis in range(domain.rank)]
    sources = list(op.attributes["sources"])
    maps = [entry.value for entry in op.attributes["accesses"]]
    if len(sources) != len(maps):
        return f"has {len(sources)} sources and {len(maps)} accesses: expected one of each per argument"
    for number, (source, entry) in enumerate(zip(sources, maps, strict=True)):
        if not 0 <= source < len(inputs):
            return f"access {number} reads input {source} of {len(inputs)}"
        if message := problem_of(entry, inputs[source], extents):
            return f"access {number} of input {source} {message}"
    return ""


def _region_problem(op: Any) -> str:
    blocks = list(op.regions[0].blocks)
    if len(blocks) != 1:
        return f"expected a region of one block, got {len(blocks)}"
    inputs = inputs_of(op)
    expected = [str(inputs[source].type.element_type) for source in op.attributes["sources"]]
    given = [str(argument.type) for argument in blocks[0].arguments]
    if given != expected:
        return f"region has arguments of types {given}, expected one per access: {expected}"
    names = [inner.operation.name for inner in blocks[0].operations]
    if not names or names[-1] != "hpc.yield":
        return "region must end with 'hpc.yield'"
    alien = next((name for name in names[:-1] if not name.startswith(_SCALAR_DIALECTS)), None)
    if alien:
        return f"region may hold scalar arithmetic alone, got '{alien}'"
    elements = [str(result.type.element_type) for result in op.results]
    yielded = [str(value.type) for value in blocks[0].operations[len(names) - 1].operands]
    return "" if yielded == elements else f"yields values of types {yielded}, expected {elements}"
