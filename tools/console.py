"""What every command shares: exit codes, one-line errors with a note, and usage errors in the same form."""

import argparse
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from typing import NoReturn

from isthmus.errors import IsthmusError

USER_ERROR = 1
USAGE_ERROR = 2
INTERNAL_ERROR = 70
INTERRUPTED = 130

COMPILER_PACKAGES = ("torch", "torch_mlir", "iree.compiler")


class Parser(argparse.ArgumentParser):
    """Parse arguments; a usage error is one line and a note, exit code 2."""

    def __init__(self, prog: str, description: str | None = None, epilog: str | None = None) -> None:
        layout = argparse.RawDescriptionHelpFormatter
        super().__init__(prog, None, description, epilog, formatter_class=layout, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        """Print the error and leave."""
        show_error(self.prog, message, f"'{self.prog} --help' lists the arguments")
        raise SystemExit(USAGE_ERROR)


def show_error(program: str, message: str, note: str | None = None) -> None:
    """Print an error and the way out to stderr."""
    print(f"{program}: error: {message}", file=sys.stderr)
    if note:
        print(f"note: {note}", file=sys.stderr)


def guarded(program: str, action: Callable[[], int]) -> int:
    """Run a command; every exception becomes a message and an exit code, never a traceback."""
    try:
        return action()
    except IsthmusError as error:
        print(f"{program}: error: {error}", file=sys.stderr)
        return USER_ERROR
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # so that the flush at exit is silent
        return USER_ERROR
    except OSError as error:
        show_error(program, describe_os_error(error))
        return USER_ERROR
    except ImportError as error:
        return _missing_package(program, error)
    except MemoryError:
        show_error(program, "out of memory")
        return USER_ERROR
    except Exception as error:
        return internal_error(program, error)


def describe_os_error(error: OSError) -> str:
    """Say "cannot use 'x.npy': no such file or directory"."""
    reason = (error.strerror or str(error)).lower()
    return f"cannot use '{error.filename}': {reason}" if error.filename else reason


def internal_error(program: str, error: BaseException) -> int:
    """Report an exception nobody foresaw; returns the exit code."""
    summary = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
    trace = "".join(traceback.format_exception(error))
    report_bug(program, summary, trace, tuple(getattr(error, "__notes__", ())))
    return INTERNAL_ERROR


def report_bug(program: str, summary: str, trace: str, notes: tuple[str, ...] = ()) -> None:
    """Print a bug of ours in one line, with the traceback in a file."""
    with tempfile.NamedTemporaryFile("w", prefix="isthmus-traceback-", suffix=".txt", delete=False) as file:
        file.write(trace)
    way_out = f"this is a bug in isthmus, please report it with {file.name}"
    show_error(program, f"internal error: {summary}", "\nnote: ".join([*notes, way_out]))


def _missing_package(program: str, error: ImportError) -> int:
    name = error.name or ""
    if isinstance(error, ModuleNotFoundError) and name.startswith(COMPILER_PACKAGES):
        show_error(
            program,
            f"this needs the compiler half of isthmus: '{name}' is not installed",
            "pip install 'isthmus[compiler]'",
        )
        return USER_ERROR
    return internal_error(program, error)
