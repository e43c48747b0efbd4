"""What is built and installed: a source archive without links gives a wheel that holds every file, once."""

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import isthmus

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LAYERS = ("dialects", "frontend", "lowering", "runtime", "targets", "tools")


def packaged_files() -> set[str]:
    """List the package's files by their installed names."""
    own = {f"isthmus/{path.name}" for path in (ROOT / "src/isthmus").glob("*.py")}
    layered = {f"isthmus/{p.relative_to(ROOT)}" for layer in LAYERS for p in (ROOT / layer).rglob("*.py")}
    return own | layered | {"isthmus/py.typed"}


def test_the_source_archive_holds_every_file(sdist: Path) -> None:
    with tarfile.open(sdist) as archive:
        names = {re.sub(r"^[^/]*/", "", member.name) for member in archive if member.isfile()}
        assert not [member.name for member in archive if member.issym()]
    own = {name.replace("isthmus/", "src/isthmus/", 1) for name in packaged_files() if name.count("/") == 1}
    layered = {name.removeprefix("isthmus/") for name in packaged_files() if name.count("/") > 1}
    assert (own | layered | {"pyproject.toml", "README.md", "LICENSE"}) <= names


def test_the_wheel_holds_every_file_once(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
    assert sorted(names) == sorted(packaged_files())


def test_the_wheel_names_licence_and_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        texts = {Path(n).name: archive.read(n).decode() for n in archive.namelist() if ".dist-info/" in n}
    assert "LLVM Exceptions" in texts["LICENSE"]
    assert "isthmus = isthmus.tools.main:main" in texts["entry_points.txt"]
    assert "isthmus-opt = isthmus.tools.opt:main" in texts["entry_points.txt"]


def test_the_version_is_said_once() -> None:
    assert isthmus.__version__ == PROJECT["version"]
    assert f"## {isthmus.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_exact_requirements_agree_with_the_constraints() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pinned = {line.partition("==")[0].lower().replace("_", "-"): line for line in lines if "==" in line}
    extras = PROJECT["optional-dependencies"].values()
    wanted = [*PROJECT["dependencies"], *(line for extra in extras for line in extra)]
    for requirement in wanted:
        name = re.split(r"[=<>]", requirement)[0].lower().replace("_", "-")
        assert name in pinned, f"constraints.txt has no line for '{name}'"
        if "==" in requirement:
            assert pinned[name] == requirement


def test_every_public_name_exists() -> None:
    for name in isthmus.__all__:
        assert getattr(isthmus, name) is not None


def test_importing_the_package_imports_nothing_heavy() -> None:
    code = "import sys, isthmus; print([m for m in ('numpy', 'torch', 'iree') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
