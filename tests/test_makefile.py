"""The developer's commands: what they say, and how they fail on a bare machine."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
COMMANDS = ("bench", "bench-simulation", "check", "clean", "demo", "format", "help", "lint", "test", "venv")


def make(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(["make", *arguments], cwd=folder, env=clean, capture_output=True, text=True)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Copy what `make venv` reads."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def test_make_alone_lists_the_commands(checkout: Path) -> None:
    said = make(checkout).stdout
    assert [name for name in COMMANDS if f"make {name} " not in said] == []


def test_a_missing_python_is_said(checkout: Path) -> None:
    done = make(checkout, "venv", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "'no-such-python' is missing or older than Python 3.11" in done.stdout


def test_a_python_without_venv_is_said(checkout: Path) -> None:
    python = checkout / "python-of-debian"
    python.write_text('#!/bin/sh\ncase "$2" in *ensurepip*) exit 1;; esac\nexit 0\n')
    python.chmod(0o755)
    done = make(checkout, "venv", f"PYTHON={python}")
    assert done.returncode != 0
    assert "apt install python3-venv" in done.stdout


def test_continuous_integration_runs_the_same_commands() -> None:
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    assert [line for line in lines if line.startswith("make")] == ["make lint", "make test"]
    assert "set -euo pipefail" in lines
