"""The one door to MLIR: torch-mlir's bindings, behind guards against the ways to crash them.

Everything else imports MLIR from here. The rules these functions keep: a context is single-threaded and holds its
dialects from the start; operations are collected first and edited afterwards; uses are replaced before an operation
is erased; no handle outlives a C++ pass; diagnostics become errors of ours, with the user's location.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO

from torch_mlir import ir, rewrite
from torch_mlir.dialects import _ods_common, arith, complex, ext, func, linalg, math, scf, tensor
from torch_mlir.dialects import torch as torch_dialect
from torch_mlir.passmanager import PassManager

from isthmus.errors import IsthmusError, PassError, VerifyError

from .locations import describe

__all__ = [
    "PassManager",
    "arith",
    "collect",
    "complex",
    "context",
    "diagnostics",
    "erase",
    "ext",
    "func",
    "ir",
    "linalg",
    "math",
    "operations",
    "parse",
    "replace",
    "rewrite",
    "run_passes",
    "scf",
    "tensor",
    "to_bytecode",
    "torch_dialect",
    "verify",
]

MAXIMUM_NESTING = 256
"""Deeper nesting overflows the parser's stack, which kills the process."""

# Arrows, comparisons, comments and strings come first: what they hold is no bracket.
_BRACKETS = re.compile(r'->|>=|//[^\n]*|"(?:[^"\\\n]|\\.)*"|(?P<open>[(\[{<])|(?P<close>[)\]}>])')

# Any pipeline of torch-mlir's loads `torch_c`; running one on an empty module is the only way from Python.
_LOAD_TORCH_CONVERSION = "torch-backend-to-linalg-on-tensors-backend-pipeline"


def context(*, allow_unregistered: bool = False) -> ir.Context:
    """Make a context with every dialect loaded: upstream's, torch's and hpc.

    It is single-threaded (Python verifiers deadlock otherwise). All dialects are loaded before any operation exists:
    operations of one that loads later would change under live handles. Warnings and remarks are dropped unless a
    handler attached later takes them.
    """
    from .hpc import Hpc  # the dialect's module needs this one

    _let_bindings_find(__package__)
    made = ir.Context()
    made.enable_multithreading(False)
    made.allow_unregistered_dialects = allow_unregistered
    made.attach_diagnostic_handler(lambda diagnostic: diagnostic.severity != ir.DiagnosticSeverity.ERROR)
    torch_dialect.register_dialect(made)
    made.load_all_available_dialects()
    with made, ir.Location.unknown():
        Hpc.load()
        empty = ir.Module.create()
        PassManager.parse(f"builtin.module({_LOAD_TORCH_CONVERSION})").run(empty.operation)
    return made


def _let_bindings_find(package: str) -> None:
    """Tell the bindings where the module of a dialect of ours is.

    They look for it at every operation of the dialect that they see until they find it: 50 us each.
    """
    known = _ods_common._cext.globals
    if package not in known.dialect_search_modules:
        known.append_dialect_search_prefix(package)


@contextmanager
def diagnostics(target: ir.Context, kind: type[IsthmusError]) -> Iterator[list[str]]:
    """Collect MLIR's error messages; an `MLIRError` raised inside becomes one `kind` that holds them all."""
    messages: list[str] = []
    places: list[str] = []

    def receive(diagnostic: ir.Diagnostic) -> bool:
        if diagnostic.severity != ir.DiagnosticSeverity.ERROR:
            return False  # for a handler outside of this one, or `context`'s, which drops it
        messages.append(diagnostic.message)
        places.append(describe(str(diagnostic.location)))
        return True

    handler = target.attach_diagnostic_handler(receive)
    try:
        yield messages
    except (ir.MLIRError, ValueError, RuntimeError) as error:
        if isinstance(error, IsthmusError):
            raise
        raise _as_error(kind, error, messages, places) from error
    finally:
        handler.detach()


