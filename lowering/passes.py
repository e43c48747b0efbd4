"""What a pass is."""

from dataclasses import dataclass, fields
from typing import ClassVar

from ..dialects.mlir import ir


@dataclass(frozen=True)
class Pass:
    """Change a module in place; the fields of a subclass are its options.

    A subclass is a frozen dataclass with a kebab-case `name`, a docstring whose first line describes it in
    listings, and `apply`. Option fields are bool, int, float or str, with defaults; in a pipeline's text they are
    written in kebab-case: `my-pass{max-recompute=2 verbose=true}`.
    """

    name: ClassVar[str]

    def apply(self, module: ir.Module) -> None:
        """Rewrite `module`, inside its context; raise `PassError` (with the user's location) when that fails."""
        raise NotImplementedError

    @classmethod
    def options(cls) -> dict[str, object]:
        """Name each option in kebab-case, with its default."""
        return {field.name.replace("_", "-"): field.default for field in fields(cls)}
