"""What `isthmus-opt` does: reads and splits the input, runs each chunk in a child, reports and writes."""

import argparse
import os
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from isthmus.errors import IsthmusError, PassError

from ..lowering.reproducer import command, configuration
from .console import INTERNAL_ERROR, USER_ERROR, Parser, report_bug, show_error
from .isolation import Death, Failure, isolated
from .opt_chunk import Outcome, Settings, process
from .opt_diagnostics import Diagnostic, from_error, show_all
from .opt_expectations import expectations, mismatches
from .opt_listing import list_passes

_SPLIT = re.compile(r"^// -----.*$", re.MULTILINE)
_BYTECODE = b"ML\xefR"


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


def run(arguments: argparse.Namespace, program: str) -> int:
    """Do what the arguments ask; returns the exit code."""
    if arguments.list_passes is not None:
        print(list_passes(arguments.list_passes))
        return 0
    source = _read(arguments.input)
    shared = _Run(
        program, "<stdin>" if arguments.input == "-" else arguments.input, _settings(arguments, source)
    )
    shared.settings.segments()  # a wrong pipeline is reported once, before any input
    chunks = list(_split(source)) if arguments.split_input else [source]
    codes, texts = [], []
    for chunk in chunks:
        code, text = _chunk(chunk, shared)
        codes.append(code)
        texts.append(text)
    if not any(codes) and not arguments.verify_diagnostics:
        _write(arguments.output, "// -----\n".join(texts))
    return max(codes, default=0)


def _settings(arguments: argparse.Namespace, source: str | bytes) -> Settings:
    settings = Settings(**{field.name: getattr(arguments, field.name) for field in fields(Settings)})
    if not arguments.run_reproducer:
        return settings
    inner = Parser(prog="isthmus-opt --run-reproducer")
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
    """Write the result; a file is replaced only when all of it is written, since it may be the input."""
    path = Path(name)
    if name == "-":
        sys.stdout.write(text)
        sys.stdout.flush()
    elif path.exists() and not path.is_file():
        path.write_text(text)  # a pipe or device
    else:
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            aside.write_text(text)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
