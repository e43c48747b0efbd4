"""The dialect itself, to which each operation's file adds its own."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from ..mlir import ext, ir


class Hpc(ext.Dialect, name="hpc"):
    """Hold operations on builtin tensors; policies are attributes such as `hpc.precision` and `hpc.output`."""


def reject(op: ir.OpView, message: str) -> bool:
    """Report a broken rule at the operation's location; the False is the verifier's verdict."""
    op.location.emit_error(f"'{op.operation.name}' op {message}")
    return False


def well_formed(verify: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """Guard a verifier, which runs before the declared operands and attributes are checked.

    What is missing is left to that check, which names it; an attribute of the wrong kind is rejected here.
    """

    @wraps(verify)
    def guarded(op: Any) -> bool:
        try:
            return verify(op)
        except LookupError:
            return True
        except (AttributeError, TypeError, ValueError) as error:
            return reject(op, f"has an attribute of the wrong kind: {error}")

    return guarded
