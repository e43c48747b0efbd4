"""A program ready to be timed, and how Isthmus becomes one."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, np.dtype[Any]]
ARTIFACTS = Path(__file__).resolve().parents[1] / "out" / "benchmarks" / "simulation"


class Missing(Exception):
    """Say why a peer has no number here."""


@dataclass(frozen=True)
class Settings:
    """Hold what every peer is told: threads, and the time spent on each sample of small programs."""

    threads: int
    reuse: bool = False


@dataclass(frozen=True)
class Prepared:
    """Hold a call, what puts its arguments back before each call, its results, and what was learned on the way."""

    call: Callable[[], object]
    reset: Callable[[], None]
    results: Callable[[], list[Array]]
    facts: dict[str, Any] = field(default_factory=dict)


def nothing() -> None:
    """Put nothing back: the call leaves its arguments alone."""


def copied(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the arrays among the arguments."""
    return {name: value.copy() if is_array(value) else value for name, value in arguments.items()}


def is_array(value: object) -> bool:
    """Whether a value is an array that a program may change in place."""
    return isinstance(value, np.ndarray) and value.ndim > 0


def restore(given: Mapping[str, Any], pristine: Mapping[str, Any]) -> Callable[[], None]:
    """Give the call that puts arrays back to what they were."""
    pairs = [(given[name], value) for name, value in pristine.items() if is_array(value)]

    def reset() -> None:
        for array, value in pairs:
            np.copyto(array, value)

    return reset


def in_place(
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    collect: Callable[[Any, Mapping[str, Any]], list[Any]],
) -> Prepared:
    """Prepare a function that takes NumPy arrays; `collect` finds the results in what it returned and changed."""
    given = copied(arguments)
    returned: list[Any] = []

    def call() -> None:
        returned[:] = [function(*given.values())]

    return Prepared(call, restore(given, arguments), lambda: collect(returned[0], given))


def isthmus_bound(
    name: str,
    function: Callable[..., Any],
    arguments: Mapping[str, Any],
    settings: Settings,
    collect: Callable[[Any, Mapping[str, Any]], list[Any]],
    statics: Sequence[Sequence[str]] = ((),),
) -> Prepared:
    """Compile with Isthmus, load and bind; of several choices of constants the first that can be bound."""
    import isthmus

    path = ARTIFACTS / f"{name}.isthmus"
    start = time.perf_counter()
    facts: dict[str, Any] = {}
    given = copied(arguments)
    reason: Exception | None = None
    for static in statics:
        try:
            if not (settings.reuse and path.exists()):
                isthmus.compile(function, tuple(given.values()), static=static, name=name).save(path)
                facts = {"compile_seconds": time.perf_counter() - start, "static": list(static)}
            step = isthmus.load(path, threads=settings.threads).bind(*given.values())
            break
        except isthmus.IsthmusError as error:
            reason = error
    else:
        raise Missing(f"{type(reason).__name__}: {first_line(reason)}") from reason
    returned: list[Any] = []

    def call() -> None:
        returned[:] = [step()]

    return Prepared(call, restore(given, arguments), lambda: collect(returned[0], given), facts)


def first_line(error: BaseException | None) -> str:
    """Give the line of an error's text that tells most."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return (lines or [type(error).__name__])[0][:200]


def cores(threads: int) -> None:
    """Keep this process, and the threads it will start, to as many cores."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-threads:])
