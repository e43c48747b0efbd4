"""Captures npbench's NumPy kernels from their unmodified source, validates and times them.

    git clone --depth 1 https://github.com/spcl/npbench
    python tests/conformance/npbench_suite.py npbench --preset S --json npbench.json

Every kernel runs in a process of its own, limited in time and memory: NumPy first, then compiled for the same
arguments. Results and arguments changed in place are compared by npbench's own rules. Whole numbers are constants
of the program, other numbers are inputs; numbers of iterations are inputs where that works ('run-time' in the
table), else constants ('static'). Exit code 0 when at least `--require` kernels validate.
"""

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kernel_process
import npbench
from kernel_process import Json

HERE = Path(__file__)


def main(argv: list[str] | None = None) -> int:
    """Run the script."""
    options = _parser().parse_args(argv)
    if options.worker:
        kernel_process.limit_memory()
        kernel_process.tell(_outcome(npbench.kernels(options.checkout)[options.worker], options))
        return 0
    names = _chosen(list(npbench.kernels(options.checkout)), options.only)
    worker = [str(options.checkout), "--preset", options.preset, *(["--time"] if options.time else [])]
    worker += ["--threads", str(options.threads), "--seconds", str(options.seconds)]

    def one(name: str) -> Json:
        limits = (options.timeout, options.memory, options.threads)
        return kernel_process.run(str(HERE), [*worker, "--worker", name], *limits)

    outcomes = kernel_process.run_all(
        names, one, options.jobs, lambda outcome: print(_line(outcome), flush=True)
    )
    print(table(outcomes, options.preset))
    if options.json:
        kernel_process.save(options.json, {"preset": options.preset, "threads": options.threads}, outcomes)
    return 0 if sum(outcome["stage"] == "valid" for outcome in outcomes) >= options.require else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("checkout", type=Path, help="a checkout of spcl/npbench")
    parser.add_argument(
        "--preset", choices=("S", "M", "L", "paper"), default="S", help="sizes of the arguments"
    )
    parser.add_argument("--only", nargs="+", metavar="NAME", help="run these kernels")
    parser.add_argument("--jobs", type=int, default=1, help="kernels side by side")
    parser.add_argument(
        "--threads", type=int, default=1, help="threads for NumPy and for the compiled program"
    )
    parser.add_argument("--time", action="store_true", help="time NumPy and the compiled program")
    parser.add_argument("--seconds", type=float, default=1.0, help="measuring time for each of the two")
    parser.add_argument("--timeout", type=float, default=180, help="seconds for one kernel")
    parser.add_argument("--memory", type=float, default=8, metavar="GB", help="memory for one kernel")
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument("--require", type=int, default=0, metavar="N", help="exit 1 when fewer validate")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    return parser


def _chosen(names: list[str], only: list[str] | None) -> list[str]:
    unknown = sorted(set(only or ()) - set(names))
    if unknown:
        sys.exit(f"no kernel named '{unknown[0]}': expected one of {', '.join(names)}")
    return [name for name in names if not only or name in only]


def _outcome(kernel: npbench.Kernel, options: argparse.Namespace) -> Json:
    """Run NumPy, then compile and compare with iteration counts as inputs, then once more with them as constants."""
    arguments = kernel.arguments(options.preset)
    function = kernel.function("numpy")
    ours = npbench.copied(arguments)
    start = time.perf_counter()
    wanted = kernel.checked(function(*ours.values()), ours)
    facts: Json = {"numpy_once": time.perf_counter() - start}
    counted = kernel.static(arguments, counts=True) != kernel.static(arguments, counts=False)
    result = _compiled(kernel, arguments, wanted, options, counts=False)
    if counted:
        result["counts"] = "run-time"
        if result["stage"] != "valid":
            again = _compiled(kernel, arguments, wanted, options, counts=True)
            if again["stage"] == "valid":
                result = again | {"counts": "static", "run-time": result["reason"]}
    return facts | result


