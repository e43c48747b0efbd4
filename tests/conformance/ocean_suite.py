"""Captures the NumPy kernels of pyhpc-benchmarks from their unmodified source and compares them with NumPy.

    git clone --depth 1 https://github.com/dionhaefner/pyhpc-benchmarks
    python tests/conformance/ocean_suite.py pyhpc-benchmarks --sizes 4096,65536

Every kernel runs in a process of its own. The error is the largest difference of any result or of any argument
changed in place, relative to its largest value. Where it is above `--tolerance`, NumPy's own error is measured against
the same kernel in extended precision: a formula that loses more digits than ours differ by is valid, and both numbers
are printed. Exit code 0 when every kernel is valid.
"""

import argparse
import sys
import time
from pathlib import Path

import kernel_process
import numpy as np
import ocean
from kernel_process import Json


def main(argv: list[str] | None = None) -> int:
    """Run the script."""
    options = _parser().parse_args(argv)
    if options.worker:
        kernel_process.limit_memory()
        name, _, size = options.worker.partition("@")
        kernel_process.tell(_outcome(ocean.OceanKernel(name, options.checkout), int(size), options))
        return 0
    cases = [f"{name}@{size}" for name in options.only or ocean.KERNELS for size in options.sizes]

    def one(case: str) -> Json:
        arguments = [str(options.checkout), "--tolerance", str(options.tolerance), "--worker", case]
        return kernel_process.run(__file__, arguments, options.timeout, options.memory, 1)

    outcomes = kernel_process.run_all(cases, one, 1, lambda outcome: print(_line(outcome), flush=True))
    if options.json:
        kernel_process.save(options.json, {"tolerance": options.tolerance}, outcomes)
    return 0 if all(outcome["stage"] == "valid" for outcome in outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="a checkout of dionhaefner/pyhpc-benchmarks")
    parser.add_argument("--sizes", type=_sizes, default=[4096], metavar="N,N", help="grid points")
    parser.add_argument("--only", nargs="+", choices=list(ocean.KERNELS), help="run these kernels")
    parser.add_argument("--tolerance", type=float, default=1e-12, help="largest relative error")
    parser.add_argument("--timeout", type=float, default=300, help="seconds for one kernel")
    parser.add_argument("--memory", type=float, default=12, metavar="GB", help="memory for one kernel")
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser


def _sizes(text: str) -> list[int]:
    return [int(part) for part in text.split(",")]


def _outcome(kernel: ocean.OceanKernel, size: int, options: argparse.Namespace) -> Json:
    import isthmus

    theirs, ours = kernel.inputs(size), kernel.inputs(size)
    with np.errstate(all="ignore"):
        wanted = [value.copy() for value in ocean.results(kernel.function("numpy")(*theirs))] + theirs
    stage = "compile"
    try:
        start = time.perf_counter()
        artifact = isthmus.compile(kernel.function("numpy"), tuple(ours), name=kernel.name)
        seconds = time.perf_counter() - start
        stage = "run"
        got = ocean.results(isthmus.load(artifact, threads=1)(*ours)) + ours
    except Exception as error:
        line = (str(error).splitlines() or ["no message"])[0]
        return {"stage": stage, "reason": f"{type(error).__name__}: {line}"}
    worst = ocean.error(wanted, got)
    own = 0.0 if worst <= options.tolerance else _error_of_numpy(kernel, size, wanted)
    if not worst <= max(options.tolerance, own):
        return {"stage": "compare", "reason": f"relative error {worst:.1e}, NumPy's own {own:.1e}"}
    return {"stage": "valid", "error": worst, "own": own, "compile_seconds": seconds}


def _error_of_numpy(kernel: ocean.OceanKernel, size: int, wanted: ocean.Arrays) -> float:
    """Compare what NumPy gives with what the kernel gives in extended precision."""
    inputs = kernel.inputs(size)
    long = [value.astype(np.longdouble) if value.dtype.kind == "f" else value for value in inputs]
    exact = ocean.results(kernel.function("numpy")(*long))
    return ocean.error(exact, wanted[: len(exact)])


def _line(outcome: Json) -> str:
    if outcome["stage"] != "valid":
        return f"{outcome['name']}: {outcome['stage']}: {outcome['reason']}"
    own = f" (NumPy's own: {outcome['own']:.0e})" if outcome["own"] else ""
    seconds = f"compiled in {outcome['compile_seconds']:.1f} s"
    return f"{outcome['name']}: valid, error {outcome['error']:.0e}{own}, {seconds}"


if __name__ == "__main__":
    sys.exit(main())
