"""Measure what compiling a network of 256 MB of weights takes: peak memory and seconds, phase by phase.

    python benchmarks/compile_memory.py [--megabytes 256] [--output out/benchmarks/compile_memory.json]

The network is a stack of square linear layers. The work runs in a process of its own; memory is the most that process
and the compiler it starts held at once, less what the process held with the network in it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

Json = Any

_ROOT = Path(__file__).resolve().parents[1]
_WIDTH = 2048
_MEGABYTE = 1 << 20


def main(argv: list[str] | None = None) -> int:
    """Measure in a child process and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=256)
    parser.add_argument("--output", type=Path, default=_ROOT / "out" / "benchmarks" / "compile_memory.json")
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(argv)
    if options.worker:
        print(json.dumps(measure(options.megabytes)))
        return 0
    command = [sys.executable, __file__, "--worker", "--megabytes", str(options.megabytes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=1))
    print(table(found))
    return 0


def measure(megabytes: int) -> Json:
    """Compile, save and load the network, sampling memory all the while."""
    import torch

    import isthmus

    layers = max(1, megabytes * _MEGABYTE // (4 * _WIDTH * _WIDTH))
    model = torch.nn.Sequential(*[torch.nn.Linear(_WIDTH, _WIDTH, bias=False) for _ in range(layers)]).eval()
    size = sum(weight.nbytes for weight in model.parameters())
    sample = torch.randn(1, _WIDTH)
    isthmus.compile(
        torch.nn.Linear(2, 2), (torch.randn(1, 2),)
    )  # imports and one-time costs are not the model's
    with Sampler() as sampler, tempfile.TemporaryDirectory() as folder:
        sampler.enter("capture")
        artifact = isthmus.compile(model, (sample,), progress=sampler.progress)
        sampler.enter("save")
        artifact.save(Path(folder) / "large.isthmus")
        del artifact
        sampler.enter("load and call")
        found = isthmus.load(Path(folder) / "large.isthmus", threads=1)(sample)
        sampler.enter("end")
        with torch.no_grad():
            error = float((found - model(sample)).abs().max())
    return {"weights": size, "before": sampler.before, "error": error, "phases": sampler.phases}


class Sampler:
    """Sample the memory of this process and its children in the background; keep seconds and the peak by phase."""

    def __enter__(self) -> "Sampler":
        self.before = resident()
        self.phases: dict[str, Json] = {}
        self._name, self._start = "", time.perf_counter()
        self._running = True
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._running = False
        self._thread.join()

    def progress(self, message: str) -> None:
        """Follow the compiler's own progress messages."""
        if message.startswith("lowering"):
            self.enter("passes")
        elif not message.startswith("capturing"):
            self.enter("iree")

    def enter(self, name: str) -> None:
        """End the phase that runs and begin another; the same name continues it."""
        if name == self._name:
            return
        if self._name:
            self.phases[self._name]["seconds"] += time.perf_counter() - self._start
        self._name, self._start = name, time.perf_counter()
        self.phases.setdefault(name, {"seconds": 0.0, "peak": 0})

    def _watch(self) -> None:
        while self._running:
            if self._name:
                phase = self.phases[self._name]
                phase["peak"] = max(phase["peak"], resident() - self.before)
            time.sleep(0.01)


def resident() -> int:
    """Sum the private and shared memory, in bytes, of this process and its children, shared pages counted once."""
    return sum(_proportional(pid) for pid in _family())


def _family() -> list[str]:
    found = ["self"]
    for tasks in Path("/proc/self/task").glob("*/children"):
        waiting = tasks.read_text().split()
        while waiting:
            pid = waiting.pop()
            found.append(pid)
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                waiting += children.read_text().split()
    return found


def _proportional(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def table(found: Json) -> str:
    """Write the phases with their memory as a multiple of the weights."""
    weights = found["weights"]
    lines = [f"weights {weights / _MEGABYTE:.0f} MB; before compiling {found['before'] / _MEGABYTE:.0f} MB"]
    for name, phase in found["phases"].items():
        if name != "end":
            extra = f"{phase['peak'] / _MEGABYTE:6.0f} MB more, {phase['peak'] / weights:.2f} x the weights"
            lines.append(f"  {name:<14} {phase['seconds']:6.2f} s  {extra}")
    return "\n".join([*lines, f"  largest error {found['error']:.1e}"])


if __name__ == "__main__":
    sys.exit(main())
