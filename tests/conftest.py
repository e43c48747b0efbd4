"""What all tests share: skips for machines without a device, and the running of `mpi(n)` tests under mpiexec."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

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
