"""`isthmus-opt`: run passes on IR, look at what each does, check diagnostics, reproduce failures."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .console import Parser, guarded

PROGRAM = "isthmus-opt"
_EPILOG = """\
examples:
  isthmus-opt model.mlir -p 'canonicalize,func.func(cse),expand-math' -o out.mlir
  isthmus-opt model.mlir -p 'canonicalize{max-iterations=3},cse' --print-changed --time
  isthmus-opt tests.mlir -p canonicalize --split-input --verify-diagnostics
  isthmus-opt --run-reproducer /tmp/isthmus-1a2b.mlir

exit codes: 0 success, 1 the input or a pass failed, 2 wrong arguments, 70 a bug in isthmus
"""


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the command line."""
    made = Parser(prog=program, description=__doc__, epilog=_EPILOG)
    add = made.add_argument
    add("input", nargs="?", default="-", help="MLIR text or bytecode; '-' reads stdin (default)")
    add(
        "-o",
        "--output",
        default="-",
        metavar="FILE",
        help="where to write the result; '-' is stdout (default)",
    )
    add("-p", "--pipeline", default="", help="passes to run, ours and upstream's: 'a,func.func(b),c{x=1}'")
    add("--stage", metavar="NAME", help="run the standard lowering up to and including this stage, before -p")
    add("--limit", type=_count, metavar="N", help="run the first N passes only, to bisect a failure")
    add("--list-passes", nargs="?", const="", metavar="TEXT", help="list passes [whose name contains TEXT]")
    add("--verify-each", action="store_true", help="verify after every pass, not only at the end")
    add(
        "--verify-diagnostics", action="store_true", help="check 'expected-error {{...}}' comments; no output"
    )
    add(
        "--split-input",
        action="store_true",
        help="treat what '// -----' lines separate as inputs of their own",
    )
    add("--print-between", action="store_true", help="print the IR between passes to stderr")
    add("--print-changed", action="store_true", help="print what each pass changed as a diff to stderr")
    add("--time", action="store_true", help="print the seconds of each pass to stderr")
    add("--reproducer", type=Path, metavar="FILE", help="keep the IR from before the running pass in FILE")
    add("--run-reproducer", action="store_true", help="run the passes named inside the input")
    add("--generic", action="store_true", help="print the generic form of operations")
    add("--locations", action="store_true", help="print locations")
    add("--allow-unregistered", action="store_true", help="accept operations of unknown dialects")
    return made


def main(argv: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the tool; returns the exit code."""
    arguments = parser(program).parse_args(argv)
    return guarded(program, lambda: _main(arguments, program))


def _main(arguments: argparse.Namespace, program: str) -> int:
    from .opt_driver import run  # needs the compiler half; its absence is reported like any error

    return run(arguments, program)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is no count: expected 0, 1, 2, ...")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
