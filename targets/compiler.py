"""Compiles a lowered module for a target: down the ladder of variants until one succeeds."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from isthmus.errors import CompileError

from ..runtime.manifest import Attempt, Requirements
from .diagnostics import Diagnostic, first_error, read_diagnostic
from .process import WorkerError, run_worker
from .target import Target, Variant

Json = Any
Progress = Callable[[str], None]

TIMEOUT = 1800.0
"""Seconds one variant may take."""


@dataclass(frozen=True)
class Compiled:
    """Hold a module compiled by IREE, the variant that won, and every attempt, failures first."""

    module: bytes
    variant: str
    attempts: tuple[Attempt, ...]


@dataclass(frozen=True)
class _Outcome:
    """Tell how one variant went; `error` is None when it succeeded or the compiler died without a diagnostic.

    `refused` means that no other variant can do better.
    """

    attempt: Attempt
    error: Diagnostic | None = None
    refused: bool = False


class _Watch:
    """Follow one worker: the phase it is in, its diagnostics so far, the seconds."""

    def __init__(self, name: str, progress: Progress | None) -> None:
        self.phase = "start"
        self.diagnostics: list[Diagnostic] = []
        self._name, self._progress, self._start = name, progress, time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._start

    def see(self, event: Json) -> None:
        """Take one event of the worker, `{}` for none in a while."""
        if "diagnostic" in event:
            self.diagnostics.append(read_diagnostic(event["diagnostic"]))
            return
        self.phase = event.get("phase", self.phase)
        if self._progress:
            self._progress(f"{self._name}: {self.phase} ({self.seconds:.1f} s)")


def compile_module(
    bytecode: bytes,
    target: Target,
    *,
    progress: Progress | None = None,
    keep: Path | None = None,
    timeout: float = TIMEOUT,
    contract: bool = False,
) -> Compiled:
    """Compile MLIR bytecode for `target` with the first variant that IREE accepts.

    `progress` gets one line per event. `keep` names a directory for the module as it went to IREE and the compiled
    one. `timeout` bounds each variant, in seconds. `contract` lets `a * b + c` round once, which is faster where
    arithmetic is the limit and differs from NumPy and torch in the last place.

    Raises `CompileError` when every variant fails; it names the user's layer, file and line when IREE knows them.
    """
    failures: list[_Outcome] = []
    with _directory(keep) as directory:
        source = directory / "lowered.mlirbc"
        source.write_bytes(bytecode)
        for variant in target.variants():
            request = _request(target, variant, directory, keep is not None, contract)
            outcome = _attempt(request, variant, timeout, _Watch(f"{target.text}: {variant.name}", progress))
            if outcome.attempt.error is None:
                attempts = (*(failure.attempt for failure in failures), outcome.attempt)
                return Compiled(Path(request["result"]).read_bytes(), variant.name, attempts)
            failures.append(outcome)
            if outcome.refused:
                break
            if progress:
                progress(f"{target.text}: {variant.name} failed: {outcome.attempt.error}")
    raise _all_failed(target, failures)


@contextmanager
def _directory(keep: Path | None) -> Iterator[Path]:
    if keep:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep
        return
    with TemporaryDirectory(prefix="isthmus-") as path:
        yield Path(path)


def _request(target: Target, variant: Variant, directory: Path, crossed: bool, contract: bool) -> Json:
    return {
        "do": "compile",
        "source": str(directory / "lowered.mlirbc"),
        "result": str(directory / f"{variant.name}.vmfb"),
        "attributes": dict(target.attributes()),
        "crossed": str(directory / "iree.mlirbc") if crossed else None,
        "flags": list(variant.flags),
        "contract": contract,
        "fused": _has_multiply_add(target.requirements),
        "tiles": dict(target.tiles()) if variant.tiled else {},
    }


def _has_multiply_add(machine: Requirements) -> bool:
    return machine.architecture != "x86_64" or "fma" in machine.features


def _attempt(request: Json, variant: Variant, timeout: float, watch: _Watch) -> _Outcome:
    """Try one variant."""
    reason: str | None = None
    refused = False
    try:
        answer = run_worker(request, timeout, watch.see)
        if not answer.data["ok"]:
            refused = answer.data.get("refused", False)
            reason = _reason(answer.data.get("exception", ""), answer.log)
    except WorkerError as failure:
        reason = _reason(f"{failure} in phase '{watch.phase}'", failure.log)
    error = first_error(watch.diagnostics) if reason else None
    if error:
        reason = error.message
    attempt = Attempt(variant.name, variant.flags, round(watch.seconds, 3), reason)
    return _Outcome(attempt, error, refused)


def _reason(summary: str, log: str) -> str:
    """Add to a summary the line of the log that says most."""
    summary = " ".join(summary.split())
    lines = [line.strip() for line in log.splitlines()]
    for sign in ("LLVM ERROR", "Unknown command line argument", "Assertion", "error:", "Error:"):
        for line in lines:
            if sign in line:
                return f"{summary}: {line}" if summary else line
    return summary or "the compiler failed without a message"


def _all_failed(target: Target, failures: list[_Outcome]) -> CompileError:
    """Name the user's layer and the first reason; the note lists what was tried."""
    if failures[-1].refused and failures[-1].error:
        error = failures[-1].error
        note = "no pass of the lowering replaced it: please report this program"
        return CompileError(error.sentence(target.text), location=error.place or None, note=note)
    reasons: dict[str | None, list[str]] = {}
    for failure in failures:
        reasons.setdefault(failure.attempt.error, []).append(failure.attempt.variant)
    tried = "; ".join(f"{', '.join(variants)} ({reason})" for reason, variants in reasons.items())
    note = f"every variant failed: {tried}"
    for failure in failures:
        if failure.error:
            place = failure.error.place or None
            return CompileError(failure.error.sentence(target.text), location=place, note=note)
    reason = failures[0].attempt.error
    return CompileError(f"{target.text}: cannot compile the program: {reason}", note=note)
