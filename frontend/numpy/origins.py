"""Which arrays may be one and the same in NumPy where the capture has a copy: joined by branches, carried by loops."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import combinations, count
from weakref import WeakSet

from isthmus.errors import CaptureError

from . import where


class Origin:
    """Say what the array of a storage may be.

    `sources` are arrays that it may be, `apart` those that it never is. A write into any of them makes the others
    `stale`: whether they change is known to the run alone, so reading them is refused, with the line that writes.
    """

    _serials = count()

    def __init__(self, name: str = "") -> None:
        self.name = name
        self.serial = next(self._serials)
        self.sources: set[Origin] = set()
        self.children: WeakSet[Origin] = WeakSet()
        self.apart: WeakSet[Origin] = WeakSet()
        self.stale: CaptureError | None = None
        self.is_read = False

    def descend(self, sources: Iterable["Origin"]) -> None:
        """Remember that this array may be one of some others."""
        for source in sources:
            if source is not self:
                self.sources.add(source)
                source.children.add(self)

    def keep_apart(self, other: "Origin") -> None:
        """Remember that two arrays are never the same."""
        self.apart.add(other)
        other.apart.add(self)

    def ancestors(self) -> "set[Origin]":
        """Give all that it may be, itself too."""
        return _closure({self}, lambda one: one.sources)

    def is_apart(self, other: "Origin") -> bool:
        """Tell whether two arrays are certainly not the same."""
        left, seen = [(self, other)], set()
        while left:
            one, two = pair = left.pop()
            if pair in seen or two in one.apart:
                continue
            if one is two:
                return False
            seen.add(pair)
            older, younger = sorted(pair, key=lambda origin: origin.serial)
            left += [(older, source) for source in younger.sources]
        return True

    def read(self) -> None:
        """Refuse to read what may have changed."""
        self.is_read = True
        if self.stale is not None:
            raise self.stale

    def write(self) -> None:
        """Note that the content is known, and that of all that may be the same array is not."""
        self.stale = None
        if not self.sources and not self.children:
            return
        others = self.ancestors()
        seen = _closure(others, lambda one: set(one.children) - set(self.apart)) - {self}
        failure = where.error(
            f"only the run knows whether {self.name or 'the array'} written here is another array that is used later",
            note="a name was given one array or another, by a condition or in a loop: give it a copy, a.copy()",
        )
        for one in seen:
            one.stale = one.stale or failure


def _closure(start: "set[Origin]", neighbours: "Callable[[Origin], Iterable[Origin]]") -> "set[Origin]":
    found, left = set(start), list(start)
    while left:
        for one in neighbours(left.pop()):
            if one not in found:
                found.add(one)
                left.append(one)
    return found


class Watch:
    """Keep what a piece of the program does to origins apart from the outside until the piece is used."""

    def __init__(self) -> None:
        self.changes: list[tuple[Origin, CaptureError]] = []
        self.repeated: CaptureError | None = None

    @contextmanager
    def open(self, origins: Sequence[Origin]) -> Iterator[None]:
        """Run the piece; afterwards all is as before but for `is_read`."""
        before = [(one, one.stale, one.is_read) for one in origins]
        for one in origins:
            one.is_read = False
        try:
            yield
        finally:
            for one, stale, is_read in before:
                if one.stale is not None and stale is None:
                    self.changes.append((one, one.stale))
                    self.repeated = self.repeated or (one.stale if one.is_read else None)
                one.stale = stale
                one.is_read = one.is_read or is_read

    def settle(self) -> None:
        """Let the outside know what became stale."""
        for one, failure in self.changes:
            one.stale = one.stale or failure


def keep_apart(rows: Sequence[tuple[Origin, Sequence[Origin | None]]]) -> None:
    """Tell that joined arrays are apart whose values are, in each branch."""
    for (left, values), (right, others) in combinations(rows, 2):
        pairs = zip(values, others, strict=True)
        if all(one is None or other is None or one.is_apart(other) for one, other in pairs):
            left.keep_apart(right)
