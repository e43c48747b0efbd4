"""Stencils over one domain that share inputs, computed in one pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heapify, heappop, heappush

from ...dialects.hpc.stencil import fits
from ...dialects.mlir import ir
from .block import Block, Entry, needs
from .expressions import Expression, elements_of
from .model import Stencil, identity
from .vertical import MOST_ELEMENTS

_MOST_RESULTS = 8
_MOST_HOSTS = 8
_PURE_DIALECTS = ("arith.", "complex.", "hpc.", "linalg.", "math.", "tensor.", "tm_tensor.")


@dataclass
class _Order:
    """Hold what each entry needs to come before it; merged entries are one, under their first's number.

    Sets of entries are bits of an integer. `ancestors` is transitive.
    """

    needs: list[int]
    ancestors: list[int]
    members: list[int]
    group: list[int]

    def may_merge(self, first: int, second: int) -> bool:
        """Tell whether nothing between needs the first and is needed by the second."""
        others = self.needs[second] & ~self.members[first]
        return not any(self.ancestors[found] & self.members[first] for found in _bits(others))

    def merge(self, first: int, second: int) -> None:
        """Make the second part of the first."""
        self.members[first] |= self.members[second]
        members = self.members[first]
        self.needs[first] = (self.needs[first] | self.needs[second]) & ~members
        self.ancestors[first] = (self.ancestors[first] | self.ancestors[second]) & ~members
        self.group[second] = first
        for number, ancestors in enumerate(self.ancestors):
            if ancestors & members:
                self.ancestors[number] |= self.ancestors[first] | members
        for number in _bits(members):
            self.ancestors[number] = self.ancestors[first]


def fuse_sideways(block: Block) -> bool:
    """Merge stencils in place, reordering the block's entries as that needs; tell whether any was."""
    order = _order(block.entries)
    hosts: dict[ir.Value, list[int]] = {}
    merged = False
    for number, entry in enumerate(block.entries):
        if not isinstance(entry, Stencil):
            continue
        first = next((host for host in _hosts(hosts, entry) if _joins(block, order, host, number)), None)
        if first is not None:
            _merge(block, order, first, number)
            merged = True
        place = number if first is None else first
        for value in dict.fromkeys([*_tensors(entry), *entry.results]):
            hosts.setdefault(value, []).append(place)
    if merged:
        block.entries = _sorted(block.entries, order)
    return merged


def _hosts(hosts: Mapping[ir.Value, Sequence[int]], guest: Stencil) -> list[int]:
    """List the latest stencils, the last first, that read or make what the guest reads."""
    found = {host for value in _tensors(guest) for host in hosts.get(value, ())[-_MOST_HOSTS:]}
    return sorted(found, reverse=True)[:_MOST_HOSTS]


def _tensors(stencil: Stencil) -> list[ir.Value]:
    return list(dict.fromkeys(element.tensor for element in stencil.elements.values()))


def _joins(block: Block, order: _Order, first: int, second: int) -> bool:
    host, guest = block.entries[first], block.entries[second]
    assert isinstance(host, Stencil) and isinstance(guest, Stencil)
    if not host.same_domain(guest) or len(host.results) + len(guest.results) > _MOST_RESULTS:
        return False
    elements = guest.elements
    point = identity(host.kind.rank)
    if any(element.tensor in host.results and element.places != point for element in elements.values()):
        return False
    both = elements_of(_together(block, host, guest))
    return (
        len(both) <= max(MOST_ELEMENTS, len(host.elements), len(elements))
        and fits([element.tensor for element in both.values()])
        and order.may_merge(first, second)
    )


def _together(block: Block, host: Stencil, guest: Stencil) -> list[Expression]:
    """Write the guest's outputs with the host's where it reads them, after the host's own."""
    made = dict(zip(host.results, host.outputs, strict=True))
    replacements = {
        expression: made[element.tensor]
        for expression, element in guest.elements.items()
        if element.tensor in made
    }
    return [*host.outputs, *block.arithmetic.rewrite(guest.outputs, replacements)]


def _merge(block: Block, order: _Order, first: int, second: int) -> None:
    host, guest = block.entries[first], block.entries[second]
    assert isinstance(host, Stencil) and isinstance(guest, Stencil)
    host.outputs = _together(block, host, guest)
    host.results = [*host.results, *guest.results]
    order.merge(first, second)


def _order(entries: Sequence[Entry]) -> _Order:
    made: dict[ir.Value, int] = {}
    direct: list[int] = []
    ancestors: list[int] = []
    chain: int | None = None
    for number, entry in enumerate(entries):
        found = {made[value] for value in needs(entry) if value in made}
        if not _is_pure(entry):
            found |= set() if chain is None else {chain}
            chain = number
        direct.append(sum(1 << other for other in found))
        ancestors.append(direct[-1])
        for other in found:
            ancestors[-1] |= ancestors[other]
        made.update(dict.fromkeys(entry.results, number))
    count = len(entries)
    return _Order(direct, ancestors, [1 << number for number in range(count)], list(range(count)))


def _is_pure(entry: Entry) -> bool:
    return isinstance(entry, Stencil) or entry.name.startswith(_PURE_DIALECTS)


def _sorted(entries: Sequence[Entry], order: _Order) -> list[Entry]:
    """List merged entries once, each as early as what it needs and the old order allow; the terminator last."""
    last = len(entries) - 1
    heads = [number for number in range(last) if order.group[number] == number]
    before = {
        number: {
            order.group[found]
            for member in _bits(order.members[number])
            for found in _bits(order.needs[member])
        }
        - {number}
        for number in heads
    }
    after: dict[int, list[int]] = {number: [] for number in heads}
    for number, found in before.items():
        for other in found:
            after[other].append(number)
    ready = [number for number in heads if not before[number]]
    heapify(ready)
    done: list[Entry] = []
    while ready:
        number = heappop(ready)
        done.append(entries[number])
        for other in after[number]:
            before[other].discard(number)
            if not before[other]:
                heappush(ready, other)
    assert len(done) == len(heads), "merging has made no cycle"
    return [*done, entries[last]]


def _bits(number: int) -> Iterable[int]:
    while number:
        lowest = number & -number
        yield lowest.bit_length() - 1
        number ^= lowest
