"""Reproducers: the IR from before a failing pass in a file, with the one command that runs it again."""

import re
import shlex
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from isthmus.errors import CompileError, IsthmusError, PassError

from ..dialects.mlir import ir
from .callbacks import combine
from .pipeline import Callback, Pipeline, Step

_CONFIGURATION = re.compile(r"^// configuration: (?P<arguments>.*)$", re.MULTILINE)


@dataclass
class Reproducer:
    """Remember the module from before each step; combine it last, so that a failed check blames the right step.

    With `path` the file is written ahead of every step, and so outlives a crash of the process; without, nothing
    is written until `save`. `arguments` are further arguments the command needs.
    """

    path: Path | None = None
    arguments: tuple[str, ...] = ()
    step: Step | None = None
    before: ir.Operation | None = field(default=None, repr=False)

    def __call__(self, previous: Step | None, module: ir.Module, following: Step | None) -> None:
        """Take the state before `following`; at the end of the pipeline forget everything."""
        self.step = following
        self.before = module.operation.clone().operation if following else None
        try:
            if self.path and following:
                self._write(self.path, "the process ended inside the pass")
            elif self.path:
                self.path.unlink(missing_ok=True)
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise PassError(f"cannot write the reproducer '{self.path}': {reason}") from error

    def save(self, failure: str) -> Path | None:
        """Write the file, a fresh one unless `path` is set; None when no step was running."""
        if self.step is None:
            return None
        path = self.path or _fresh_file()
        self._write(path, failure)
        return path

    def _write(self, path: Path, failure: str) -> None:
        assert self.step is not None
        assert self.before is not None
        summary = failure.splitlines()[0] if failure else "unknown"
        arguments = shlex.join(["-p", self.step.text, *self.arguments])
        text = self.before.get_asm(enable_debug_info=True)
        path.write_text(
            f"// reproduce with: {command(path)}\n// failure: {summary}\n// configuration: {arguments}\n{text}\n"
        )


def run_with_reproducer(
    pipeline: Pipeline, module: ir.Module, callback: Callback | None = None, *, path: Path | None = None
) -> None:
    """Run a pipeline; when it fails the error's note names a reproducer and the command that runs it.

    `path` is written ahead of every step and removed on success; without it a fresh file is written on failure only.
    """
    reproducer = Reproducer(path)
    try:
        pipeline.run(module, combine(callback, reproducer) if callback else reproducer)
    except CompileError:
        raise  # the user's program is at fault, and the message says how
    except Exception as error:
        attach(reproducer, error)
        raise


def attach(reproducer: Reproducer, error: Exception) -> Path | None:
    """Save the reproducer and say so on the error; a disk that refuses it does not hide the error."""
    try:
        path = reproducer.save(error.message if isinstance(error, IsthmusError) else repr(error))
    except OSError:
        return None
    if path is None or reproducer.step is None:
        return None
    note = f"pass '{reproducer.step.name}' failed; reproduce with: {command(path)}"
    if isinstance(error, IsthmusError):
        error.note = f"{error.note}\nnote: {note}" if error.note else note
    else:
        error.add_note(note)
    return path


def command(path: Path) -> str:
    """Spell the command that runs a reproducer."""
    return f"isthmus-opt --run-reproducer {shlex.quote(str(path))}"


def configuration(text: str) -> list[str]:
    """Read the arguments a reproducer was written with; a file without them is a `PassError`."""
    match = _CONFIGURATION.search(text)
    if not match:
        raise PassError(
            "the file is no reproducer: it has no '// configuration:' line",
            note="isthmus writes one when a pipeline fails, or with --reproducer FILE",
        )
    return shlex.split(match["arguments"])


def _fresh_file() -> Path:
    with tempfile.NamedTemporaryFile(prefix="isthmus-", suffix=".mlir", delete=False) as file:
        return Path(file.name)
