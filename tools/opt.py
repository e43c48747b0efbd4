"""`isthmus-opt`: run passes on IR, look at what each does, check diagnostics, reproduce failures."""

import argparse
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from isthmus.errors import IsthmusError, PassError

from ..lowering.reproducer import command, configuration
from .console import (
    INTERNAL_ERROR,
    USER_ERROR,
    Parser,
    guarded,
    report_bug,
    show_error,
)
from .isolation import Death, Failure, isolated
from .opt_chunk import Outcome, Settings, process
from .opt_diagnostics import Diagnostic, from_error, show_all
from .opt_expectations import expectations, mismatches

PROGRAM = "isthmus-opt"
_SPLIT = re.compile(r"^// -----.*$", re.MULTILINE)
_BYTECODE = b"ML\xefR"

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


@dataclass(frozen=True)
class _Run:
    """Hold what every chunk of one input shares."""

    program: str
    file: str
    settings: Settings

    def explain(self, found: Sequence[Diagnostic]) -> None:
        """Print diagnostics to stderr."""
        if found:
            print(show_all(found, self.file), file=sys.stderr)


def _main(arguments: argparse.Namespace, program: str) -> int:
    if arguments.list_passes is not None:
        from .opt_listing import list_passes

        print(list_passes(arguments.list_passes))
        return 0
    source = _read(arguments.input)
    run = _Run(
        program, "<stdin>" if arguments.input == "-" else arguments.input, _settings(arguments, source)
    )
    run.settings.segments()  # a wrong pipeline is reported once, before any input
    chunks = list(_split(source)) if arguments.split_input else [source]
    codes, texts = [], []
    for chunk in chunks:
        code, text = _chunk(chunk, run)
        codes.append(code)
        texts.append(text)
    if not any(codes) and not arguments.verify_diagnostics:
        _write(arguments.output, "// -----\n".join(texts))
    return max(codes, default=0)


def _settings(arguments: argparse.Namespace, source: str | bytes) -> Settings:
    settings = Settings(**{field.name: getattr(arguments, field.name) for field in fields(Settings)})
    if not arguments.run_reproducer:
        return settings
    inner = Parser(prog=f"{PROGRAM} --run-reproducer")
    inner.add_argument("-p", dest="pipeline", default="")
    inner.add_argument("--verify-each", action="store_true")
    inner.add_argument("--allow-unregistered", action="store_true")
    text = source if isinstance(source, str) else ""
    return replace(settings, **vars(inner.parse_args(configuration(text))))


def _chunk(source: str | bytes, run: _Run) -> tuple[int, str]:
    """Run one chunk in a child; returns its exit code and text."""
    outcome = isolated(lambda say: process(source, run.settings, say))
    if isinstance(outcome, Death):
        return _report_death(outcome, source, run), ""
    if isinstance(outcome, Failure):
        report_bug(run.program, outcome.summary, outcome.traceback, outcome.notes)
        return INTERNAL_ERROR, ""
    if run.settings.verify_diagnostics:
        return _verify(source, outcome, run), ""
    run.explain(outcome.diagnostics)
    return (USER_ERROR if outcome.failed else 0), outcome.text.rstrip("\n") + "\n"


def _verify(source: str | bytes, outcome: Outcome, run: _Run) -> int:
    try:
        expected = expectations(source if isinstance(source, str) else "")
    except IsthmusError as error:
        run.explain(from_error(error))
        return USER_ERROR
    wrong = mismatches(expected, outcome.diagnostics)
    run.explain(wrong)
    return USER_ERROR if wrong else 0


def _report_death(death: Death, source: str | bytes, run: _Run) -> int:
    """Explain a crash; one inside a pass leaves a reproducer, made by a second run if need be."""
    if "parsing" in death.doing:
        show_error(
            run.program,
            f"'{run.file}' cannot be parsed: it ends MLIR's parser with {death.cause}",
            "the input is damaged, or nests thousands of levels deep",
        )
        return USER_ERROR
    path = run.settings.reproducer
    if path is None and "pass" in death.doing:
        path = _fresh_file()
        quiet = replace(run.settings, reproducer=path, print_between=False, print_changed=False, time=False)
        isolated(lambda say: process(source, quiet, say))
    note = f"reproduce with: {command(path)}" if path and path.exists() and path.stat().st_size else None
    show_error(run.program, f"crashed with {death.cause} while {death.doing}", note)
    return INTERNAL_ERROR


def _fresh_file() -> Path:
    with tempfile.NamedTemporaryFile(prefix="isthmus-", suffix=".mlir", delete=False) as file:
        return Path(file.name)


def _read(name: str) -> str | bytes:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    if data.startswith(_BYTECODE):
        return data
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise PassError(
            f"'{name}' is neither MLIR text nor bytecode: byte 0x{data[error.start]:02x} at offset {error.start}"
        ) from None


def _split(source: str | bytes) -> Iterator[str | bytes]:
    """Cut text at its markers; blank lines in front keep each chunk's line numbers."""
    if isinstance(source, bytes):
        yield source
        return
    line = 0
    for chunk in _SPLIT.split(source):
        yield "\n" * line + chunk
        line += chunk.count("\n")


def _write(name: str, text: str) -> None:
    if name == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    else:
        Path(name).write_text(text)


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"'{text}' is no count: expected 0, 1, 2, ...")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
