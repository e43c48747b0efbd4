"""Compare random NumPy functions (`random_numpy.py`) with NumPy, called twice and bound, on one thread and on two.

    python tests/conformance/random_programs.py --seeds 0-500

Functions that cannot be captured are counted, not failures. `--no-kernels` sends them all through IREE's own loops.
"""

import argparse
import collections
import sys
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.conformance.random_numpy import RandomProgram, generate

import isthmus
from isthmus import compiler, lowered
from isthmus.errors import CaptureError, VerifyError

DOUBLE, SINGLE = 5e-11, 1e-4
"""Allowed errors, relative to an array's largest number: reductions and functions round in another order."""


def leaves(value: Any) -> Iterator[Any]:
    """Yield the arrays and numbers of nested tuples."""
    if isinstance(value, tuple | list):
        for one in value:
            yield from leaves(one)
    else:
        yield value


def difference(have: Any, want: Any, program: RandomProgram) -> str | None:
    """Say how a result differs from NumPy's, None when it does not."""
    have, want = np.asarray(have), np.asarray(want)
    if have.shape != want.shape:
        return f"shape {have.shape}, expected {want.shape}"
    if not want.size:
        return None
    if want.dtype.kind in "biu" or program.is_exact:
        wrong = have != want
        return f"{wrong.sum()} of {want.size} differ" if wrong.any() else None
    error = np.abs(have - want)
    allowed = (SINGLE if program.is_single else DOUBLE) * max(1.0, float(np.abs(want).max()))
    wrong = ~(error <= allowed)
    return f"{wrong.sum()} of {want.size} off by {np.nanmax(error)}" if wrong.any() else None


def check(program: RandomProgram, threads: Sequence[int] = (1, 2)) -> str | None:
    """Compile a program, run it, and say what differs first; what cannot be captured raises."""
    function, theirs = program.function(), program.inputs()
    with np.errstate(all="ignore"):
        want = function(*theirs)
    artifact = isthmus.compile(function, program.inputs())
    for count in threads:
        compiled = isthmus.load(artifact, threads=count)
        for _ in range(2):
            ours = program.inputs()
            found = leaves((compiled(*ours), ours))
            for place, (have, expected) in enumerate(zip(found, leaves((want, theirs)), strict=True)):
                if why := difference(have, expected, program):
                    return f"value {place}: {why} ({count} threads)"
        if why := _check_bound(compiled, program, want):
            return f"{why} (bound, {count} threads)"
    return None


def _check_bound(compiled: Any, program: RandomProgram, want: Any) -> str | None:
    ours = program.inputs()
    bound = compiled.bind(*ours)
    found = bound()
    for place, (have, expected) in enumerate(zip(leaves(found), leaves(want), strict=True)):
        if why := difference(have, expected, program):
            return f"value {place}: {why}"
    return None


def without_kernels(common: Any, *, kernels: bool, progress: Any) -> Any:
    """Stand in for `for_machine`, no simulation becoming a kernel."""
    return lowered.for_machine(common, kernels=False, progress=progress)


def run(seeds: Sequence[int], *, kernels: bool) -> int:
    """Check programs one by one, print what is wrong, and count outcomes."""
    tally: collections.Counter[str] = collections.Counter()
    for seed in seeds:
        try:
            with mock.patch.object(
                compiler, "for_machine", lowered.for_machine if kernels else without_kernels
            ):
                why = check(generate(seed))
        except (CaptureError, VerifyError):
            tally["not captured"] += 1
            continue
        except isthmus.IsthmusError as error:
            why = f"{type(error).__name__}: {error}".splitlines()[0]
            tally["refused"] += 1
        else:
            tally["wrong" if why else "right"] += 1
        if why:
            print(f"seed {seed}: {why}", flush=True)
    print(", ".join(f"{count} {name}" for name, count in sorted(tally.items())))
    return 1 if tally["wrong"] else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run the seeds asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seeds", default="0-500", help="first-last, or one number")
    parser.add_argument("--no-kernels", action="store_true", help="leave every loop to IREE")
    parser.add_argument("--show", action="store_true", help="print the programs as well")
    options = parser.parse_args(argv)
    first, _, last = options.seeds.partition("-")
    seeds = range(int(first), int(last or first) + 1)
    if options.show:
        print(*(generate(seed).source for seed in seeds), sep="\n\n")
    warnings.simplefilter("ignore")
    return run(seeds, kernels=not options.no_kernels)


if __name__ == "__main__":
    raise SystemExit(main())
