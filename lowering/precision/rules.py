"""Which operations a preset narrows, and which keep their formats."""

from ...dialects.mlir import collect, ir
from .formats import ATTRIBUTE, Formats, element_of, width_of
from .kinds import body_names, inputs_of, is_rewritable, kind_of, readers, source_of
from .presets import PRESETS

_SENSITIVE = frozenset(
    (
        *(
            "math.cos",
            "math.cosh",
            "math.exp",
            "math.exp2",
            "math.expm1",
            "math.powf",
            "math.sin",
            "math.sincos",
        ),
        *("math.ceil", "math.floor", "math.round", "math.roundeven", "math.sinh", "math.tan", "math.trunc"),
        *("arith.fptosi", "arith.fptoui", "math.fpowi"),
    )
)
"""Functions that turn a small relative error of a large argument into a large error."""

_EXACT_BITS = 8
"""Integers of up to so many bits are exact in every format."""


def formats_for(operation: ir.Operation, preset: str) -> Formats | None:
    """Choose the formats of an operation whose readers have theirs already; None leaves it as it is."""
    kind = kind_of(operation)
    formats = PRESETS[preset].get(kind or "")
    if kind is None or formats is None or not is_rewritable(operation) or not _changes(operation, formats):
        return None
    return formats if preset == "f32" or _HALF_RULES[kind](operation) else None


def _changes(operation: ir.Operation, formats: Formats) -> bool:
    """Tell whether anything in or around the operation is wider than its formats."""
    inner = [result for found in collect(operation, lambda _: True) for result in found.results]
    limits = [
        *((value, formats.operands) for value in (*inputs_of(operation), *_tables(operation))),
        *((value, formats.arithmetic) for value in inner),
        *((value, formats.results) for value in operation.results),
    ]
    return any(width_of(value.type) > width_of(limit) for value, limit in limits)


def _tables(operation: ir.Operation) -> list[ir.Value]:
    return [found.operands[0] for found in collect(operation, "tensor.extract")]


def _narrows_contraction(operation: ir.Operation) -> bool:
    """Keep roots of unity and other tables of the program, and exact integers, as they are."""
    sources = [source_of(value) for value in inputs_of(operation)]
    return not any(found is not None and (_is_table(found) or _is_exact(found)) for found in sources)


def _is_table(operation: ir.Operation) -> bool:
    if operation.name != "arith.constant":
        return False
    attribute = operation.attributes["value"]
    return not (isinstance(attribute, ir.DenseElementsAttr) and attribute.is_splat)


def _is_exact(operation: ir.Operation) -> bool:
    """Tell whether values are made of integers alone: positions, counts."""
    if operation.name != "linalg.generic" or kind_of(operation) == "gather":
        return False
    elements = [element_of(value.type) for value in inputs_of(operation)]
    if any(width_of(element) for element in elements):
        return False
    widths = [element.width for element in elements if isinstance(element, ir.IntegerType)]
    return "linalg.index" in body_names(operation) or any(width > _EXACT_BITS for width in widths)


def _narrows_elementwise(operation: ir.Operation) -> bool:
    """Round what is stored for contractions, or for several readers; a single elementwise reader is fused instead."""
    if _is_exact(operation) or not _narrows_selection(operation):
        return False
    found = [reader for reader, _ in readers(operation.results[0])]
    return len(found) > 1 or kind_of(found[0]) != "elementwise"


def _narrows_selection(operation: ir.Operation) -> bool:
    """Round only what every reader takes rounded: reductions, results of the program and others do not."""
    found = list(readers(operation.results[0]))
    return bool(found) and all(_accepts(reader, place) for reader, place in found)


def _accepts(reader: ir.Operation, place: int) -> bool:
    kind = kind_of(reader)
    if kind is None or place >= len(inputs_of(reader)):
        return False
    if kind == "elementwise":
        return not body_names(reader) & _SENSITIVE
    return kind in ("contraction", "selection") and ATTRIBUTE in reader.attributes


def _narrows_gather(operation: ir.Operation) -> bool:
    """Narrow weights that are looked up (embeddings), not tables that the program computes."""
    sources = [source_of(table) for table in _tables(operation)]
    return all(found is not None and found.name == "hpc.parameter" for found in sources)


_HALF_RULES = {
    "contraction": _narrows_contraction,
    "elementwise": _narrows_elementwise,
    "gather": _narrows_gather,
    "reduction": lambda _: False,
    "selection": _narrows_selection,
}
"""Whether an operation of each kind is narrowed to 16 bits."""
