"""Options of our passes: from `{max-recompute=2 verbose=true}` to the fields of a pass, checked by type."""

import dataclasses
import difflib
from typing import Literal, get_args, get_origin, get_type_hints

from isthmus.errors import PassError

from .passes import Pass


@dataclasses.dataclass(frozen=True)
class Option:
    """Describe one option: its kebab-case name, its type and its default (`dataclasses.MISSING` when required).

    The type is bool, int, float, str, a `Literal` of strings (the choices), or `tuple[str, ...]` (comma-separated).
    """

    name: str
    kind: object
    default: object

    @property
    def choices(self) -> tuple[str, ...]:
        """The values allowed, empty when any value of the type is."""
        if self.kind is bool:
            return ("true", "false")
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    @property
    def expectation(self) -> str:
        """Say which values are allowed, as in 'expected an integer'."""
        if self.choices:
            return "expected one of " + ", ".join(f"'{choice}'" for choice in self.choices)
        words = {int: "an integer", float: "a number", str: "text"}
        return f"expected {words.get(self.kind, 'a comma-separated list')}"  # type: ignore[call-overload]

    def __str__(self) -> str:
        values = "|".join(self.choices) if self.choices and self.kind is not bool else ""
        if self.default is dataclasses.MISSING:
            return f"{self.name}=<{values or 'required'}>"
        return f"{self.name}={write_value(self.default)}" + (f" ({values})" if values else "")


def options_of(kind: type[Pass]) -> dict[str, Option]:
    """List the options of a pass by name."""
    hints = get_type_hints(kind)
    rows = [
        Option(field.name.replace("_", "-"), hints[field.name], field.default)
        for field in dataclasses.fields(kind)
    ]
    return {row.name: row for row in rows}


def make_pass(kind: type[Pass], assignments: tuple[tuple[str, str], ...]) -> Pass:
    """Build a pass from its options as text; an unknown option or a value of the wrong type is a `PassError`."""
    options = options_of(kind)
    values: dict[str, object] = {}
    for name, text in assignments:
        if name not in options:
            raise _unknown_option(kind, name, options)
        if name in values:
            raise PassError(f"pass '{kind.name}' got the option '{name}' twice")
        values[name] = _read_value(kind, options[name], text)
    for name, option in options.items():
        if name not in values and option.default is dataclasses.MISSING:
            raise PassError(f"pass '{kind.name}' needs the option '{name}': {option.expectation}")
    return kind(**{name.replace("-", "_"): value for name, value in values.items()})


def write_options(instance: Pass) -> str:
    """Write the options that differ from their defaults, braces included; '' when none does."""
    rows = [
        f"{option.name}={write_value(value)}"
        for option in options_of(type(instance)).values()
        if (value := getattr(instance, option.name.replace("-", "_"))) != option.default
    ]
    return "{" + " ".join(rows) + "}" if rows else ""


def write_value(value: object) -> str:
    """Write one option's value as it stands in a pipeline."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple():
            return ",".join(map(str, value))
        case str() if not value or any(character in value for character in " {}()'"):
            return f'"{value}"'
        case _:
            return str(value)


def _read_value(kind: type[Pass], option: Option, text: str) -> object:
    if option.choices and text not in option.choices:
        raise _wrong_value(kind, option, text)
    match option.kind:
        case t if t is bool:
            return text == "true"
        case t if t is int or t is float:
            try:
                return int(text, 0) if t is int else float(text)
            except ValueError:
                raise _wrong_value(kind, option, text) from None
        case t if get_origin(t) is tuple:
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case _:
            return text


def _wrong_value(kind: type[Pass], option: Option, text: str) -> PassError:
    return PassError(f"option '{option.name}' of pass '{kind.name}' is '{text}': {option.expectation}")


def _unknown_option(kind: type[Pass], name: str, options: dict[str, Option]) -> PassError:
    if not options:
        return PassError(f"pass '{kind.name}' has no options, got '{name}'")
    close = difflib.get_close_matches(name, options, n=1)
    hint = f"did you mean '{close[0]}'?" if close else ""
    listed = ", ".join(f"'{option}'" for option in options)
    return PassError(
        f"pass '{kind.name}' has no option '{name}': " + (hint or f"expected one of {listed}"),
        note=f"its options: {', '.join(map(str, options.values()))}",
    )
