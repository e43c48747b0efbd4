"""Floating-point formats: their widths, casts between them, and the attribute that assigns them."""

from dataclasses import asdict, dataclass

import numpy as np

from isthmus.dtypes import DTYPES

from ...dialects.mlir import arith, ir

ATTRIBUTE = "hpc.precision"
"""The attribute of an operation that tells in which formats it shall be computed."""

_WIDTHS = {"bf16": 16, "f16": 16, "f32": 32, "f64": 64}


@dataclass(frozen=True)
class Formats:
    """Name three formats: of the operands, of the arithmetic between them, of the results.

    They are upper bounds: what is as narrow already stays as it is, nothing is ever widened.
    Written `hpc.precision = {operands = "bf16", arithmetic = "f32", results = "f32"}`.
    """

    operands: str
    arithmetic: str
    results: str

    def to_attribute(self) -> ir.Attribute:
        """Write the attribute, in the current context."""
        return ir.DictAttr.get({name: ir.StringAttr.get(value) for name, value in asdict(self).items()})

    @staticmethod
    def from_attribute(attribute: ir.Attribute) -> "Formats":
        """Read the attribute; anything malformed is a `ValueError`."""
        if not isinstance(attribute, ir.DictAttr) or {entry.name for entry in attribute} != _FIELDS:
            raise ValueError(f"expected a dictionary of {', '.join(sorted(_FIELDS))}, got {attribute}")
        values = {entry.name: str(entry.attr).strip('"') for entry in attribute}
        unknown = [value for value in values.values() if value not in _WIDTHS]
        if unknown:
            choices = ", ".join(map(repr, _WIDTHS))
            raise ValueError(f"unknown format '{unknown[0]}': expected one of {choices}")
        return Formats(**values)


_FIELDS = {"operands", "arithmetic", "results"}


def element_of(kind: ir.Type) -> ir.Type:
    """Give the element type of a tensor, the type itself of a scalar."""
    return ir.ShapedType(kind).element_type if isinstance(kind, ir.ShapedType) else kind


def width_of(kind: ir.Type | str) -> int:
    """Give the bits of a float, or of a tensor's floats; 0 for every other type."""
    return _WIDTHS.get(kind if isinstance(kind, str) else str(element_of(kind)), 0)


def narrowed(kind: ir.Type, limit: str) -> ir.Type:
    """Give a scalar or tensor type with floats wider than `limit` replaced by it."""
    return retyped(kind, ir.Type.parse(limit)) if width_of(kind) > width_of(limit) else kind


def retyped(kind: ir.Type, element: ir.Type) -> ir.Type:
    """Give a scalar or tensor type with another element type."""
    if not isinstance(kind, ir.RankedTensorType):
        return element
    return ir.RankedTensorType.get(kind.shape, element, kind.encoding)


def cast(value: ir.Value, element: ir.Type) -> ir.Value:
    """Convert the floats of a scalar or tensor to another format, at the insertion point; constants are folded."""
    old = element_of(value.type)
    if old == element:
        return value
    target = retyped(value.type, element)
    if width_of(old) < width_of(element):
        return arith.ExtFOp(target, value).result
    constant = folded(value, target)
    return arith.TruncFOp(target, value).result if constant is None else constant


def narrow(value: ir.Value, limit: str) -> ir.Value:
    """Round floats wider than `limit` to it; everything else is returned as it is."""
    return cast(value, element_of(narrowed(value.type, limit)))


def folded(value: ir.Value, target: ir.Type) -> ir.Value | None:
    """Round a constant now, to nearest as the program would; None where `value` is no constant."""
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.constant":
        return None
    attribute, element = owner.operation.attributes["value"], element_of(target)
    if isinstance(attribute, ir.FloatAttr):
        return arith.ConstantOp(target, ir.FloatAttr.get(target, attribute.value)).result
    if not isinstance(attribute, ir.DenseFPElementsAttr):
        return None
    if attribute.is_splat:
        number = ir.FloatAttr.get(element, ir.FloatAttr(attribute.get_splat_value()).value)
        return arith.ConstantOp(target, ir.DenseElementsAttr.get_splat(target, number)).result
    dtype = DTYPES[str(element)].numpy
    rounded = np.array(attribute).astype(dtype)
    bits = rounded.view(np.uint16) if str(element) == "bf16" else rounded
    dense = ir.DenseElementsAttr.get(bits, type=element, shape=list(attribute.type.shape))
    return arith.ConstantOp(target, dense).result
