"""What kind of work an operation on tensors does, and who reads a value."""

from collections.abc import Iterator

from ...dialects.mlir import ir
from .formats import width_of

_MOVEMENTS = frozenset(
    (
        *("linalg.broadcast", "linalg.transpose", "tensor.cast", "tensor.collapse_shape", "tensor.concat"),
        *("tensor.expand_shape", "tensor.extract_slice", "tensor.insert_slice", "tensor.pad"),
    )
)
_NAMED_SUMS = (
    *("linalg.batch_", "linalg.contract", "linalg.conv_", "linalg.depthwise_conv_", "linalg.dot"),
    *("linalg.matmul", "linalg.matvec", "linalg.mmt4d", "linalg.pooling_", "linalg.vecmat"),
)
_CASTS = frozenset(("arith.extf", "arith.truncf", "linalg.yield"))
_PRODUCTS = frozenset(("arith.addf", "arith.mulf"))
_CHOICES = frozenset(("arith.maximumf", "arith.maxnumf", "arith.minimumf", "arith.minnumf"))
_READS = frozenset(("cf.assert", "tensor.extract"))


def is_movement(operation: ir.Operation) -> bool:
    """Tell whether an operation only moves elements: rounding before it or after it is the same."""
    if operation.name in _MOVEMENTS:
        return True
    if operation.name != "linalg.generic" or len(operation.operands) != 2 or _reduces(operation):
        return False
    body = operation.regions[0].blocks[0]
    first = next(iter(body.operations)).operation
    return first.name == "linalg.yield" and first.operands[0] == body.arguments[0]


def kind_of(operation: ir.Operation) -> str | None:
    """Tell 'contraction' (convolutions too), 'selection', 'reduction', 'gather' and 'elementwise' apart.

    A selection gives one of its elements (a maximum, a pooling by maximum), a gather reads a table at computed places.
    Movements, everything else, and whatever gives several results or no floats have no kind.
    """
    is_generic = operation.name == "linalg.generic"
    if not is_generic and not operation.name.startswith(_NAMED_SUMS):
        return None
    if len(operation.results) != 1 or not width_of(operation.results[0].type):
        return None
    names = {inner.name for inner in _body(operation)}
    if not is_generic or _reduces(operation):
        return _kind_of_sum(operation, names)
    if is_movement(operation):
        return None
    return "gather" if "tensor.extract" in names else "elementwise"


def _reduces(operation: ir.Operation) -> bool:
    return "reduction" in str(operation.attributes["iterator_types"])


def _kind_of_sum(operation: ir.Operation, names: set[str]) -> str:
    if names >= _PRODUCTS and names <= _PRODUCTS | _CASTS and _factors(operation) > 1:
        return "contraction"
    return "selection" if names & _CHOICES and names <= _CHOICES | _CASTS else "reduction"


def _factors(operation: ir.Operation) -> int:
    """Count the factors of a product; the two of a square, read at the same places, are one."""
    inputs = inputs_of(operation)
    if operation.name != "linalg.generic":
        return len(inputs)
    maps = list(operation.attributes["indexing_maps"])[: len(inputs)]
    return len(set(zip(inputs, map(str, maps), strict=True)))


def is_rewritable(operation: ir.Operation) -> bool:
    """Tell whether the body is plain arithmetic, which means the same in another format.

    An initial value that an elementwise operation reads makes it an update in place, which is left alone.
    """
    for inner in _body(operation):
        is_plain = inner.name.startswith(("arith.", "math.", "linalg.")) or inner.name in _READS
        if not is_plain or inner.name == "arith.bitcast" or len(inner.regions):
            return False
    if kind_of(operation) not in ("elementwise", "gather"):
        return True
    initial = operation.regions[0].blocks[0].arguments[len(inputs_of(operation))]
    return next(iter(initial.uses), None) is None


def body_names(operation: ir.Operation) -> set[str]:
    """Name the operations in the body."""
    return {inner.name for inner in _body(operation)}


def inputs_of(operation: ir.Operation) -> list[ir.Value]:
    """List the operands that are read; the initial values come after them."""
    return list(operation.operands)[: len(operation.operands) - len(operation.results)]


def readers(value: ir.Value) -> Iterator[tuple[ir.Operation, int]]:
    """Yield each operation that reads a value, at the start or the end of any movements, and the operand's place.

    Questions about sizes are no reads.
    """
    pending, seen = [value], {value}
    while pending:
        for use in pending.pop().uses:
            owner = use.owner.operation
            if is_movement(owner):
                moved = owner.results[0]
                pending += [moved] if moved not in seen else []
                seen.add(moved)
            elif owner.name != "tensor.dim":
                yield owner, use.operand_number


def source_of(value: ir.Value) -> ir.Operation | None:
    """Find the operation that makes the values which a chain of movements of one tensor gives."""
    owner = None if isinstance(value.owner, ir.Block) else value.owner.operation
    while owner is not None and is_movement(owner):
        value = owner.operands[0]
        owner = None if isinstance(value.owner, ir.Block) else value.owner.operation
    return owner


def _body(operation: ir.Operation) -> list[ir.Operation]:
    return [inner.operation for inner in operation.regions[0].blocks[0].operations]
