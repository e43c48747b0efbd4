"""What `isthmus doctor` tries, each in a process of its own: prints one JSON object, crashes without harm."""

import json
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from isthmus.errors import IsthmusError

Report = dict[str, Any]


def main(argv: Sequence[str] | None = None) -> int:
    """Run one probe: its name and arguments; the last line printed is the report."""
    name, *arguments = sys.argv[1:] if argv is None else argv
    try:
        report = PROBES[name](*arguments)
    except IsthmusError as error:
        report = {"error": error.message.splitlines()[0]}
    except Exception as error:  # a probe is there to fail: the reason is the report
        report = {"error": f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"}
    print("\n" + json.dumps(report))
    return 0


def probe_device(kind: str) -> Report:
    """Open a device."""
    from ..runtime.device import open_device

    return {"driver": open_device(kind).driver}


def probe_compile(target: str, path: str) -> Report:
    """Capture and compile a tiny network, and save it."""
    import torch

    import isthmus

    network = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Tanh())
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.fill_(0.125)
    artifact = isthmus.compile(network.eval(), (isthmus.Spec("f32[n,4]"),), target=target, name="probe")
    artifact.save(path)
    return {"variant": artifact.manifest.modules[0].variant}


def probe_run(device: str, path: str) -> Report:
    """Load what `probe_compile` saved and compare a call with NumPy."""
    import numpy as np

    import isthmus

    program = isthmus.load(Path(path), device)
    x = np.arange(8, dtype=np.float32).reshape(2, 4)
    got = program(x)
    want = np.tanh(x.sum(axis=1, keepdims=True) * 0.125 + 0.125).repeat(3, axis=1)
    error = float(np.abs(got - want).max())
    if not error < 1e-6:
        return {"error": f"wrong numbers: off by {error:.3g}"}
    return {"driver": program.device}


def probe_mpi() -> Report:
    """Start MPI and name the library."""
    mpi = import_module("mpi4py.MPI")
    return {"library": mpi.Get_library_version().split("\n")[0].strip(" \0"), "size": mpi.COMM_WORLD.size}


PROBES: dict[str, Callable[..., Report]] = {
    "device": probe_device,
    "compile": probe_compile,
    "run": probe_run,
    "mpi": probe_mpi,
}


if __name__ == "__main__":
    sys.exit(main())
