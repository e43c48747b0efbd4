"""`resolve-calls`: replaces calls of registered operators by what the registry holds for them."""

from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import CompileError

from ..dialects.locations import describe
from ..dialects.mlir import collect, ir
from .passes import Pass


@dataclass(frozen=True)
class ResolveCalls(Pass):
    """Refuse `hpc.call` of an operator that has no registration, naming all of them at once."""

    name: ClassVar[str] = "resolve-calls"

    def apply(self, module: ir.Module) -> None:
        """Check every call; raises `CompileError` with the user's line of the first."""
        calls = collect(module, "hpc.call")
        if not calls:
            return
        names = sorted({call.attributes["callee"].value for call in calls})
        listed = ", ".join(f"'{name}'" for name in names)
        raise CompileError(
            f"no registration for {'operator' if len(names) == 1 else 'operators'} {listed}",
            location=describe(str(calls[0].location)) or None,
            note="write the operator with torch operators that have a lowering; "
            "the exporter sees inside plain functions, not inside torch.library.custom_op",
        )
