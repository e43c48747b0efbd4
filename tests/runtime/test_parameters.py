"""Parameters: where their bytes lie, and how much memory writing and running take."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.runtime.conftest import artifact, signature

from isthmus.errors import ArtifactError
from isthmus.runtime.loader import load
from isthmus.runtime.memory import is_aligned
from isthmus.runtime.parameters import ArchivedParameters, index_of_arrays, write_archive
from isthmus.signature import TensorType

SOURCE = Path(__file__).parents[2] / "src"
MEGABYTE = 1 << 20
SIZE = 4096 * 4096 * 4
PROLOGUE = """
import os, sys, numpy as np
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.loader import load
from dataclasses import replace
def peak():
    return next(int(line.split()[1]) << 10 for line in open("/proc/self/status") if line.startswith("VmHWM"))
"""
RUN = """
program = load(sys.argv[1], threads=1)
x = np.ones(4096, np.float32)
before = peak()
assert (program(x) == 4096).all()
print(peak() - started)
"""
WRITE = """
Artifact.open(sys.argv[1])
started = peak()
weights = {"w": np.ones((4096, 4096), np.float32)}
replace(Artifact.open(sys.argv[1]), parameters=weights).save(sys.argv[1] + ".again")
print(peak() - started)
"""


def measured(code: str, path: Path) -> int:
    """Run code in a fresh process and give the bytes it says its memory grew by."""
    command = [sys.executable, "-c", PROLOGUE + code, str(path)]
    source = {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, env=os.environ | source, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("large") / "net.isthmus"
    weights = {"w": np.ones((4096, 4096), np.float32)}
    artifact("large", signature("x: f32[4096]", "y: f32[4096]"), weights).save(path)
    return path


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_running_takes_no_more_than_the_parameters_and_a_tenth(large: Path) -> None:
    code = "import iree.runtime; Artifact; started = peak()\n" + RUN
    assert measured(code, large) < 1.1 * SIZE + 8 * MEGABYTE


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_writing_holds_no_second_copy(large: Path) -> None:
    assert measured(WRITE, large) < 1.1 * SIZE + 8 * MEGABYTE


def test_arrays_in_memory_are_used_where_they_lie() -> None:
    array = np.ones((16, 16))
    _, owners = index_of_arrays({"a": array, "strided": array[:, ::2]})
    assert np.shares_memory(owners[0], array) and not np.shares_memory(owners[1], array)


@pytest.mark.parametrize("offset", [4, 16])
def test_unaligned_parameters_give_right_numbers(offset: int) -> None:
    block = np.zeros(8 * 8 * 4 + offset, np.uint8)
    weight = block[offset:].view(np.float32).reshape(8, 8)
    weight[:] = np.arange(64).reshape(8, 8)
    assert is_aligned(weight) == (offset == 16)
    program = load(artifact("linear", signature("x: f32[8]", "y: f32[8]"), {"w": weight}))
    np.testing.assert_allclose(program(np.ones(8, np.float32)), weight.sum(axis=1), rtol=1e-6)


def test_a_missing_parameter_is_refused() -> None:
    with pytest.raises(ArtifactError, match="cannot run 'linear' on this machine: module 'cpu': cannot load"):
        load(artifact("linear", signature("x: f32[8]", "y: f32[8]"), {"other": np.ones(3)}))


def test_an_archive_that_is_not_one_is_refused(tmp_path: Path) -> None:
    (tmp_path / "p.irpa").write_bytes(b"IRPA" + bytes(60))
    with pytest.raises(ArtifactError, match=r"cannot read .*p\.irpa"):
        ArchivedParameters(tmp_path / "p.irpa", ())
    write_archive(tmp_path / "q.irpa", {"a": np.ones(3)})
    with pytest.raises(ArtifactError, match="holds no parameter 'b'"):
        ArchivedParameters(tmp_path / "q.irpa", (TensorType("b", "f64", (3,)),))
