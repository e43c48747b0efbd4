"""What precision a program is computed in, counted from its IR."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from ...dialects.mlir import collect, ir
from .formats import element_of, width_of
from .kinds import inputs_of, kind_of


@dataclass(frozen=True)
class Report:
    """Count operations by format: contractions by that of their operands, the others by that of their results.

    `parameters` counts weights as they are stored.
    """

    preset: str
    contractions: dict[str, int]
    elementwise: dict[str, int]
    reductions: dict[str, int]
    parameters: dict[str, int]

    def to_json(self) -> dict[str, Any]:
        """Give the form written into a manifest."""
        return asdict(self)


def report(module: ir.Module, preset: str) -> Report:
    """Count the operations of a module."""
    counts = {name: Counter[str]() for name in ("contractions", "elementwise", "reductions", "parameters")}
    for found in collect(module, lambda _: True):
        place = "parameters" if found.name == "hpc.parameter" else _PLACES.get(kind_of(found) or "")
        value = inputs_of(found)[0] if place == "contractions" else (found.results[0] if place else None)
        if place and value is not None and width_of(value.type):
            counts[place][str(element_of(value.type))] += 1
    return Report(preset, **{name: dict(sorted(found.items())) for name, found in counts.items()})


_PLACES = {
    "contraction": "contractions",
    "elementwise": "elementwise",
    "gather": "elementwise",
    "reduction": "reductions",
    "selection": "reductions",
}
