"""Numbers as IREE hands them to a kernel: in words of 32 bits, written on one side and read on the other.

Runs in the worker process only, like everything that builds operations in IREE's MLIR.
"""

from collections.abc import Sequence

from iree.compiler import ir

WORD = 32


def emit(name: str, result: ir.Type, *operands: ir.Value, **attributes: ir.Attribute) -> ir.Value:
    """Create an operation of one result at the current insertion point."""
    return ir.Operation.create(
        name, results=[result], operands=list(operands), attributes=attributes
    ).results[0]


def constant(value: int, type_: ir.Type) -> ir.Value:
    """Create an integer or an index."""
    return emit("arith.constant", type_, value=ir.IntegerAttr.get(type_, value))


def integer(width: int) -> ir.Type:
    """Give the integer type of that many bits."""
    return ir.IntegerType.get_signless(width)


def words_of(type_: ir.Type) -> int:
    """Count the words that a number takes."""
    return -(-width_of(type_) // WORD)


def to_integer(value: ir.Value) -> ir.Value:
    """Give the bits of a number as an integer of the same width; an index has 64."""
    if isinstance(value.type, ir.IndexType):
        return emit("arith.index_cast", integer(64), value)
    if isinstance(value.type, ir.IntegerType):
        return value
    return emit("arith.bitcast", integer(width_of(value.type)), value)


def from_integer(bits: ir.Value, type_: ir.Type) -> ir.Value:
    """Give the number of `type_` that has these bits."""
    if isinstance(type_, ir.IndexType):
        return emit("arith.index_cast", type_, bits)
    return bits if isinstance(type_, ir.IntegerType) else emit("arith.bitcast", type_, bits)


def resized(bits: ir.Value, width: int) -> ir.Value:
    """Cut an integer off, or put zeros before it."""
    have = ir.IntegerType(bits.type).width
    if have == width:
        return bits
    return emit("arith.trunci" if have > width else "arith.extui", integer(width), bits)


def split(value: ir.Value) -> list[ir.Value]:
    """Give the words of a number, the lowest first."""
    bits = to_integer(value)
    if words_of(value.type) == 1:
        return [resized(bits, WORD)]
    wide = resized(bits, 2 * WORD)
    high = emit("arith.shrui", wide.type, wide, constant(WORD, wide.type))
    return [resized(wide, WORD), resized(high, WORD)]


def join(words: Sequence[ir.Value], type_: ir.Type) -> ir.Value:
    """Give the number that `split` took apart."""
    bits = words[0]
    if len(words) == 2:
        low, high = (resized(word, 2 * WORD) for word in words)
        raised = emit("arith.shli", high.type, high, constant(WORD, high.type))
        bits = emit("arith.ori", low.type, low, raised)
    return from_integer(resized(bits, width_of(type_)), type_)


def width_of(type_: ir.Type) -> int:
    """Count the bits of a number; an index has 64."""
    if isinstance(type_, ir.IndexType):
        return 64
    if isinstance(type_, ir.IntegerType):
        return type_.width
    return {"f16": 16, "bf16": 16, "f32": 32, "f64": 64}[str(type_)]
