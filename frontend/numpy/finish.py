"""The end of a traced loop: which of its arguments stay, what it yields, and what the variables are afterwards."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from ...dialects.mlir import ir
from . import where
from .aliases import Key, origins_in, origins_of
from .carried import Head, Loop, Outcome
from .forms import ArrayForm, Form, StaticForm, flatten, unflatten
from .origins import Origin, keep_apart
from .places import UNDEFINED
from .regions import Piece
from .scalar import Scalar

Found = Mapping[str, tuple[Any, list[Outcome]]]
_Deliver = Callable[[ir.Value], None]


class Finish:
    """Settle a loop whose body is traced: made where the body ends, while its arrays hold what it left in them."""

    def __init__(self, loop: Loop, heads: Sequence[Head], pieces: Sequence[Piece], found: Found) -> None:
        self.loop, self.heads, self.pieces, self.found = loop, heads, pieces, found
        self.body = pieces[-1]
        self.last = {name: self._values(outcomes) for name, (_, outcomes) in found.items()}
        self.operands: list[ir.Value] = []
        self.types: list[ir.Type] = []
        self.yields: list[ir.Value] = []
        self.forwards: list[ir.Value] = []
        self._deliveries: list[_Deliver] = []
        self._dropped: list[tuple[Piece, ir.Value, ir.Value]] = []
        self._results: dict[str, list[Any]] = {}
        self._finals = origins_of({name: [one.value for one in row] for name, (_, row) in found.items()})
        self._joined: list[tuple[Origin, list[Origin | None]]] = []

    def _values(self, outcomes: Sequence[Outcome]) -> list[ir.Value | None]:
        """Emit what the body yields for a variable."""
        return [
            None
            if one.is_unchanged or one.form is None or isinstance(one.form, StaticForm)
            else one.form.unwrap(one.value)
            for one in outcomes
        ]

    def settle(self) -> None:
        """Decide about every argument; the insertion point is before the loop, the variables are as they were."""
        for piece in self.pieces:
            if piece.watch.repeated is not None:
                raise piece.watch.repeated
        for name, arguments in self.heads[-1].arguments.items():
            self._settle_name(name, arguments)
        self._settle_storages()
        for name, (_, outcomes) in self.found.items():
            if name not in self.heads[-1].arguments:
                self._settle_new(name, outcomes)
        self._drop_arguments()

    def _drop_arguments(self) -> None:
        """Replace what is not carried, at last: the body may hand such an argument on in another's place."""
        for piece, argument, replacement in self._dropped:
            self.yields = [replacement if value == argument else value for value in self.yields]
            piece.drop(argument, replacement)

    def _settle_name(self, name: str, arguments: Sequence[ir.Value | None]) -> None:
        initial = flatten(self.loop.initial[name])[0]
        forms = self.heads[-1].plan.forms[name]
        if initial == [UNDEFINED]:
            initial = [UNDEFINED] * len(forms)
        outcomes = self.found[name][1]
        for place, (form, argument, outcome) in enumerate(zip(forms, arguments, outcomes, strict=True)):
            if argument is None:
                self._keep(name, place, outcome.value)
                continue
            before = _unwrapped(name, form, initial[place])
            if outcome.is_unchanged:
                self._drop(name, place, before)
                self._keep(name, place, initial[place])
                continue
            value = self.last[name][place]
            assert value is not None
            self._carry(before, value, [head.arguments[name][place] for head in self.heads])
            self._deliveries.append(self._taker(name, place, form))

    def _drop(self, name: str, place: int, before: ir.Value) -> None:
        for head, piece in zip(self.heads, self.pieces, strict=True):
            argument = head.arguments[name][place]
            assert argument is not None
            self._dropped.append((piece, argument, before))

    def _settle_storages(self) -> None:
        written = {place for piece in self.pieces for place in piece.written()}
        for place, storage in enumerate(self.body.storages):
            outside = self.body.outside[place]
            if place not in written:
                self._dropped += [(piece, piece.inside[place], outside) for piece in self.pieces]
                continue
            self._carry(outside, self.body.results[place], [piece.inside[place] for piece in self.pieces])
            self._deliveries.append(partial(setattr, storage, "value"))

    def _settle_new(self, name: str, outcomes: Sequence[Outcome]) -> None:
        """Let a variable that the body defines leave the loop."""
        initial, structure = flatten(self.loop.initial[name])
        for place, outcome in enumerate(outcomes):
            value = self.last[name][place]
            if value is None or outcome.form is None:
                self._keep(name, place, outcome.value)
                continue
            is_same_kind = structure == self.found[name][0] and not self.loop.runs
            before = initial[place] if is_same_kind else UNDEFINED
            start = _unwrapped(name, outcome.form, before, self.body)
            self._carry(start, value, [piece.argument(value.type) for piece in self.pieces])
            self._deliveries.append(self._taker(name, place, outcome.form))

    def _carry(self, before: ir.Value, after: ir.Value, arguments: Sequence[ir.Value | None]) -> None:
        self.operands.append(before)
        self.types.append(before.type)
        self.yields.append(after)
        assert arguments[0] is not None
        self.forwards.append(arguments[0])

    def _keep(self, name: str, place: int, value: Any) -> None:
        self._result(name)[place] = value

    def _taker(self, name: str, place: int, form: Form) -> _Deliver:
        def take(value: ir.Value) -> None:
            assert not isinstance(form, StaticForm)
            self._result(name)[place] = made = form.wrap(value)
            if isinstance(form, ArrayForm):
                self._join((name, place), made.view.storage.origin)

        return take

    def _join(self, key: Key, made: Origin) -> None:
        """Tell which arrays from outside a result may be."""
        made.name = f"'{key[0]}'"
        initial = None if self.loop.runs else origins_in(self.loop.initial).get(key)
        final = self._finals.get(key)
        made.descend([] if initial is None else [initial])
        made.descend([] if final is None else final.ancestors() & self.heads[-1].outside)
        self._joined.append((made, [final, initial]))

    def _result(self, name: str) -> list[Any]:
        return self._results.setdefault(name, [UNDEFINED] * len(self.found[name][1]))

    def deliver(self, results: Sequence[ir.Value]) -> None:
        """Give variables and arrays what the finished loop left."""
        for deliver, value in zip(self._deliveries, results, strict=True):
            deliver(value)
        keep_apart(self._joined)
        for name, place in self.loop.variables.items():
            if name not in self.found:
                place.set(UNDEFINED)
                continue
            place.set(unflatten(self.found[name][0], iter(self._result(name))))


def _unwrapped(name: str, form: Form, leaf: Any, piece: Piece | None = None) -> ir.Value:
    assert not isinstance(form, StaticForm)
    if leaf is UNDEFINED and isinstance(form, ArrayForm) and piece is not None:
        for size in form.shape:
            if isinstance(size, Scalar) and piece.encloses(size.value):
                raise where.error(
                    f"the size of '{name}' is known inside the loop alone",
                    note=f"give '{name}' a value of a size that does not change before the loop",
                )
    return form.unwrap(leaf)
