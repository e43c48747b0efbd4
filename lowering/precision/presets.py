"""The presets by name: which formats each kind of work gets."""

from collections.abc import Mapping

from isthmus.errors import CompileError

from .formats import Formats

_SINGLE = Formats("f32", "f32", "f32")


def _half(name: str) -> dict[str, Formats]:
    return {
        "contraction": Formats(name, "f32", "f32"),
        "elementwise": Formats("f32", "f32", name),
        "gather": Formats(name, "f32", "f32"),
        "selection": Formats(name, name, name),
    }


PRESETS: dict[str, Mapping[str, Formats]] = {
    "f32": {
        "contraction": _SINGLE,
        "elementwise": _SINGLE,
        "gather": _SINGLE,
        "reduction": Formats("f32", "f64", "f64"),
        "selection": _SINGLE,
    },
    "bf16": _half("bf16"),
    "f16": _half("f16"),
}
"""The formats of each kind of operation; a kind that is not listed is left alone."""


def check_preset(name: str | None) -> None:
    """Raise a `CompileError` that lists the choices unless `name` is a preset, or None."""
    if name is not None and name not in PRESETS:
        choices = ", ".join(map(repr, PRESETS))
        raise CompileError(
            f"unknown precision {name!r}: expected one of {choices}",
            note="without 'precision' a program is computed exactly as written",
        )
