"""The engine that builds formulas as arith and math operations."""

from collections.abc import Callable

from ...dialects.mlir import arith, ir, math

_COMPARE_FLOATS = {"ltf": "OLT", "lef": "OLE", "gtf": "OGT", "gef": "OGE", "eqf": "OEQ", "unf": "UNO"}
_COMPARE_INTEGERS = {"lti": "slt", "gti": "sgt", "eqi": "eq"}
_MAY_SPLIT = "#arith.fastmath<contract>"
"""Says of a `math.fma` that it may round twice, for targets that have no such instruction."""
_PLAIN: dict[str, Callable[..., ir.Value]] = {
    "addf": arith.addf,
    "subf": arith.subf,
    "mulf": arith.mulf,
    "divf": arith.divf,
    "addi": arith.addi,
    "subi": arith.subi,
    "muli": arith.muli,
    "remui": arith.remui,
    "shli": arith.shli,
    "shrui": arith.shrui,
    "and": arith.andi,
    "or": arith.ori,
    "xor": arith.xori,
    "select": arith.select,
    "negf": arith.negf,
    "absf": math.absf,
    "sqrt": math.sqrt,
}
_CONVERSIONS: dict[str, Callable[..., ir.Value]] = {
    "bitcast": arith.bitcast,
    "extf": arith.extf,
    "truncf": arith.truncf,
    "trunci": arith.trunci,
    "sitofp": arith.sitofp,
    "uitofp": arith.uitofp,
}


class MlirEngine:
    """Builds at the current insertion point, for values of the shape of `like` (a scalar, vector or static tensor)."""

    def __init__(self, like: ir.Type) -> None:
        self._like = like
        self._constants: dict[tuple[str, str], ir.Value] = {}

    def type_of(self, kind: str) -> ir.Type:
        """Give the type with elements of `kind` and the shape this engine builds for."""
        element = element_type(kind)
        if isinstance(self._like, ir.VectorType):
            return ir.VectorType.get(
                self._like.shape, element, scalable=self._like.scalable_dims if self._like.scalable else None
            )
        if isinstance(self._like, ir.RankedTensorType):
            return ir.RankedTensorType.get(self._like.shape, element, self._like.encoding)
        return element

    def constant(self, kind: str, value: float | int) -> ir.Value:
        """Build a constant, a splat for shaped types; one operation per value."""
        key = (kind, repr(value))
        if key not in self._constants:
            self._constants[key] = arith.constant(self.type_of(kind), self._attribute(kind, value))
        return self._constants[key]

    def _attribute(self, kind: str, value: float | int) -> ir.Attribute:
        element = element_type(kind)
        if kind.startswith("f"):
            scalar: ir.Attribute = ir.FloatAttr.get(element, value)
        else:
            width = int(kind[1:])
            signed = (
                (int(value) + 2 ** (width - 1)) % 2**width - 2 ** (width - 1) if width > 1 else int(value)
            )
            scalar = ir.IntegerAttr.get(element, signed)
        full = self.type_of(kind)
        return scalar if full == element else ir.DenseElementsAttr.get_splat(full, scalar)

    def apply(self, operation: str, kind: str, *operands: ir.Value) -> ir.Value:
        """Build one operation."""
        if operation == "fma":
            return math.fma(*operands, fastmath=ir.Attribute.parse(_MAY_SPLIT))
        if operation in _PLAIN:
            return _PLAIN[operation](*operands)
        if operation in _COMPARE_FLOATS:
            return arith.cmpf(getattr(arith.CmpFPredicate, _COMPARE_FLOATS[operation]), *operands)
        if operation in _COMPARE_INTEGERS:
            return arith.cmpi(getattr(arith.CmpIPredicate, _COMPARE_INTEGERS[operation]), *operands)
        return _CONVERSIONS[operation](self.type_of(kind), *operands)


def element_type(kind: str) -> ir.Type:
    """Give the MLIR type named `kind`: such as f32 or i64."""
    if kind.startswith("i"):
        return ir.IntegerType.get_signless(int(kind[1:]))
    return {"f32": ir.F32Type, "f64": ir.F64Type}[kind].get()
