"""Programs with kernels: launches as MLIR text, and artifacts of them."""

from collections.abc import Sequence
from itertools import groupby

from isthmus.dialects import mlir
from isthmus.lowering.find_layout import find_layout
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.boot import iree_version
from isthmus.runtime.manifest import Manifest, ModuleRecord
from isthmus.runtime.memory import Array
from isthmus.runtime.parameters import describe
from isthmus.signature import Signature
from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

from .conftest import to_bytecode


def launch(
    operands: str, types: str, segments: Sequence[int], *, kernel: str = "kernel", workgroups: int = 1
) -> str:
    """Write a launch, without the names of its results; `types` are separated by ' ; '."""
    kinds = types.split(" ; ")
    results = kinds[segments[0] : segments[0] + segments[1]]
    return (
        f'"hpc.launch"({operands}) {{kernel = @{kernel}, workgroups = {workgroups} : i64, '
        f"segments = array<i64: {', '.join(map(str, segments))}>, "
        f"operandSegmentSizes = {_runs(kinds, 64)}, resultSegmentSizes = {_runs(results, 32)}}} : "
        f"({', '.join(kinds)}) -> ({', '.join(results)})"
    )


def _runs(types: Sequence[str], count: int) -> str:
    runs = [len(list(run)) for _, run in groupby(types)]
    return f"array<i32: {', '.join(map(str, [*runs, *[0] * (count - len(runs))]))}>"


def artifact(
    text: str, entries: dict[str, Signature], state: dict[str, Array] | None = None, target: str = "cpu"
) -> Artifact:
    """Compile a module whose functions have the ABI of entry points."""
    machine = parse_target(target)
    module = mlir.parse(text, mlir.context())
    layouts = {name: find_layout(module, signature, name) for name, signature in entries.items()}
    compiled = compile_module(to_bytecode(text), machine)
    record = ModuleRecord(target, "local", machine.requirements, "modules/m.vmfb", layouts=layouts)
    versions = {"isthmus": "0.1.0", "iree": iree_version()}
    parameters = state or {}
    manifest = Manifest("kernels", entries, (record,), versions, parameters=describe(parameters))
    return Artifact(manifest, {record.path: compiled.module}, parameters)