def _as_error(
    kind: type[IsthmusError], error: Exception, messages: Sequence[str], places: Sequence[str]
) -> IsthmusError:
    if isinstance(error, ir.MLIRError):
        messages = [*messages, *(found.message for found in error.error_diagnostics)]
        places = [*places, *(describe(str(found.location)) for found in error.error_diagnostics)]
    text = "\n".join(dict.fromkeys(messages)) or str(error)
    return kind(text, location=next((place for place in places if place), None))


def parse(text: str | bytes, target: ir.Context) -> ir.Module:
    """Parse and verify a module; malformed text is a `VerifyError` with line and column."""
    if isinstance(text, str) and _nesting(text) > MAXIMUM_NESTING:
        raise VerifyError(f"nesting deeper than {MAXIMUM_NESTING} levels", note="split the function")
    with target, ir.Location.unknown(), diagnostics(target, VerifyError):
        return ir.Module.parse(text)


def _nesting(text: str) -> int:
    depth = deepest = 0
    for match in _BRACKETS.finditer(text):
        if match["open"]:
            depth += 1
            deepest = max(deepest, depth)
        elif match["close"]:
            depth = max(depth - 1, 0)
    return deepest


def operations(root: ir.Module | ir.Operation) -> Iterator[ir.Operation]:
    """Yield every operation under `root`, in order, `root` excluded; do not edit while iterating: see `collect`."""
    for region in root.operation.regions:
        for block in region.blocks:
            for found in block.operations:
                yield found.operation
                yield from operations(found.operation)


def collect(
    root: ir.Module | ir.Operation, wanted: str | tuple[str, ...] | Callable[[ir.Operation], bool]
) -> list[ir.Operation]:
    """List the operations under `root` of the given name or names, or that satisfy a predicate."""
    if callable(wanted):
        return [found for found in operations(root) if wanted(found)]
    names = (wanted,) if isinstance(wanted, str) else wanted
    return [found for found in operations(root) if found.name in names]


def replace(old: ir.Operation, values: Sequence[ir.Value]) -> None:
    """Give every use of `old`'s results to `values`, then erase `old`; the handle is dead afterwards."""
    results = list(old.results)
    if len(results) != len(values):
        raise PassError(
            f"'{old.name}' has {len(results)} results: cannot be replaced by {len(values)} values",
            location=describe(str(old.location)),
        )
    for value in values:
        if old.context is not value.context:
            raise PassError(f"'{old.name}': the replacement belongs to another context")
        if value in results:  # `replace_all_uses_with` would never return
            raise PassError(f"'{old.name}' cannot be replaced by a result of its own")
    for result, value in zip(results, values, strict=True):
        result.replace_all_uses_with(value)
    old.erase()


def erase(old: ir.Operation) -> None:
    """Erase an operation whose results have no uses; with uses it is a `PassError`, not a crash."""
    if any(next(iter(result.uses), None) is not None for result in old.results):
        raise PassError(f"'{old.name}' still has uses", location=describe(str(old.location)))
    old.erase()


def run_passes(module: ir.Module, pipeline: str, *, verify_each: bool = True) -> None:
    """Run upstream passes (`"canonicalize,func.func(linalg-generalize-named-ops)"`) on a module.

    Every handle into `module` other than itself is stale afterwards. Failures are a `PassError`.
    """
    with module.context, diagnostics(module.context, PassError):
        manager = PassManager.parse(f"builtin.module({pipeline})")
        manager.enable_verifier(verify_each)
        manager.run(module.operation)


def verify(module: ir.Module) -> None:
    """Verify a module; a broken one is a `VerifyError` with the user's location."""
    with module.context, diagnostics(module.context, VerifyError) as messages:
        if not module.operation.verify():
            raise VerifyError("\n".join(messages) or "the module does not verify")


def to_bytecode(module: ir.Module) -> bytes:
    """Serialise a module, locations included, as MLIR bytecode."""
    stream = BytesIO()
    module.operation.write_bytecode(stream)
    return stream.getvalue()
