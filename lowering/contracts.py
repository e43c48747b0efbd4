"""Stage contracts: which operations a stage accepts and leaves, and the check between stages."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from isthmus.errors import VerifyError

from ..dialects.locations import describe
from ..dialects.mlir import ir, operations

_PLACES_SHOWN = 3


@dataclass(frozen=True)
class OpSet:
    """Hold a set of operations: names or patterns (`"linalg.*"`), less the `refused` ones."""

    allowed: tuple[str, ...]
    refused: tuple[str, ...] = ()

    def __contains__(self, name: object) -> bool:
        return _matches(name, self.allowed) and not _matches(name, self.refused)

    def __or__(self, other: "OpSet") -> "OpSet":
        """Allow more; what either side refuses by name stays refused unless the other allows it by name."""
        refused = [name for name in self.refused if name not in other]
        refused += [name for name in other.refused if name not in self]
        return OpSet((*self.allowed, *other.allowed), tuple(refused))


@dataclass(frozen=True)
class Contract:
    """State what a stage accepts and what it leaves."""

    stage: str
    accepts: OpSet
    leaves: OpSet

    def check_accepts(self, module: ir.Module) -> None:
        """Raise a `VerifyError` that names every operation the stage does not accept."""
        _check(module, self.accepts, f"stage '{self.stage}' does not accept")

    def check_leaves(self, module: ir.Module) -> None:
        """Raise a `VerifyError` that names every operation the stage should have removed."""
        _check(module, self.leaves, f"stage '{self.stage}' must not leave")


def offenders(module: ir.Module, allowed: OpSet) -> dict[str, list[str]]:
    """Map the name of each operation outside the set, or unregistered, to where its instances came from."""
    found: dict[str, list[str]] = {}
    known: dict[str, bool] = {}
    for operation in operations(module):
        name = operation.name
        if name not in known:
            known[name] = name in allowed and module.context.is_registered_operation(name)
        if not known[name]:
            found.setdefault(name, []).append(describe(str(operation.location)))
    return found


def _check(module: ir.Module, allowed: OpSet, claim: str) -> None:
    found = offenders(module, allowed)
    if not found:
        return
    names = ", ".join(f"'{name}'" for name in found)
    lines = [_line(name, places) for name, places in found.items()]
    first = next((place for places in found.values() for place in places if place), None)
    raise VerifyError("\n".join([f"{claim} {names}", *lines]), location=first)


def _line(name: str, places: list[str]) -> str:
    distinct = list(dict.fromkeys(place for place in places if place))
    shown = ", ".join(distinct[:_PLACES_SHOWN]) or "an unknown place"
    more = len(distinct) - _PLACES_SHOWN
    return f"  '{name}' ({len(places)}x) at {shown}" + (f" and {more} more places" if more > 0 else "")


def _matches(name: object, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(str(name), pattern) for pattern in patterns)
