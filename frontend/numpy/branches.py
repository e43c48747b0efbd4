"""Branches of a captured function: one of them in Python where the test is known, an `scf.if` otherwise."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from ...dialects.mlir import arith, ir
from . import where
from .array import Array
from .containers import Containers
from .coupling import array_of
from .emitter import current_trace
from .forms import ArrayForm, Form, StaticForm, flatten, form_of, joined, same, unflatten
from .operators import truth_value
from .origins import Origin, keep_apart
from .places import UNDEFINED, Places, places, restore, values
from .regions import Piece, assemble
from .sharing import is_shared
from .storage import Storage
from .traced import Traced

_WHEN = "in one branch|in the other"
_MAXIMUM_HOISTED = 16
_CHEAP = ("arith.", "math.", "complex.")
_TRAPPING = ("arith.divsi", "arith.divui", "arith.remsi", "arith.remui", "arith.ceildiv", "arith.floordiv")
Branch = Callable[[], None]


def branch(test: Any, then: Branch, orelse: Branch, bound: Sequence[str], after: Sequence[str]) -> None:
    """Run or trace a rewritten `if`: `bound` names what the branches bind, `after` what matters afterwards."""
    test = array_of(test)
    if not isinstance(test, Traced):
        return then() if test else orelse()
    branch_on(test, then, orelse, places([then, orelse], bound), after, watched=[then, orelse])


def branch_on(
    test: Any,
    then: Branch,
    orelse: Branch,
    variables: Places,
    after: Iterable[str],
    *,
    watched: Sequence[Callable[..., Any]] = (),
) -> None:
    """Trace both branches over variables that are given; those in `after` are merged, the others undefined.

    Containers that `watched` functions reach through their closures are merged too.
    """
    condition = truth_value(test)
    containers = Containers(watched)
    before = values(variables)
    live = {name: variables[name] for name in variables if name in set(after)}
    sides = [_Side(), _Side()]
    try:
        for side, run in zip(sides, (then, orelse), strict=True):
            side.trace(run, variables, live, containers)
            restore(variables, before)
    except BaseException:
        for side in sides:
            side.discard()
        restore(variables, before)
        raise
    items = _merged_items(sides)
    merged = _Merge(sides, before)
    for name, place in {**live, **items}.items():
        merged.variable(name, *(side.finals.get(name, place.get()) for side in sides))
    merged.storages()
    results = merged.build(condition)
    for name, place in variables.items():
        place.set(results.get(name, UNDEFINED))
    for name, place in items.items():
        place.set(results[name])


class _Side:
    """Be one branch: what it made of the variables, of items of containers, and of arrays."""

    def __init__(self) -> None:
        storages = current_trace().live_storages()
        self.piece = Piece(storages, as_arguments=False)
        self.finals: dict[str, Any] = {}
        self.items: Places = {}
        self.yields: list[ir.Value] = []

    def trace(self, run: Branch, variables: Places, live: Places, containers: Containers) -> None:
        trace = current_trace()
        trace.conditions += 1
        try:
            with self.piece.open():
                run()
                items, others = containers.changed()
                if others:
                    raise where.error(
                        f"'{others[0]}' grows or shrinks in a branch that only the run chooses",
                        note="write into an array, or use np.where",
                    )
                self.items = items
                for name, place in {**live, **items}.items():
                    self.finals[name] = _held(place.get())
        finally:
            trace.conditions -= 1
            containers.restore()

    def discard(self) -> None:
        self.piece.discard()


def _held(value: Any) -> Any:
    """Read arrays now, while they hold what the branch wrote."""
    leaves, structure = flatten(value)
    held = [_Held(leaf) if isinstance(leaf, Array) else leaf for leaf in leaves]
    return unflatten(structure, iter(held))


class _Held:
    """Be an array at the end of a branch."""

    def __init__(self, array: Array) -> None:
        self.array = array
        self.origin = array.view.storage.origin
        self.stale, is_read = self.origin.stale, self.origin.is_read
        self.origin.stale = None
        self.content = Array.of(array.tensor(), array.dtype, array.shape)
        self.origin.stale, self.origin.is_read = self.stale, is_read

    def needed(self) -> Array:
        """Give the content; refuses what may have changed."""
        self.origin.is_read = True
        if self.stale is not None:
            raise self.stale
        return self.content


def _merged_items(sides: Sequence[_Side]) -> Places:
    return {**sides[0].items, **sides[1].items}


class _Merge:
    """Join what two branches leave."""

    def __init__(self, sides: Sequence[_Side], before: Mapping[str, Any]) -> None:
        self.sides, self.before = sides, before
        self.types: list[ir.Type] = []
        self.takers: list[Callable[[ir.Value], None]] = []
        self.results: dict[str, Any] = {}
        self.pending: dict[str, tuple[Any, list[Any]]] = {}
        self.joined: list[tuple[Origin, Sequence[Origin | None]]] = []

    def variable(self, name: str, left: Any, right: Any) -> None:
        """Join the two values of a variable."""
        (lefts, shape), (rights, other) = flatten(left), flatten(right)
        if left is UNDEFINED:
            lefts, shape = [UNDEFINED] * len(rights), other
        elif right is UNDEFINED:
            rights = [UNDEFINED] * len(lefts)
        elif shape != other:
            joined(name, StaticForm(left), StaticForm(right), when=_WHEN)
        leaves: list[Any] = [UNDEFINED] * len(lefts)
        self.pending[name] = (shape, leaves)
        for place, pair in enumerate(zip(lefts, rights, strict=True)):
            self._leaf(name, leaves, place, *pair)

    def _leaf(self, name: str, leaves: list[Any], place: int, left: Any, right: Any) -> None:
        if _is_same(left, right):
            leaves[place] = left.array if isinstance(left, _Held) else left
            return
        for one, other in ((left, right), (right, left)):
            if one is UNDEFINED and not isinstance(other, Traced | _Held):
                leaves[place] = other
                return
        contents = [one.needed() if isinstance(one, _Held) else one for one in (left, right)]
        forms = [form_of(one) for one in contents if one is not UNDEFINED]
        form: Form = forms[0] if len(forms) == 1 else joined(name, *forms, when=_WHEN)
        if isinstance(form, StaticForm):
            leaves[place] = form.value
            return
        for side, content in zip(self.sides, contents, strict=True):
            with ir.InsertionPoint(side.piece.block):
                side.yields.append(form.unwrap(content))
        self.types.append(form.type)
        origins = [one.origin if isinstance(one, _Held) else None for one in (left, right)]
        reason = _aliasing(left, right, self.sides[0].piece.storages)

        def take(value: ir.Value, form: Form = form) -> None:
            assert not isinstance(form, StaticForm)
            leaves[place] = form.wrap(value)
            if isinstance(form, ArrayForm):
                self._join(name, leaves[place], origins)
            if reason:
                leaves[place].view.storage.read_only = reason

        self.takers.append(take)

    def _join(self, name: str, joined: Array, origins: Sequence[Origin | None]) -> None:
        origin = joined.view.storage.origin
        origin.name = f"'{name}'"
        self.joined.append((origin, origins))
        origin.descend(one for one in origins if one is not None)

    def storages(self) -> None:
        """Join the contents of the arrays that a branch writes."""
        pieces = [side.piece for side in self.sides]
        for place, storage in enumerate(pieces[0].storages):
            if not any(place in piece.written() for piece in pieces):
                continue
            for side in self.sides:
                side.yields.append(side.piece.results[place])
            self.types.append(storage.type)
            self.takers.append(partial(setattr, storage, "value"))

    def build(self, condition: ir.Value) -> dict[str, Any]:
        """Make the operation and give the variables' values."""
        pieces = [side.piece for side in self.sides]
        if _are_cheap(pieces, self.types):
            values = _select(condition, self.sides)
        else:
            for side in self.sides:
                side.piece.end("scf.yield", side.yields)
            values = assemble("scf.if", pieces, [condition], self.types)
        for take, value in zip(self.takers, values, strict=True):
            take(value)
        keep_apart(self.joined)
        return {name: unflatten(shape, iter(leaves)) for name, (shape, leaves) in self.pending.items()}


