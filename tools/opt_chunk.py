"""One chunk of `isthmus-opt`'s input: parsed, run through the pipeline and printed, inside a child process."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import IsthmusError, PassError

from ..dialects.mlir import context, ir, parse, verify
from ..lowering.callbacks import Timing, combine, verify_each
from ..lowering.contracts import Contract
from ..lowering.pipeline import Callback, Pipeline, Step
from ..lowering.reproducer import Reproducer, attach
from ..lowering.stages import STAGES, Stage
from .isolation import Say
from .opt_diagnostics import Diagnostic, from_error, from_mlir
from .opt_printing import print_between, print_changed


@dataclass(frozen=True)
class Segment:
    """Hold passes, with the contract to check around them when they are a whole stage."""

    pipeline: Pipeline
    contract: Contract | None = None

    def run(self, module: ir.Module, callback: Callback) -> None:
        """Run the passes in place; a broken contract is a `VerifyError`."""
        if self.contract:
            self.contract.check_accepts(module)
        self.pipeline.run(module, callback)
        if self.contract:
            self.contract.check_leaves(module)


def stages_through(name: str) -> tuple[Stage, ...]:
    """Give the stages of the standard lowering up to and including one; an unknown name is a `PassError`."""
    names = [stage.name for stage in STAGES]
    if name not in names:
        raise PassError(f"unknown stage '{name}': expected one of {', '.join(map(repr, names))}")
    return STAGES[: names.index(name) + 1]


def _first(segments: list[Segment], count: int) -> Iterator[Segment]:
    """Keep the first `count` passes; a stage that is cut has no contract to keep."""
    for segment in segments:
        steps = segment.pipeline.steps
        yield segment if len(steps) <= count else Segment(Pipeline(steps[: max(count, 0)]))
        count -= len(steps)


@dataclass(frozen=True)
class Settings:
    """Hold what the command line asks for each chunk."""

    pipeline: str = ""
    stage: str | None = None
    limit: int | None = None
    verify_each: bool = False
    verify_diagnostics: bool = False
    allow_unregistered: bool = False
    generic: bool = False
    locations: bool = False
    print_between: bool = False
    print_changed: bool = False
    time: bool = False
    reproducer: Path | None = None

    def segments(self) -> list[Segment]:
        """Parse what to run, cut to the limit: the stages asked for, then the pipeline."""
        rows = [
            Segment(Pipeline.parse(stage.pipeline.format(skip="")), stage.contract)
            for stage in (stages_through(self.stage) if self.stage else ())
        ]
        rows.append(Segment(Pipeline.parse(self.pipeline)))
        return rows if self.limit is None else list(_first(rows, self.limit))


@dataclass(frozen=True)
class Outcome:
    """Hold what a chunk gave: its text, empty when it failed, and every diagnostic."""

    text: str
    diagnostics: tuple[Diagnostic, ...]
    failed: bool


def process(source: str | bytes, settings: Settings, say: Say) -> Outcome:
    """Parse, run and print; errors of the user become diagnostics, other exceptions pass."""
    say("parsing the input")
    target = context(allow_unregistered=settings.allow_unregistered)
    found: list[Diagnostic] = []

    def receive(diagnostic: ir.Diagnostic) -> bool:
        found.extend(from_mlir(diagnostic))
        return True

    handler = target.attach_diagnostic_handler(receive)
    text, failed = "", False
    try:
        module = parse(source, target)
        _run(module, settings, say)
        say("printing the result")
        text = module.operation.get_asm(
            print_generic_op_form=settings.generic, enable_debug_info=settings.locations
        )
    except IsthmusError as error:
        failed = True
        found += [row for row in from_error(error) if row not in found]
    finally:
        handler.detach()
    return Outcome(text, tuple(found), failed)


def _run(module: ir.Module, settings: Settings, say: Say) -> None:
    timing = Timing()
    arguments = ["--verify-each"] * settings.verify_each + [
        "--allow-unregistered"
    ] * settings.allow_unregistered
    reproducer = Reproducer(settings.reproducer, tuple(arguments))

    def announce(previous: Step | None, module: ir.Module, following: Step | None) -> None:
        say(f"running pass '{following.name}'" if following else "verifying the result")

    callbacks: list[Callback] = [timing.stop]
    callbacks += [verify_each] * settings.verify_each
    callbacks += [print_between()] * settings.print_between
    callbacks += [print_changed()] * settings.print_changed
    callbacks += [announce]
    callbacks += [] if settings.verify_diagnostics else [reproducer]
    callbacks += [timing.start]
    try:
        for segment in settings.segments():
            segment.run(module, combine(*callbacks))
        verify(module)
    except Exception as error:
        attach(reproducer, error)
        raise
    finally:
        if settings.time:
            print(timing.report(), file=sys.stderr)
