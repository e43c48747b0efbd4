"""Where the variables of a loop or branch live: cells of closures, items of containers, attributes of objects."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import CellType
from typing import Any, Final, Protocol


class _Undefined:
    def __repr__(self) -> str:
        return "<undefined>"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = _Undefined()
"""What a variable holds that nothing was assigned to."""


class Place(Protocol):
    """Hold one variable of the user's; `UNDEFINED` stands for no value."""

    def get(self) -> Any:
        """Give the value."""

    def set(self, value: Any) -> None:
        """Replace the value."""


@dataclass(frozen=True)
class Cell:
    """Be a local variable of a rewritten function."""

    cell: CellType

    def get(self) -> Any:
        """Give the value."""
        try:
            return self.cell.cell_contents
        except ValueError:
            return UNDEFINED

    def set(self, value: Any) -> None:
        """Replace the value."""
        if value is not UNDEFINED:
            self.cell.cell_contents = value
        elif self.get() is not UNDEFINED:
            del self.cell.cell_contents


@dataclass
class Slot:
    """Be a variable of this package's own."""

    value: Any = UNDEFINED

    def get(self) -> Any:
        """Give the value."""
        return self.value

    def set(self, value: Any) -> None:
        """Replace the value."""
        self.value = value


Places = Mapping[str, Place]


def places(functions: Iterable[Callable[..., Any]], names: Iterable[str]) -> dict[str, Place]:
    """Find the variables that the pieces of a rewritten function share."""
    cells: dict[str, CellType] = {}
    for function in functions:
        cells.update(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    return {name: Cell(cells[name]) for name in names if name in cells}


def values(variables: Places) -> dict[str, Any]:
    """Give the values of all variables."""
    return {name: place.get() for name, place in variables.items()}


def restore(variables: Places, saved: Mapping[str, Any]) -> None:
    """Give variables the values they had."""
    for name, value in saved.items():
        variables[name].set(value)
