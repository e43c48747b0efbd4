"""`isthmus doctor`: what is installed, and what works here, found by trying it."""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from .console import USER_ERROR, Parser, guarded

PROGRAM = "isthmus doctor"

_EPILOG = """\
Each line is 'ok', '--' (not present, not needed) or 'FAIL'; whatever is tried runs in a process of its own.

exit codes: 0 nothing failed, 1 something that is installed does not work
"""

PACKAGES: tuple[tuple[str, str], ...] = (
    ("isthmus", "isthmus"),
    ("numpy", "isthmus"),
    ("ml_dtypes", "isthmus"),
    ("iree-base-runtime", "isthmus"),
    ("iree-base-compiler", "isthmus[compiler]"),
    ("torch", "isthmus[compiler]"),
    ("torch-mlir", "isthmus[compiler]"),
    ("mpi4py", "isthmus[mpi]"),
)
"""Each package, and what to install to get it."""

_COMPILER = ("iree-base-compiler", "torch", "torch-mlir")
_TARGETS = {"local": "cpu", "cuda": "cuda", "hip": "rocm"}
_NOTABLE = (
    "sse4.2",
    "avx",
    "avx2",
    "fma",
    "avx512f",
    "avx512bf16",
    "avx512fp16",
    "amx-bf16",
    "neon",
    "sve",
    "sve2",
)
_SECONDS = 180


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the command line."""
    made = Parser(program, __doc__, _EPILOG)
    made.add_argument("--json", action="store_true", help="print the findings as JSON")
    return made


def main(argv: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the tool; returns the exit code."""
    arguments = parser(program).parse_args(argv)
    return guarded(program, lambda: _main(arguments.json))


@dataclass
class Findings:
    """Collect what was found, printing each line as it comes unless `as_json`."""

    as_json: bool
    rows: list[dict[str, str]] = field(default_factory=list)

    def add(self, verdict: str, what: str, text: str, note: str = "") -> None:
        """Record one line: `verdict` is 'ok', '--' or 'FAIL'."""
        self.rows.append({"verdict": verdict, "what": what, "text": text, "note": note})
        if not self.as_json:
            print(f"{verdict:4}  {what:20} {text}" + (f"\n      note: {note}" if note else ""), flush=True)

    @property
    def failed(self) -> bool:
        """Whether something that is installed does not work."""
        return any(row["verdict"] == "FAIL" for row in self.rows)


def _main(as_json: bool) -> int:
    findings = Findings(as_json)
    _machine(findings)
    versions = {name: _version(name) for name, _ in PACKAGES}
    for name, extra in PACKAGES:
        _package(findings, name, versions[name], extra)
    devices = _devices(findings)
    if all(versions[name] for name in _COMPILER):
        _compile_and_run(findings, devices)
    else:
        findings.add(
            "--",
            "compiling",
            "not installed: artifacts can be loaded and called",
            "pip install 'isthmus[compiler]'",
        )
    if versions["mpi4py"]:
        _mpi(findings)
    if as_json:
        print(json.dumps(findings.rows, indent=1))
    return USER_ERROR if findings.failed else 0


def _machine(findings: Findings) -> None:
    findings.add("ok", "python", f"{platform.python_version()} at {sys.executable}")
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    findings.add("ok", "machine", f"{platform.system()} {platform.machine()}, {cores} cores usable")
    findings.add("ok", "processor", _processor())


def _processor() -> str:
    """Name the architecture and those features that compiled code is made for."""
    from ..runtime.cpu import host_cpu

    cpu = host_cpu()
    if cpu.features is None:
        return f"{cpu.architecture}, features unknown on this system"
    known = [name for name in _NOTABLE if name in cpu.features]
    return f"{cpu.architecture} with {', '.join(known) or 'no vector extensions'}"


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _package(findings: Findings, name: str, version: str | None, extra: str) -> None:
    if version:
        findings.add("ok", name, version)
    elif extra == "isthmus":
        findings.add("FAIL", name, "not installed", f"pip install {extra}")
    else:
        findings.add("--", name, "not installed", f"pip install '{extra}'")


def _devices(findings: Findings) -> list[str]:
    """Open each kind of device; give those that are there."""
    found = []
    for kind in _TARGETS:
        report = probe("device", kind)
        if "error" not in report:
            found.append(kind)
            findings.add("ok", f"device {kind}", f"driver {report['driver']}")
        else:
            findings.add("FAIL" if kind == "local" else "--", f"device {kind}", report["error"])
    return found


def _compile_and_run(findings: Findings, devices: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="isthmus-doctor-") as folder:
        for kind in devices:
            target = _TARGETS[kind]
            path = str(Path(folder) / f"{target}.isthmus")
            compiled = probe("compile", target, path)
            _add(findings, f"compile for {target}", compiled, f"variant {compiled.get('variant')}")
            if "error" not in compiled:
                ran = probe("run", kind, path)
                _add(findings, f"run on {kind}", ran, f"right numbers from driver {ran.get('driver')}")


def _mpi(findings: Findings) -> None:
    report = probe("mpi")
    _add(findings, "MPI", report, f"{report.get('library')}, {report.get('size')} ranks in this job")


def _add(findings: Findings, what: str, report: dict[str, Any], text: str) -> None:
    if "error" in report:
        findings.add("FAIL", what, report["error"])
    else:
        findings.add("ok", what, text)


def probe(*arguments: str) -> dict[str, Any]:
    """Try something in another process; a crash or a hang there is an error like any other."""
    import isthmus

    home = str(Path(isthmus.__file__).parents[1])
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    }
    command = [sys.executable, "-m", "isthmus.tools.probe", *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, env=environment)
    except subprocess.TimeoutExpired:
        return {"error": f"no answer within {_SECONDS} s"}
    try:
        report: dict[str, Any] = json.loads(done.stdout.rstrip().rpartition("\n")[2])
    except ValueError:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"error": f"the process ended with status {done.returncode}: {last}"}
    return report


if __name__ == "__main__":
    sys.exit(main())