def _is_same(left: Any, right: Any) -> bool:
    if isinstance(left, _Held) and isinstance(right, _Held):
        return same(left.array, right.array)
    return same(left, right)


def _aliasing(left: Any, right: Any, storages: Sequence[Storage]) -> str:
    """Say why the joined array cannot be written, where it may be one of two arrays that others see."""
    for one in (left, right):
        is_older = isinstance(one, _Held) and one.array.view.storage in storages
        if is_older and is_shared(one.array):
            return "it is one of two arrays, and only the run knows which"
    return ""


def _are_cheap(pieces: Sequence[Piece], types: Sequence[ir.Type]) -> bool:
    if any(isinstance(type_, ir.RankedTensorType) for type_ in types):
        return False
    names = [one.operation.name for piece in pieces for one in piece.block.operations]
    return len(names) <= _MAXIMUM_HOISTED and all(
        name.startswith(_CHEAP) and not name.startswith(_TRAPPING) for name in names
    )


def _select(condition: ir.Value, sides: Sequence[_Side]) -> list[ir.Value]:
    """Compute both sides, which cannot fail, and choose."""
    for side in sides:
        for one in list(side.piece.block.operations):
            one.operation.move_before(side.piece.holder)
        side.discard()
    pairs = zip(*(side.yields for side in sides), strict=True)
    return [arith.SelectOp(condition, left, right).result for left, right in pairs]
