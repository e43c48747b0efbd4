"""Loads the end-to-end programs of a torch-mlir checkout and runs them eagerly for their golden values."""

import importlib
import importlib.util
import multiprocessing
import sys
import types
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKAGE = "torch_mlir_e2e_test"
SUITE = f"{PACKAGE}.test_suite"


@dataclass(frozen=True)
class Call:
    """One invocation of a program: its inputs before the call and the value torch gave."""

    inputs: list[Any]
    golden: Any


@dataclass(frozen=True)
class Suite:
    """Everything a checkout registered, and the files of it that cannot be imported here."""

    programs: dict[str, Any]
    skipped: dict[str, str]


def load(checkout: Path) -> Suite:
    """Import the suite of a checkout; a file that needs something absent (torchvision) is skipped with its reason."""
    python = checkout / "projects" / "pt1" / "python"
    folder = python / Path(*SUITE.split("."))
    if not folder.is_dir():
        raise SystemExit(f"error: no end-to-end suite in '{checkout}'\nnote: expected the folder '{folder}'")
    sys.path.insert(0, str(python))
    sys.modules.setdefault("multiprocess", multiprocessing)
    # The package's own __init__ wants torch_mlir's version file, which the wheel does not ship.
    package = types.ModuleType(SUITE)
    package.__path__ = [str(folder)]
    sys.modules[SUITE] = package
    if importlib.util.find_spec("torchvision") is None:
        # One file imports it half way down for one program of many; the programs that call it fail when run.
        sys.modules["torchvision"] = types.ModuleType("torchvision")
    skipped = {}
    for file in sorted(folder.glob("*.py")):
        if file.stem == "__init__":
            continue
        try:
            with warnings.catch_warnings(action="ignore"):
                importlib.import_module(f"{SUITE}.{file.stem}")
        except (ImportError, AttributeError, OSError) as error:
            skipped[file.name] = f"{type(error).__name__}: {error}"
    registry = importlib.import_module(f"{PACKAGE}.registry").GLOBAL_TEST_REGISTRY
    return Suite({test.unique_name: test for test in registry}, skipped)


def golden_calls(test: Any) -> list[Call]:
    """Run the program eagerly on its stimuli, as the suite's own framework does."""
    framework = importlib.import_module(f"{PACKAGE}.framework")
    return [Call(list(item.inputs), item.output) for item in framework.generate_golden_trace(test)]


def mismatch(value: Any, golden: Any) -> str | None:
    """Compare by the suite's own rules; None when they hold, else the reason."""
    reporting = importlib.import_module(f"{PACKAGE}.reporting")
    try:
        report = reporting.ValueReport(value, golden, reporting.ErrorContext.empty())
    except (
        RuntimeError,
        ZeroDivisionError,
    ) as error:  # its summary fails on empty tensors, its ratio on zero
        return None if value == golden else f"values differ ({error})"
    return report.error_str() if report.failed else None
