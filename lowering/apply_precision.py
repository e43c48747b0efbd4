"""`apply-precision`: compute operations in the formats assigned to them."""

from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import PassError

from ..dialects.locations import describe
from ..dialects.mlir import collect, ir
from .passes import Pass
from .precision.casts import merge_casts
from .precision.formats import ATTRIBUTE, Formats
from .precision.kinds import is_rewritable, kind_of
from .precision.rewrite import rewrite


@dataclass(frozen=True)
class ApplyPrecision(Pass):
    """Rewrite operations that carry `hpc.precision` in its formats, and merge the casts between them.

    Inputs and results of the function keep their types. Parameters whose readers all round them alike become
    narrower: the arrays must follow (`precision.parameters.convert`).
    """

    name: ClassVar[str] = "apply-precision"

    def apply(self, module: ir.Module) -> None:
        """Rewrite each annotated operation by itself, then merge casts across the module."""
        found = collect(module, lambda operation: ATTRIBUTE in operation.attributes)
        for operation in found:
            rewrite(operation, _formats(operation))
        if found:
            merge_casts(module)


def _formats(operation: ir.Operation) -> Formats:
    place = describe(str(operation.location)) or None
    if kind_of(operation) is None or not is_rewritable(operation):
        raise PassError(f"'{operation.name}' has no narrower form: remove its '{ATTRIBUTE}'", location=place)
    try:
        return Formats.from_attribute(operation.attributes[ATTRIBUTE])
    except ValueError as error:
        raise PassError(
            f"'{operation.name}' has a malformed '{ATTRIBUTE}': {error}", location=place
        ) from None
