"""One compilation by IREE, phase by phase, inside the worker process."""

import re
from collections.abc import Callable, Iterable
from ctypes import c_char_p, c_void_p
from pathlib import Path
from typing import Any

from iree.compiler import ir
from iree.compiler.api import Invocation, Output, Session, ctypes_dl

from .capture import captured
from .contraction import forbid_contraction
from .crossing import CrossingError, cross
from .multiply_add import split_multiply_adds
from .pad_products import pad_products
from .tiles import set_tiles

Json = Any
Report = Callable[[Json], None]

PHASES = (
    "input",
    "abi",
    "preprocessing",
    "global-optimization",
    "dispatch-creation",
    "flow",
    "stream",
    "executable-sources",
    "executable-configurations",
    "executable-targets",
    "hal",
    "vm",
    "end",
)
"""IREE's phases, in order; a compilation stops between them to report where it is."""

_SMALLEST = """
func.func @main(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = arith.addf %x, %x : tensor<4xf32>
  return %y : tensor<4xf32>
}
"""


def compile_file(request: Json, report: Report) -> Json:
    """Compile the bytecode in the file `source` into the file `result`; answer `ok`.

    `refused` in the answer says that no variant can succeed: the module holds what IREE does not know.

    The file `crossed`, when asked for, receives the module as it went to IREE, so that `iree-compile` alone can
    repeat the compilation.
    """
    session = _session(request["flags"])
    context = session.context
    with captured(context, lambda diagnostic: report({"diagnostic": diagnostic})):
        report({"phase": "reading"})
        context.allow_unregistered_dialects = True
        module = ir.Module.parse(Path(request["source"]).read_bytes(), context)
        try:
            cross(module)
        except CrossingError as error:
            error.location.emit_error(str(error))
            return {"ok": False, "refused": True}
        context.allow_unregistered_dialects = False
        if not request["fused"]:
            split_multiply_adds(module)
        pad_products(module, request["tiles"])
        set_tiles(module, request["tiles"])
        for name, text in request["attributes"].items():
            module.operation.attributes[name] = ir.Attribute.parse(text, context)
        if crossed := request.get("crossed"):
            _write_bytecode(module, Path(crossed))
        ok = _compile(session, module, Path(request["result"]), request["contract"], report)
    return {"ok": ok}


def describe(request: Json, report: Report) -> Json:
    """Answer what the flags of a CPU mean: LLVM's name and features of it, as text.

    For a processor it does not know LLVM warns on standard error, with the list of those it does.
    """
    session = _session(request["flags"])
    module = ir.Module.parse(_SMALLEST, session.context)
    invocation = session.invocation()
    invocation.import_module(module.operation)
    ok = _run_phases(invocation, PHASES[: PHASES.index("executable-sources") + 1], report)
    found = dict(re.findall(r'\b(cpu|cpu_features) = "([^"]*)"', str(module)))
    return {"ok": ok, "cpu": found.get("cpu", ""), "features": found.get("cpu_features", "")}


REQUESTS: dict[str, Callable[[Json, Report], Json]] = {"compile": compile_file, "describe": describe}
"""What a worker can be asked to do."""


def _session(flags: Iterable[str]) -> Session:
    """Open a session with flags that hold for the whole process.

    `Session.set_flags` would do for most, but drops what `--iree-opt-level` implies: every level was O0.
    """
    ctypes_dl._initializeGlobalCL("isthmus", *flags)
    return Session()


def _compile(session: Session, module: ir.Module, result: Path, contract: bool, report: Report) -> bool:
    if not module.operation.verify():
        return False
    invocation = session.invocation()
    invocation.import_module(module.operation)
    translated = PHASES.index("executable-targets") + 1
    if not _run_phases(invocation, PHASES[:translated], report):
        return False
    if not contract:
        forbid_contraction(module)
    if not _run_phases(invocation, PHASES[translated:], report, PHASES[translated - 1]):
        return False
    output = Output.open_file(str(result))
    invocation.output_vm_bytecode(output)
    output.keep()
    output.close()
    return True


def _run_phases(
    invocation: Invocation, phases: Iterable[str], report: Report, previous: str = "start"
) -> bool:
    """Run IREE from one phase to the next, which gives the same module as one run."""
    library, pointer = ctypes_dl._dylib, invocation._inv_p
    set_first = library.ireeCompilerInvocationSetCompileFromPhase
    set_last = library.ireeCompilerInvocationSetCompileToPhase
    set_first.argtypes = set_last.argtypes = [c_void_p, c_char_p]
    for phase in phases:
        report({"phase": phase})
        set_first(pointer, previous.encode())
        set_last(pointer, phase.encode())
        if not invocation.execute():
            return False
        previous = phase
    return True


def _write_bytecode(module: ir.Module, path: Path) -> None:
    with path.open("wb") as file:
        module.operation.write_bytecode(file)
