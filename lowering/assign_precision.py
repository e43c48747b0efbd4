"""`assign-precision`: tell each operation in which formats it shall be computed."""

from dataclasses import dataclass
from typing import ClassVar

from isthmus.errors import PassError

from ..dialects.mlir import collect, ir
from .passes import Pass
from .precision.formats import ATTRIBUTE
from .precision.presets import PRESETS
from .precision.rules import formats_for


@dataclass(frozen=True)
class AssignPrecision(Pass):
    """Annotate linalg operations with the formats of a preset, as `hpc.precision`; `apply-precision` rewrites them.

    `compute` is "f32", "bf16" or "f16". Contractions and convolutions read operands of that format and sum in f32;
    elementwise results are stored in it where everything that reads them may. With "f32" all floats but the sums
    of reductions are f32. Operations that a preset must leave alone get no attribute; one that has it keeps it.
    """

    name: ClassVar[str] = "assign-precision"
    compute: str = "bf16"

    def apply(self, module: ir.Module) -> None:
        """Annotate from the end to the beginning: what an operation may give depends on its readers."""
        if self.compute not in PRESETS:
            choices = ", ".join(map(repr, PRESETS))
            raise PassError(
                f"option 'compute' of pass '{self.name}' is '{self.compute}': expected one of {choices}"
            )
        with module.context:
            for operation in reversed(collect(module, lambda found: found.name.startswith("linalg."))):
                formats = None if ATTRIBUTE in operation.attributes else formats_for(operation, self.compute)
                if formats is not None:
                    operation.attributes[ATTRIBUTE] = formats.to_attribute()
