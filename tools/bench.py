"""`isthmus bench`: time artifacts side by side on made-up inputs."""

import argparse
import sys
from collections.abc import Sequence

from .console import Parser, guarded
from .run import add_run_options, bound_call, chosen_entry

PROGRAM = "isthmus bench"

_EPILOG = """\
examples:
  isthmus bench net.isthmus
  isthmus bench f32.isthmus bf16.isthmus --size n=4096 --threads 1
"""


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the command line."""
    made = Parser(program, __doc__, _EPILOG)
    made.add_argument(
        "artifacts", nargs="+", metavar="ARTIFACT", help="the artifacts to time, one after the other"
    )
    add_run_options(made)
    return made


def main(argv: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the tool; returns the exit code."""
    arguments = parser(program).parse_args(argv)
    return guarded(program, lambda: _main(arguments))


def _main(arguments: argparse.Namespace) -> int:
    from ..runtime.loader import load
    from .benchmark import measure
    from .run_arguments import random_arguments

    width = max(map(len, arguments.artifacts))
    for path in arguments.artifacts:
        program = load(path, arguments.device, threads=arguments.threads)
        entry = chosen_entry(program, arguments.entry)
        values = random_arguments(entry.signature, dict(arguments.size), arguments.seed)
        timing = measure(bound_call(entry, values), runs=arguments.runs, warm_up=arguments.warmup)
        print(f"{path:{width}}  {program.device}: {timing}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
