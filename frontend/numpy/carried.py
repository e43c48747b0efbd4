"""What a loop carries: the forms of its variables at the head, and what they have become at the end of the body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...dialects.mlir import ir
from .aliases import Aliases, Key, origins_in, origins_of, outside_origins
from .array import Array
from .forms import (
    ArrayForm,
    Form,
    StaticForm,
    flatten,
    form_of,
    is_number,
    joined,
    same,
    unflatten,
)
from .origins import Origin
from .places import UNDEFINED, Places
from .regions import Piece
from .scalar import Scalar
from .sharing import check_alone

MAXIMUM_PERIOD = 4
"""Names that are back after so many passes keep their arrays: the passes are traced as one."""
WHEN = "before the loop|after one pass"


@dataclass
class Plan:
    """Choose how the variables enter a loop's body.

    `forms` gives, for each variable that matters at the head, the forms of its leaves; all others are undefined there.
    """

    structures: dict[str, Any] = field(default_factory=dict)
    forms: dict[str, list[Form]] = field(default_factory=dict)
    aliases: Aliases = field(default_factory=Aliases)

    def set(self, name: str, structure: Any, forms: list[Form]) -> None:
        """Choose for one variable."""
        self.structures[name] = structure
        self.forms[name] = forms


@dataclass
class Loop:
    """Describe a loop: its variables, and which of them are rebound, matter at the head, and matter afterwards."""

    variables: Places
    rebound: frozenset[str]
    head: frozenset[str]
    after: frozenset[str]
    initial: Mapping[str, Any]
    runs: bool = False
    """Whether at least one pass is sure."""

    def first_plan(self) -> Plan:
        """Carry numbers; arrays by content where something else may be bound to their names."""
        plan = Plan()
        for name in sorted(self.head & set(self.variables)):
            leaves, structure = flatten(self.initial[name])
            plan.set(name, structure, [self._first_form(name, leaf) for leaf in leaves])
        return plan

    def _first_form(self, name: str, leaf: Any) -> Form:
        if is_number(leaf) or (isinstance(leaf, Array) and name in self.rebound):
            return form_of(leaf)
        return StaticForm(leaf)


class Head:
    """Give the variables the values they have inside of a block: its arguments."""

    def __init__(self, loop: Loop, plan: Plan, piece: Piece) -> None:
        self.loop, self.plan = loop, plan
        self.arguments: dict[str, list[ir.Value | None]] = {}
        self.leaves: dict[str, list[Any]] = {}
        self.origins: dict[Key, Origin] = {}
        self.outside: set[Origin] = set()
        for name, forms in plan.forms.items():
            carried = [None if isinstance(form, StaticForm) else piece.argument(form.type) for form in forms]
            self.arguments[name] = carried

    def enter(self) -> None:
        """Set the variables; the insertion point is inside of the block."""
        self.outside = outside_origins()
        for name, place in self.loop.variables.items():
            if name not in self.plan.forms:
                place.set(UNDEFINED)
                continue
            pairs = zip(self.plan.forms[name], self.arguments[name], strict=True)
            leaves = [_wrapped(form, argument) for form, argument in pairs]
            self.leaves[name] = leaves
            place.set(unflatten(self.plan.structures[name], iter(leaves)))
        found = origins_of(self.leaves)
        self.origins = {key: found[key] for key in found if self.arguments[key[0]][key[1]] is not None}
        self.plan.aliases.enter(self.origins, origins_in(self.loop.initial))


def _wrapped(form: Form, argument: ir.Value | None) -> Any:
    if isinstance(form, StaticForm):
        return form.value
    assert argument is not None
    return form.wrap(argument)


class Replan(Exception):
    """Tell that the body has to be traced again, with another plan.

    `follows` says which name's array a name has after a pass, where names swap arrays.
    """

    def __init__(self, plan: Plan, follows: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.plan = plan
        self.follows = follows or {}


@dataclass(frozen=True)
class Outcome:
    """Say what becomes of one leaf: it is yielded in a form, or (None) stays what it was or became."""

    form: Form | None
    value: Any
    is_unchanged: bool = False


def outcomes(loop: Loop, head: Head, finals: Mapping[str, Any]) -> dict[str, tuple[Any, list[Outcome]]]:
    """Compare what the variables are at the end of the body with what they were at the head.

    Gives structure and outcomes of every variable that matters; raises `Replan` where the head must differ.
    """
    follows = _follows(head, finals)
    if follows:
        raise Replan(_in_place(loop, head.plan), follows)
    replan = Plan(dict(head.plan.structures), dict(head.plan.forms), head.plan.aliases)
    found: dict[str, tuple[Any, list[Outcome]]] = {}
    is_new = False
    for name in loop.variables:
        if name not in loop.head and name not in loop.after:
            continue
        leaves, structure = flatten(finals[name])
        if name not in head.plan.forms:
            found[name] = (structure, [_new_leaf(loop, name, structure, leaf) for leaf in leaves])
            continue
        forms, results = _compare(loop, head, name, leaves, structure)
        if results is not None:
            found[name] = (structure, results)
        else:
            is_new = True
            replan.set(name, structure, forms)
    if not is_new:
        is_new = head.plan.aliases.grows(head.origins, origins_in(finals), head.outside)
    if is_new:
        raise Replan(replan)
    return found


def _new_leaf(loop: Loop, name: str, structure: Any, leaf: Any) -> Outcome:
    """Judge a leaf of a variable whose value before the loop does not matter inside of it."""
    form = form_of(leaf)
    before = loop.initial[name]
    if leaf is UNDEFINED or isinstance(form, StaticForm):
        if loop.runs or before is UNDEFINED or same(before, leaf):
            return Outcome(None, leaf)
        return Outcome(joined(name, form_of(before), form, when=WHEN), leaf)
    if not isinstance(leaf, Scalar | Array) and (loop.runs or before is UNDEFINED):
        return Outcome(None, leaf)
    if loop.runs or before is UNDEFINED or structure is not None:
        return Outcome(form, leaf)
    return Outcome(joined(name, form_of(before), form, when=WHEN), leaf)


def _compare(
    loop: Loop, head: Head, name: str, leaves: Sequence[Any], structure: Any
) -> tuple[list[Form], list[Outcome] | None]:
    """Give the forms a variable needs at the head, and its outcomes if it has them there already."""
    forms = head.plan.forms[name]
    if structure != head.plan.structures[name]:
        if loop.initial[name] is UNDEFINED:
            return [form_of(leaf) for leaf in leaves], None
        before = StaticForm(loop.initial[name])
        after = unflatten(structure, iter(leaves))
        joined(name, before, StaticForm(after), when=WHEN)
        return [StaticForm(leaf) for leaf in leaves], None
    found: list[Outcome] = []
    needed: list[Form] = []
    initial = flatten(loop.initial[name])[0]
    rows = zip(forms, head.arguments[name], head.leaves[name], leaves, strict=True)
    for place, (form, argument, begun, leaf) in enumerate(rows):
        is_kept = isinstance(form, ArrayForm) and isinstance(leaf, Array) and same(leaf, begun)
        if is_kept and not _is_idle(begun, argument) and isinstance(initial[place], Array):
            needed.append(StaticForm(initial[place]))
            continue
        if isinstance(form, ArrayForm) and not is_kept and not _is_untouched(begun, argument):
            check_alone(name, initial[place])
        wanted = form if is_kept else _needed(name, form, begun, leaf)
        needed.append(wanted)
        is_unchanged = isinstance(form, StaticForm) or leaf is begun or is_kept
        found.append(Outcome(wanted, leaf, is_unchanged))
    return needed, found if needed == list(forms) else None


def _is_untouched(begun: Any, argument: ir.Value | None) -> bool:
    return not isinstance(begun, Array) or begun.view.storage.value == argument


def _is_idle(begun: Any, argument: ir.Value | None) -> bool:
    """Tell whether nothing is written into an array, under no name."""
    if isinstance(begun, Array) and begun.view.storage.origin.stale is not None:
        return False
    return _is_untouched(begun, argument)


def _needed(name: str, form: Form, begun: Any, leaf: Any) -> Form:
    if leaf is begun:
        return form
    if isinstance(form, StaticForm):
        if begun is UNDEFINED:
            return form_of(leaf)
        if same(begun, leaf):
            return form
        return joined(name, form_of(begun), form_of(leaf), when=WHEN)
    if leaf is UNDEFINED:
        return form
    return joined(name, form, form_of(leaf), when=WHEN)


def _follows(head: Head, finals: Mapping[str, Any]) -> dict[str, str]:
    """Find the names that only swap arrays in a pass, where a few passes put them back."""
    starts: dict[str, Array] = {}
    for name, forms in head.plan.forms.items():
        value = head.leaves[name][0] if len(forms) == 1 and head.plan.structures[name] is None else None
        if isinstance(value, Array):
            starts[name] = value
    follows: dict[str, str] = {}
    for name in starts:
        final = finals[name]
        found = [other for other, start in starts.items() if isinstance(final, Array) and same(final, start)]
        if found and name not in found:
            follows[name] = found[0]
    return follows if set(follows.values()) == set(follows) and period_of(follows) <= MAXIMUM_PERIOD else {}


def period_of(follows: Mapping[str, str]) -> int:
    """Count after how many passes all names are back where they were."""
    now, passes = dict(follows), 1
    while any(name != other for name, other in now.items()):
        now = {name: follows[other] for name, other in now.items()}
        passes += 1
    return passes


def _in_place(loop: Loop, plan: Plan) -> Plan:
    """Let the names that swap arrays keep the arrays themselves."""
    new = Plan(dict(plan.structures), dict(plan.forms), plan.aliases)
    for name, forms in plan.forms.items():
        if any(isinstance(form, ArrayForm) for form in forms) and isinstance(loop.initial[name], Array):
            new.set(name, None, [StaticForm(loop.initial[name])])
    return new
