"""The table of targets, and the names users write."""

from collections.abc import Iterable
from importlib import import_module

from isthmus.errors import CompileError

from .target import Target

TARGETS: dict[str, str] = {
    "cpu": "cpu:Cpu",
    "cuda": "cuda:Cuda",
    "rocm": "rocm:Rocm",
}
"""Each target's kind, and the module and class that describe it."""


def target_class(kind: str) -> type[Target]:
    """Import the class of a kind of target; an unknown one is a `CompileError`."""
    if kind not in TARGETS:
        choices = ", ".join(f"'{name}'" for name in TARGETS)
        raise CompileError(f"unknown target '{kind}': expected one of {choices}")
    module, _, name = TARGETS[kind].partition(":")
    found: type[Target] = getattr(import_module(f".{module}", __package__), name)
    return found


def parse_target(text: str) -> Target:
    """Read a name such as `cpu`, `cpu:x86-64-v3` or `cuda:sm_90`; an unknown one is a `CompileError`."""
    kind, _, option = text.strip().partition(":")
    return target_class(kind.strip())(option.strip())


def parse_targets(texts: str | Iterable[str]) -> tuple[Target, ...]:
    """Read one name, several separated by commas, or a list of names; repeated ones count once."""
    names = (
        texts.split(",") if isinstance(texts, str) else [name for text in texts for name in text.split(",")]
    )
    targets = tuple(dict.fromkeys(parse_target(name) for name in names if name.strip()))
    if not targets:
        choices = ", ".join(f"'{name}'" for name in TARGETS)
        raise CompileError(f"no target given: expected one of {choices}")
    return targets
