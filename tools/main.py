"""`isthmus`: the entry of the command line; each command is imported when it is called."""

import difflib
import sys
from collections.abc import Sequence
from importlib import import_module

from .console import USAGE_ERROR, guarded, show_error

PROGRAM = "isthmus"

COMMANDS: dict[str, tuple[str, str]] = {
    "compile": ("compile:main", "compile a network or simulation ahead of time into an artifact"),
    "run": ("run:main", "call an artifact on arrays in files, or on made-up ones"),
    "inspect": ("inspect:main", "show what an artifact takes, gives, holds and needs"),
    "opt": ("opt:main", "run compiler passes on IR (also installed as isthmus-opt)"),
    "bench": ("bench:main", "time artifacts side by side"),
    "doctor": ("doctor:main", "show what is installed and what works on this machine"),
}
"""Each command's "module:function" and what it does."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    name = arguments[0] if arguments else "--help"
    if name in ("-h", "--help", "help"):
        print(_help())
        return 0 if arguments else USAGE_ERROR
    if name == "--version":
        return _version()
    if name not in COMMANDS:
        return _unknown(name)
    module, _, function = COMMANDS[name][0].partition(":")
    program = f"{PROGRAM} {name}"

    def run() -> int:
        command = getattr(import_module(f".{module}", __package__), function)
        return int(command(arguments[1:], program))

    return guarded(program, run)


def _help() -> str:
    rows = "\n".join(f"  {name:9} {text}" for name, (_, text) in COMMANDS.items())
    return f"""\
usage: isthmus COMMAND [ARGUMENTS]

One compiler for simulation and AI: compile ahead of time, run anywhere.

commands:
{rows}

'isthmus COMMAND --help' describes a command, 'isthmus --version' prints the version.

exit codes: 0 success, 1 your input or program, 2 wrong arguments, 70 a bug in isthmus"""


def _version() -> int:
    import isthmus

    print(f"isthmus {isthmus.__version__}")
    return 0


def _unknown(name: str) -> int:
    close = difflib.get_close_matches(name, COMMANDS, n=1)
    choices = ", ".join(f"'{command}'" for command in COMMANDS)
    hint = f"did you mean '{close[0]}'?" if close else f"expected one of {choices}"
    show_error(PROGRAM, f"unknown command '{name}': {hint}", "'isthmus --help' describes the commands")
    return USAGE_ERROR


if __name__ == "__main__":
    sys.exit(main())
