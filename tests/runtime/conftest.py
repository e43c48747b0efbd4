"""Small modules compiled once a session, following the ABI of compiled programs."""

import functools
from collections.abc import Callable
from pathlib import Path

import pytest

from isthmus.runtime.artifact import Artifact
from isthmus.runtime.boot import iree_version
from isthmus.runtime.manifest import Manifest, ModuleRecord, Requirements
from isthmus.runtime.memory import Array
from isthmus.signature import Signature, TensorType, Tree

FLAGS = (
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=host",
    "--iree-input-demote-f64-to-f32=false",
    "--iree-opt-level=O2",
    "--iree-stream-resource-min-offset-alignment=16",
)
MODULES = Path(__file__).with_name("modules")
Build = Callable[..., Artifact]


@functools.cache
def compiled(name: str) -> bytes:
    """Compile `modules/<name>.mlir` for this machine."""
    tools = pytest.importorskip("iree.compiler.tools")
    module = tools.compile_file(str(MODULES / f"{name}.mlir"), extra_args=list(FLAGS))
    assert isinstance(module, bytes)
    return module


def signature(inputs: str, outputs: str, **options: object) -> Signature:
    """Write a signature as text: `signature("x: f32[n]; y: f32[n]", "z: f32[n]")`."""
    takes, gives = tensors(inputs), tensors(outputs)
    arguments = Tree("tuple", None, (leaves(len(takes)), Tree("dict")))
    results = leaves(len(gives)) if len(gives) > 1 else Tree("leaf", 0)
    defaults = {"arguments": arguments, "results": results, "names": tuple(value.name for value in takes)}
    sizes = {size for value in takes for size in value.shape if isinstance(size, str) and size.isidentifier()}
    symbols = dict.fromkeys(sorted(sizes), (0, None))
    return Signature(takes, gives, **{**defaults, "symbols": symbols, **options})  # type: ignore[arg-type]


def tensors(text: str) -> tuple[TensorType, ...]:
    """Read `x: f32[n, 4]; k: i64!` where `!` marks a Python number."""
    rows = [row.strip() for row in text.split(";") if row.strip()]
    return tuple(_tensor(row) for row in rows)


def _tensor(row: str) -> TensorType:
    name, _, kind = row.partition(":")
    dtype, _, sizes = kind.strip().rstrip("]!").partition("[")
    shape = tuple(int(size) if size.isdigit() else size for size in map(str.strip, sizes.split(",")) if size)
    return TensorType(name.strip(), dtype, shape, scalar=row.endswith("!"))


def leaves(count: int) -> Tree:
    """Give a tuple of that many leaves."""
    return Tree("tuple", None, tuple(Tree("leaf", index) for index in range(count)))


def artifact(
    name: str, signature: Signature, parameters: dict[str, Array] | None = None, **options: object
) -> Artifact:
    """Make an artifact of a compiled module of `modules/`."""
    record = ModuleRecord("cpu", "local", Requirements(), f"modules/{name}.vmfb")
    versions = {"isthmus": "0.1.0", "iree": iree_version()}
    settings: dict[str, object] = {"created_with": versions, "modules": (record,), **options}
    manifest = Manifest(name, {"main": signature}, **settings)  # type: ignore[arg-type]
    return Artifact(manifest, {record.path: compiled(name)}, parameters or {})


@pytest.fixture(scope="session")
def add() -> Artifact:
    """`z = x + y` of one symbolic size."""
    return artifact("add", signature("x: f32[n]; y: f32[n]", "z: f32[n]"))
