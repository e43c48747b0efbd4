"""The dialect itself, to which each operation's file adds its own."""

from ..mlir import ext, ir


class Hpc(ext.Dialect, name="hpc"):
    """Hold operations on builtin tensors; policies are attributes such as `hpc.precision` and `hpc.output`."""


def reject(op: ir.OpView, message: str) -> bool:
    """Report a broken rule at the operation's location; the False is the verifier's verdict."""
    op.location.emit_error(f"'{op.operation.name}' op {message}")
    return False
