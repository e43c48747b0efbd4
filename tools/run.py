"""`isthmus run`: call an artifact on arrays in files, or on made-up ones, and time it."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import RunError

from .console import Parser, guarded

if TYPE_CHECKING:
    from ..runtime.entry import Entry
    from ..runtime.program import Program

PROGRAM = "isthmus run"

_EPILOG = """\
inputs:
  one for each input of the program, in order or by name (`isthmus inspect` lists them)
    x.npy            an array
    n=0.5            a number, by name
    inputs.npz       several arrays, by their names

examples:
  isthmus run net.isthmus x.npy -o y.npy
  isthmus run net.isthmus --random --size n=4096 --benchmark
  isthmus run ocean.isthmus --entry step dt=0.1 -o u.npz

exit codes: 0 success, 1 a refused input, artifact or device, 2 wrong arguments, 70 a bug in isthmus
"""


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the command line."""
    made = Parser(program, __doc__, _EPILOG)
    made.add_argument("artifact", help="the artifact to run")
    made.add_argument("inputs", nargs="*", metavar="INPUT", help=".npy or .npz files or numbers; see below")
    made.add_argument(
        "-o", "--output", type=Path, metavar="FILE", help="write the results: .npz, or .npy for one"
    )
    add_run_options(made)
    made.add_argument("--random", action="store_true", help="make up the inputs from the signature")
    made.add_argument("--benchmark", action="store_true", help="time calls on bound arrays")
    made.add_argument("--check-finite", action="store_true", help="fail when a result holds inf or nan")
    return made


def add_run_options(made: argparse.ArgumentParser) -> None:
    """Add what `run` and `bench` share."""
    add = made.add_argument
    add("--entry", metavar="NAME", help="the entry point, where there are several (default: main)")
    add("--device", metavar="DEVICE", help="local, cuda or hip (default: the best one present)")
    add("--threads", type=_positive, metavar="N", help="cores to use on 'local'")
    add(
        "--size",
        action="append",
        default=[],
        type=_assignment,
        metavar="NAME=N",
        help="a size of random inputs",
    )
    add("--seed", type=int, default=0, metavar="N", help="seed of random inputs (default: 0)")
    add("--runs", type=_positive, metavar="N", help="calls to time (default: for two seconds)")
    add("--warmup", type=_natural, metavar="N", help="calls before timing (default: for 0.3 seconds)")


def main(argv: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the tool; returns the exit code."""
    arguments = parser(program).parse_intermixed_args(argv)
    return guarded(program, lambda: _main(arguments))


def _main(arguments: argparse.Namespace) -> int:
    from ..runtime.loader import load

    program = load(
        arguments.artifact,
        arguments.device,
        threads=arguments.threads,
        check_finite=arguments.check_finite,
    )
    entry = chosen_entry(program, arguments.entry)
    values = _values(entry, arguments)
    if arguments.benchmark:
        _benchmark(program, entry, arguments, values)
    if arguments.output or not arguments.benchmark:
        _run_once(entry, arguments.output, values)
    return 0


def chosen_entry(program: "Program", name: str | None) -> "Entry":
    """Give the entry point of that name; without a name `main`, or the only one."""
    if name is None and len(program.entries) == 1:
        name = program.entries[0]
    return program.entry(name or "main")


def _values(entry: "Entry", arguments: argparse.Namespace) -> list[Any]:
    from .run_arguments import given_arguments, random_arguments

    if not arguments.random:
        return given_arguments(entry.signature, arguments.inputs)
    if arguments.inputs:
        raise RunError("inputs and '--random' exclude each other")
    return random_arguments(entry.signature, dict(arguments.size), arguments.seed)


def _run_once(entry: "Entry", output: Path | None, values: Sequence[Any]) -> None:
    from .arrays import describe_array, write_arrays
    from .run_results import named_results

    signature = entry.signature
    updated = {result for result, _ in signature.updates}
    _check_output(
        output, len(list(signature.results.leaves())) + len(updated - set(signature.results.leaves()))
    )
    positional, keyword = signature.arguments.build(list(values))
    results = named_results(signature, entry(*positional, **keyword), values)
    if output:
        write_arrays(output, results)
    else:
        for name, array in results.items():
            print(f"{name}: {describe_array(array)}")


def _check_output(output: Path | None, count: int) -> None:
    if output and output.suffix not in (".npy", ".npz"):
        raise RunError(f"cannot write '{output}': expected a name that ends in .npy or .npz")
    if output and output.suffix == ".npy" and count != 1:
        raise RunError(f"a .npy file holds one array, the program gives {count}", note="write a .npz file")


def _benchmark(
    program: "Program", entry: "Entry", arguments: argparse.Namespace, values: Sequence[Any]
) -> None:
    from .benchmark import measure

    call = bound_call(entry, values)
    timing = measure(call, runs=arguments.runs, warm_up=arguments.warmup)
    print(f"{program.name} on {program.device}: {timing}")


def bound_call(entry: "Entry", values: Sequence[Any]) -> Callable[[], object]:
    """Bind the arrays; a program whose result sizes only the run decides is called instead."""
    from isthmus.signature import UNKNOWN

    positional, keyword = entry.signature.arguments.build(list(values))
    if any(UNKNOWN in output.shape for output in entry.signature.outputs):
        return lambda: entry(*positional, **keyword)
    return entry.bind(*positional, **keyword)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"'{text}' is no count: expected 1, 2, ...")
    return int(text)


def _natural(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is no count: expected 0, 1, 2, ...")
    return int(text)


def _assignment(text: str) -> tuple[str, int]:
    name, equals, value = text.partition("=")
    if not (name and equals and value.isdigit()):
        raise argparse.ArgumentTypeError(f"'{text}' is no size: expected one as in n=128")
    return name, int(value)


if __name__ == "__main__":
    sys.exit(main())
