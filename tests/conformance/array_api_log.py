"""A pytest plugin: writes one line of JSON when a test starts and one when it ends, so that a crash loses nothing.

Failures are not shrunk: that would run a hundred examples for each.
"""

import json
import os
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings


@pytest.hookimpl(trylast=True)
def pytest_configure() -> None:
    """Change the suite's own profile."""
    base = settings.get_profile("array-api-tests")
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile("fast", base, phases=phases, suppress_health_check=list(HealthCheck))
    settings.load_profile("fast")


def _write(row: dict[str, Any]) -> None:
    with Path(os.environ["ARRAY_API_LOG"]).open("a") as file:
        file.write(json.dumps(row) + "\n")


def pytest_runtest_logstart(nodeid: str) -> None:
    _write({"test": nodeid, "outcome": "crashed"})


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Generator[None, Any, Any]:
    report = yield
    if call.when == "call" or report.outcome != "passed":
        reason = "" if call.excinfo is None else _reason(call.excinfo.value)
        _write({"test": item.nodeid, "outcome": report.outcome, "reason": reason})
    return report


def _reason(error: BaseException) -> str:
    if isinstance(error, BaseExceptionGroup):
        return _reason(error.exceptions[0])
    text = str(error).strip()
    return f"{type(error).__name__}: {text.splitlines()[0] if text else ''}"[:300]
