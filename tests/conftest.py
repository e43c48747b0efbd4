"""What all tests share: skips for machines without a device, `mpi(n)` tests under mpiexec, and the built wheel."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("dialects", "frontend", "lowering", "runtime", "targets", "tools")
BUILD_SDIST = "import sys; from setuptools import build_meta; build_meta.build_sdist(sys.argv[1])"
INSIDE = "ISTHMUS_TEST_RANKS"
"""Set in the environment of the ranks that a test marked `mpi(n)` runs on."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests that need a device where there is none."""
    if shutil.which("nvidia-smi") or shutil.which("rocm-smi"):
        return
    for item in items:
        if item.get_closest_marker("gpu"):
            item.add_marker(pytest.mark.skip(reason="no CUDA or ROCm device"))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test marked `mpi(n)` as the same test on n ranks; there it is an ordinary test."""
    marker = pyfuncitem.get_closest_marker("mpi")
    if marker is None or INSIDE in os.environ:
        return None
    launcher = Path(sys.executable).with_name("mpiexec")
    if not launcher.exists():
        pytest.skip("needs mpiexec: install isthmus[mpi]")
    ranks_wanted = str(marker.args[0])
    command = [str(launcher), "-n", ranks_wanted, sys.executable, "-m", "pytest", "-q", pyfuncitem.nodeid]
    ranks = subprocess.run(
        command,
        env=os.environ | {INSIDE: ranks_wanted},
        cwd=pyfuncitem.config.rootpath,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ranks.returncode == 0, ranks.stdout + ranks.stderr
    return True


def _unwanted(folder: str, names: list[str]) -> set[str]:
    """Name what a download lacks: links and what was built."""
    built = {name for name in names if name == "__pycache__" or name.endswith(".egg-info")}
    return built | {name for name in names if (Path(folder) / name).is_symlink()}


@pytest.fixture(scope="session")
def download(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the sources as a zip download unpacks where there are no symbolic links."""
    folder = tmp_path_factory.mktemp("download") / "isthmus"
    for name in (*LAYERS, "src"):
        shutil.copytree(ROOT / name, folder / name, ignore=_unwanted)
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="session")
def sdist(download: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the source archive."""
    out = tmp_path_factory.mktemp("sdist")
    subprocess.run([sys.executable, "-c", BUILD_SDIST, out], cwd=download, check=True, capture_output=True)
    return next(out.glob("*.tar.gz"))


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from the source archive."""
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-index", "--no-build-isolation"]
    subprocess.run([*command, "--wheel-dir", out, sdist], check=True, capture_output=True)
    return next(out.glob("*.whl"))
