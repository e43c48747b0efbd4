"""Which arrays the carried variables of a loop may be: told to their origins at the head, checked at the end."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

from .array import Array
from .emitter import current_trace
from .forms import flatten
from .origins import Origin

Key = tuple[str, int]
"""A leaf of a variable."""


class Aliases:
    """Hold what is known, from earlier attempts to trace a body, about the carried arrays where a pass starts.

    `sources` are arrays from outside that they may have become, `pairs` those that may be the same array.
    """

    def __init__(self) -> None:
        self.sources: dict[Key, set[Origin]] = {}
        self.pairs: set[tuple[Key, Key]] = set()

    def enter(self, heads: Mapping[Key, Origin], initial: Mapping[Key, Origin]) -> None:
        """Tell the origins of the carried arrays."""
        for key, origin in heads.items():
            origin.name = f"'{key[0]}'"
            before = {initial[key]} if key in initial else set()
            origin.descend(self.sources.get(key, set()) | before)
        for pair in combinations(sorted(heads), 2):
            left, right = (heads[key] for key in pair)
            if pair in self.pairs:
                common = Origin()
                common.serial = -1
                left.descend([common])
                right.descend([common])
            elif all(key in initial for key in pair) and initial[pair[0]].is_apart(initial[pair[1]]):
                left.keep_apart(right)

    def grows(self, heads: Mapping[Key, Origin], finals: Mapping[Key, Origin], outside: set[Origin]) -> bool:
        """Learn from what a pass leaves; tells whether the next attempt must start with more."""
        is_new = False
        for key in heads.keys() & finals.keys():
            more = (finals[key].ancestors() & outside) - heads[key].ancestors()
            if more:
                self.sources.setdefault(key, set()).update(more)
                is_new = True
        for pair in combinations(sorted(heads.keys() & finals.keys()), 2):
            is_apart = heads[pair[0]].is_apart(heads[pair[1]])
            if is_apart and not finals[pair[0]].is_apart(finals[pair[1]]):
                self.pairs.add(pair)
                is_new = True
        return is_new


def origins_of(leaves: Mapping[str, Sequence[Any]]) -> dict[Key, Origin]:
    """Give the origins of the arrays among the leaves of variables."""
    return {
        (name, place): leaf.view.storage.origin
        for name, found in leaves.items()
        for place, leaf in enumerate(found)
        if isinstance(leaf, Array)
    }


def origins_in(values: Mapping[str, Any]) -> dict[Key, Origin]:
    """Give the origins of the arrays in variables."""
    return origins_of({name: flatten(value)[0] for name, value in values.items()})


def outside_origins() -> set[Origin]:
    """Give the origins of all arrays there are."""
    return {storage.origin for storage in current_trace().live_storages()}
