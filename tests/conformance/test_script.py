"""The script's machinery, on four programs of our own in the form of torch-mlir's suite."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, dict[str, dict[str, str]]]:
    pytest.importorskip("torch_mlir")
    file = tmp_path_factory.mktemp("conformance") / "out.json"
    command = [sys.executable, HERE / "torch_mlir_suite.py", HERE / "tiny", "--jobs", "1", "--json", file]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    outcomes = json.loads(file.read_text())["outcomes"]
    return done.stdout, {outcome["name"]: outcome for outcome in outcomes}


def test_a_program_that_matches_passes(run: tuple[str, dict[str, dict[str, str]]]) -> None:
    assert run[1]["Scale_basic"]["stage"] == "passed", run[1]["Scale_basic"]["text"]


def test_a_wrong_value_is_found(run: tuple[str, dict[str, dict[str, str]]]) -> None:
    assert run[1]["Unequal_basic"]["stage"] == "compare"


def test_a_refused_program_has_its_cause(run: tuple[str, dict[str, dict[str, str]]]) -> None:
    assert run[1]["Branch_basic"]["stage"] == "compile"
    assert run[1]["Branch_basic"]["error"] == "CaptureError"


def test_a_dead_process_costs_one_program(run: tuple[str, dict[str, dict[str, str]]]) -> None:
    assert (run[1]["Abort_basic"]["stage"], run[1]["Abort_basic"]["error"]) == ("crash", "exit code 7")
    assert len(run[1]) == 4


def test_the_report_counts_and_groups(run: tuple[str, dict[str, dict[str, str]]]) -> None:
    assert "1 of 4 match (25.0 %)" in run[0]
    assert "skipped absent.py: ModuleNotFoundError" in run[0]
