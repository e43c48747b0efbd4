"""The user's script: run, searched for the object to compile, its errors shown with the user's line."""

import difflib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import torch

from isthmus.errors import CaptureError

_FORM = "FILE.py:OBJECT, or FILE.pt2"


def load_program(text: str) -> Any:
    """Give the program that `FILE.py:OBJECT` or `FILE.pt2` names: a network, an exported one or a NumPy function.

    OBJECT is a `Module`, a class or a function without arguments that gives one, or a function with arguments, which
    is itself the program; dots reach into it. Whatever fails in the script is a `CaptureError` with its line.
    """
    file, colon, name = text.rpartition(":")
    if not colon or text.endswith((".py", ".pt2")):
        file, name = text, ""
    path = Path(file)
    if not path.exists():
        raise CaptureError(f"cannot read '{file}': no such file", note=f"name the program as {_FORM}")
    if path.suffix == ".pt2":
        return _load_exported(path)
    if path.suffix != ".py" or path.is_dir():
        raise CaptureError(f"'{file}' is no program: expected {_FORM}")
    module = _run_script(path)
    return _as_program(_find(module, name, path), name, path)


def _load_exported(path: Path) -> Any:
    try:
        return torch.export.load(path)
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        note = "write it with torch.export.save"
        raise CaptureError(f"cannot read '{path}' as an exported program: {reason}", note=note) from error


def _run_script(path: Path) -> ModuleType:
    """Import the file under its own name, with its folder on the path, as `python FILE.py` would find it."""
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module  # dataclasses and pickle look the module up
    loader = specification.loader
    _in_script(path, "running the script", lambda: loader.exec_module(module))
    return module


def _in_script(path: Path, doing: str, action: Callable[[], Any]) -> Any:
    """Call the user's code; whatever it raises is a `CaptureError` at the user's line."""
    try:
        return action()
    except SyntaxError as error:
        raise CaptureError(
            f"{doing} failed: {error.msg}", location=f"{error.filename}:{error.lineno}"
        ) from error
    except SystemExit as error:
        note = "guard what only the script's own run shall do with `if __name__ == '__main__':`"
        raise CaptureError(f"{doing} failed: it called exit({error.code})", note=note) from error
    except Exception as error:
        summary = f"{type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        place = _line_of(error, path)
        raise CaptureError(f"{doing} failed: {summary}", location=place) from error


def _line_of(error: BaseException, path: Path) -> str | None:
    """Name the innermost line of the user's file, or of one beside it, that the error passed."""
    folder = path.resolve().parent
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if Path(frame.filename).resolve().is_relative_to(folder) and "site-packages" not in frame.filename:
            return f"{frame.filename}:{frame.lineno} in {frame.name}: `{frame.line}`"
    return None


def _find(module: ModuleType, name: str, path: Path) -> Any:
    """Reach the object by its dotted name; a missing one is an error that lists what could be meant."""
    found: Any = module
    for part in name.split(".") if name else ():
        if not hasattr(found, part):
            raise CaptureError(f"'{path}' has no object '{name}'", note=_hint(module, name))
        found = getattr(found, part)
    if found is module:
        raise CaptureError(f"no object of '{path}' is named: expected {path}:OBJECT", note=_hint(module, ""))
    return found


def _hint(module: ModuleType, name: str) -> str:
    names = [key for key, value in vars(module).items() if _is_candidate(value, key, module)]
    if not names:
        return f"'{module.__name__}' defines no torch.nn.Module and no function"
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"it defines {', '.join(repr(name) for name in names)}"


def _is_candidate(value: Any, key: str, module: ModuleType) -> bool:
    if key.startswith("_"):
        return False
    if isinstance(value, torch.nn.Module | torch.export.ExportedProgram):
        return True
    is_class = isinstance(value, type) and issubclass(value, torch.nn.Module)
    return (is_class or inspect.isfunction(value)) and value.__module__ == module.__name__


def _as_program(found: Any, name: str, path: Path) -> Any:
    """Turn a class or a function without arguments into what it builds; one with arguments is the program."""
    kinds = torch.nn.Module | torch.export.ExportedProgram
    if isinstance(found, kinds) or hasattr(found, "uncompiled"):
        return found
    if inspect.isfunction(found) and _required(found):
        return found
    what = f"'{path.name}:{name}'"
    is_class = isinstance(found, type) and issubclass(found, torch.nn.Module)
    if not is_class and not inspect.isfunction(found):
        raise CaptureError(
            f"{what} is of type '{type(found).__name__}': expected a torch.nn.Module, an ExportedProgram, a class or "
            "function that gives one without arguments, or a function written with NumPy"
        )
    needed = _required(found)
    if needed:
        note = "write a function without arguments that builds the module, and name it instead"
        raise CaptureError(f"{what} needs arguments: {', '.join(needed)}", note=note)
    built = _in_script(path, f"calling {what}", found)
    if not isinstance(built, kinds):
        raise CaptureError(
            f"{what} gave an object of type '{type(built).__name__}': expected a torch.nn.Module"
        )
    return built


def _required(function: Callable[..., Any]) -> list[str]:
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [
        repr(parameter.name)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty and parameter.kind not in variadic
    ]