def _compiled(
    kernel: npbench.Kernel, arguments: Json, wanted: list[Any], options: argparse.Namespace, counts: bool
) -> Json:
    import isthmus

    given = npbench.copied(arguments)
    static = kernel.static(arguments, counts)
    stage = "compile"
    try:
        start = time.perf_counter()
        function = kernel.function("numpy")
        artifact = isthmus.compile(function, tuple(given.values()), static=static, name=kernel.name)
        compiled = time.perf_counter() - start
        stage = "run"
        program = isthmus.load(artifact, threads=options.threads)
        got = kernel.checked(program(*given.values()), given)
        if reason := kernel.mismatch(wanted, got):
            return {"stage": "compare", "reason": reason}
        facts: Json = {"stage": "valid", "error": npbench.error(wanted, got), "compile_seconds": compiled}
        stage = "time"
        return facts | (_times(kernel, program, arguments, options.seconds) if options.time else {})
    except Exception as error:
        return {"stage": stage, "reason": _reason(error)}


def _times(kernel: npbench.Kernel, program: Any, arguments: Json, seconds: float) -> Json:
    """Time the call on the caller's own arrays, as NumPy is called: medians of several."""
    function = kernel.function("numpy")
    given = npbench.copied(arguments)
    step = program.bind(*given.values())
    return {
        "numpy": _median(lambda: function(*given.values()), given, arguments, seconds),
        "isthmus": _median(step, given, arguments, seconds),
    }


def _median(call: Callable[[], object], given: Json, arguments: Json, seconds: float) -> float:
    samples: list[float] = []
    end = time.perf_counter() + seconds
    while len(samples) < 5 or (time.perf_counter() < end and len(samples) < 1000):
        for name, value in arguments.items():
            if hasattr(value, "shape") and value.shape:
                given[name][...] = value
        start = time.perf_counter()
        call()
        samples.append(time.perf_counter() - start)
        if sum(samples) > 5 * seconds:
            break
    return statistics.median(samples)


def _reason(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    place = next((line for line in lines[1:] if line.startswith("at ")), "")
    return f"{type(error).__name__}: {(lines or ['no message'])[0]} {place}".strip()[:300]


def _line(outcome: Json) -> str:
    if outcome["stage"] != "valid":
        return f"{outcome['name']}: {outcome['stage']}: {outcome['reason']}"
    timed = ""
    if "isthmus" in outcome:
        timed = f", NumPy {_milliseconds(outcome['numpy'])}, {_milliseconds(outcome['isthmus'])}"
    return f"{outcome['name']}: valid, error {outcome['error']:.0e}{timed}"


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1e3:.3g} ms"


def table(outcomes: list[Json], preset: str) -> str:
    """Write the kernels that validate, then the others with their reasons."""
    valid = [outcome for outcome in outcomes if outcome["stage"] == "valid"]
    lines = ["", f"**{len(valid)} of {len(outcomes)} validate** (preset {preset})", ""]
    lines += ["| kernel | error | counts | NumPy | Isthmus | ratio |", "|---|---:|---|---:|---:|---:|"]
    for outcome in valid:
        cells = [outcome["name"], f"{outcome['error']:.0e}", outcome.get("counts", "")]
        if "isthmus" in outcome:
            cells += [_milliseconds(outcome["numpy"]), _milliseconds(outcome["isthmus"])]
            cells += [f"{outcome['numpy'] / outcome['isthmus']:.2f}"]
        lines.append("| " + " | ".join([*cells, "", "", ""][:6]) + " |")
    if len(valid) < len(outcomes):
        lines += ["", "| kernel | stage | reason |", "|---|---|---|"]
    for outcome in outcomes:
        if outcome["stage"] != "valid":
            reason = outcome["reason"].replace("|", "\\|")
            lines.append(f"| {outcome['name']} | {outcome['stage']} | {reason} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
