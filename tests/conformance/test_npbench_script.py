"""The machinery of npbench's suite, on three kernels of our own in the form of npbench's."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, dict[str, Any]]]:
    pytest.importorskip("torch_mlir")
    file = tmp_path_factory.mktemp("npbench") / "out.json"
    command = [sys.executable, HERE / "npbench_suite.py", HERE / "tiny_npbench", "--time", "--json", file]
    done = subprocess.run(
        [*map(str, command), "--seconds", "0.01", "--require", "2"],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 1, done.stderr
    outcomes = json.loads(file.read_text())["outcomes"]
    return done.stdout, {outcome["name"]: outcome for outcome in outcomes}


def test_a_kernel_that_matches_is_valid_and_timed(run: tuple[str, dict[str, dict[str, Any]]]) -> None:
    smooth = run[1]["smooth"]
    assert smooth["stage"] == "valid", smooth["reason"]
    assert smooth["counts"] == "run-time"
    assert smooth["error"] < 1e-14 and smooth["isthmus"] > 0 and smooth["numpy"] > 0


def test_a_refused_kernel_has_its_reason(run: tuple[str, dict[str, dict[str, Any]]]) -> None:
    assert run[1]["shrink"]["stage"] == "compile"
    assert run[1]["shrink"]["reason"].startswith("CaptureError")


def test_a_dead_process_costs_one_kernel(run: tuple[str, dict[str, dict[str, Any]]]) -> None:
    assert run[1]["leave"]["stage"] == "crash"
    assert "exit status 7" in run[1]["leave"]["reason"]


def test_the_table_counts(run: tuple[str, dict[str, dict[str, Any]]]) -> None:
    assert "**1 of 3 validate**" in run[0]
