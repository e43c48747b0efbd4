"""Forked processes: workers of a device do not come along, so calls there must fail instead of waiting for ever."""

import functools
import os
import weakref
from typing import Any, Protocol

from isthmus.errors import RunError


class Forkable(Protocol):
    """What holds on to a device: told in the child after a fork."""

    def after_fork(self) -> None:
        """Let go of what the fork did not copy."""


def survive_fork(holder: Forkable) -> None:
    """Have `holder.after_fork()` called in every child this process forks, while the holder lives."""
    _holders().add(holder)


def refuse_after_fork(*_: Any) -> None:
    """Stand in for a call whose device stayed in the parent."""
    raise RunError(
        "this program was loaded before the process was forked: its device's threads are not here",
        note="load with threads=1, or load after the fork, or use multiprocessing's 'spawn'",
    )


@functools.cache
def _holders() -> "weakref.WeakSet[Forkable]":
    holders: weakref.WeakSet[Forkable] = weakref.WeakSet()
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=functools.partial(_tell, holders))
    return holders


def _tell(holders: "weakref.WeakSet[Forkable]") -> None:
    for holder in list(holders):
        holder.after_fork()
