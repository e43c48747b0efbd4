"""One chunk of `isthmus-opt`'s input: parsed, run through the pipeline and printed, inside a child process."""

import sys
from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import IsthmusError

from ..dialects.mlir import context, ir, parse, verify
from ..lowering.callbacks import Timing, combine, verify_each
from ..lowering.pipeline import Callback, Pipeline, Step
from ..lowering.reproducer import Reproducer, attach
from .isolation import Say
from .opt_diagnostics import Diagnostic, from_error, from_mlir
from .opt_printing import print_between, print_changed


@dataclass(frozen=True)
class Settings:
    """Hold what the command line asks for each chunk."""

    pipeline: str = ""
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

    def steps(self) -> Pipeline:
        """Parse the pipeline, cut to its limit."""
        return Pipeline(Pipeline.parse(self.pipeline).steps[: self.limit])


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
        settings.steps().run(module, combine(*callbacks))
        verify(module)
    except Exception as error:
        attach(reproducer, error)
        raise
    finally:
        if settings.time:
            print(timing.report(), file=sys.stderr)
