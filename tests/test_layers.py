"""The folders' import rules and the shape of the package, read from the sources."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OWN = "src/isthmus"
MAY_IMPORT: dict[str, set[str]] = {
    "runtime": set(),
    "targets": {"runtime"},
    "dialects": set(),
    "lowering": {"dialects", "targets"},
    "frontend": {"dialects"},
    "tools": {"dialects", "frontend", "lowering", "targets", "runtime"},
}
RUNTIME_MAY_IMPORT = {"numpy", "ml_dtypes", "iree", "mpi4py"}
SHARED = {"isthmus.errors", "isthmus.graph", "isthmus.spec", "isthmus.dtypes", "isthmus.signature"}
ONLY_IN: dict[str, tuple[str, ...]] = {
    "torch": ("frontend/torch/", "tools/", "src/isthmus/compiler.py"),
    "torch_mlir.ir": ("dialects/mlir.py",),
    "torch_mlir.passmanager": ("dialects/mlir.py",),
    "torch_mlir.rewrite": ("dialects/mlir.py",),
    "torch_mlir.dialects": ("dialects/mlir.py",),
    "torch_mlir.extras": ("frontend/torch/",),  # the importer of graphs
    "torch_mlir.fx": (),
    "iree.compiler": ("targets/",),
    "iree.runtime": ("runtime/",),
    "mpi4py": ("runtime/",),
}
ABOVE_ALL = tuple(
    f"src/isthmus/{name}.py"
    for name in ("__init__", "api", "compiler", "entries", "jit_call", "jit_key", "jitted", "lowered")
)
"""The package's own modules that may import every layer."""


def sources(folder: str, *, root: Path = ROOT) -> list[Path]:
    """List the Python files under a folder; of `src/isthmus` its own files, not what the links lead to."""
    found = sorted((root / folder).rglob("*.py"))
    return [path for path in found if folder != OWN or path.parent == root / OWN]


def imports(path: Path, *, root: Path = ROOT) -> Iterator[str]:
    """Yield the absolute name of everything the file imports, wherever in the file it stands."""
    parts = path.relative_to(root / OWN if path.is_relative_to(root / OWN) else root).parent.parts
    package = ["isthmus", *parts]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = [node.module] if node.module else []
            yield from (".".join([*base, *module, alias.name]) for alias in node.names)


def within(name: str, modules: set[str]) -> bool:
    """Tell whether a name is one of the modules or lies inside one."""
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def wrong_imports(layer: str, banned: set[str], *, root: Path = ROOT) -> list[str]:
    """Name each import of a banned module or of anything inside it."""
    return [
        f"{path.relative_to(root)} imports {name}"
        for path in sources(layer, root=root)
        for name in imports(path, root=root)
        if within(name, banned)
    ]


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_layers_import_downwards_only(layer: str) -> None:
    banned = {f"isthmus.{other}" for other in MAY_IMPORT.keys() - MAY_IMPORT[layer] - {layer}}
    wrong = wrong_imports(layer, banned | {"isthmus.api", "isthmus.compiler"} if layer != "tools" else banned)
    assert not wrong, "\n".join(wrong)


def test_targets_take_the_manifest_alone_from_the_runtime() -> None:
    wrong = [
        line
        for line in wrong_imports("targets", {"isthmus.runtime"})
        if "isthmus.runtime.manifest" not in line
    ]
    assert not wrong, "\n".join(wrong)


def test_layers_are_never_imported_by_their_bare_name() -> None:
    wrong = [line for layer in MAY_IMPORT for line in wrong_imports(layer, set(MAY_IMPORT))]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("module", ONLY_IN)
def test_heavy_modules_enter_through_one_place(module: str) -> None:
    wrong = [
        line
        for layer in (*MAY_IMPORT, OWN)
        for line in wrong_imports(layer, {module})
        if not any(line.startswith(place) for place in ONLY_IN[module])
    ]
    assert not wrong, "\n".join(wrong)


def test_the_runtime_stands_alone() -> None:
    allowed = RUNTIME_MAY_IMPORT | SHARED | {"isthmus.runtime"} | set(sys.stdlib_module_names)
    wrong = [
        f"{path.relative_to(ROOT)} imports {name}"
        for path in sources("runtime")
        for name in imports(path)
        if not within(name, allowed)
    ]
    assert not wrong, "\n".join(wrong)
    assert not wrong_imports("runtime", {"iree.compiler"})


def test_the_shared_modules_import_no_layer() -> None:
    layers = {f"isthmus.{layer}" for layer in MAY_IMPORT} | {"isthmus.api", "isthmus.compiler"}
    wrong = [line for line in wrong_imports(OWN, layers) if not line.startswith(ABOVE_ALL)]
    assert not wrong, "\n".join(wrong)


def test_every_package_is_shipped() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    folders = {path.parent for layer in MAY_IMPORT for path in sources(layer)}
    missing = [str(folder) for folder in folders if not (folder / "__init__.py").exists()]
    assert not missing, f"folders without __init__.py: {missing}"
    found = {".".join(["isthmus", *folder.relative_to(ROOT).parts]) for folder in folders}
    assert sorted(found | {"isthmus"}) == settings["packages"]
    assert set(settings["package-dir"]) == {"isthmus", *(f"isthmus.{layer}" for layer in MAY_IMPORT)}


@pytest.mark.parametrize("layer", MAY_IMPORT)
def test_init_files_hold_no_logic(layer: str) -> None:
    for path in (ROOT / layer).rglob("__init__.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert ast.get_docstring(tree), f"{path} has no docstring"
        for node in tree.body[1:]:
            assert isinstance(node, ast.Import | ast.ImportFrom | ast.Assign), f"{path}:{node.lineno}"


@pytest.mark.parametrize("layer", [*MAY_IMPORT, OWN])
def test_files_are_short_enough_to_read(layer: str) -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text("utf-8").splitlines()) for path in sources(layer)}
    long = [f"{path}: {lines} lines" for path, lines in lengths.items() if lines > 450]
    assert not long, "\n".join(long)


def test_planted_imports_are_seen(tmp_path: Path) -> None:
    planted = tmp_path / "runtime" / "inner" / "planted.py"
    planted.parent.mkdir(parents=True)
    planted.write_text("def late():\n    from ...lowering.passes import Pass\n    import torch.nn\n")
    banned = {"isthmus.lowering", "torch"}
    assert wrong_imports("runtime", banned, root=tmp_path) == [
        "runtime/inner/planted.py imports isthmus.lowering.passes.Pass",
        "runtime/inner/planted.py imports torch.nn",
    ]
