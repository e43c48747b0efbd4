"""Loops of a captured function: run in Python where they are short, one `scf.for` or `scf.while` otherwise."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from isthmus.errors import CaptureError

from ...dialects.mlir import ir
from . import where
from .branches import branch_on
from .carried import Head, Loop, Plan, Replan, outcomes, period_of
from .containers import Containers
from .emitter import current_trace, index, is_tracing
from .finish import Finish
from .iterables import Items, Range, items_of
from .operators import negated
from .places import Place, Places, Slot, places, restore, values
from .regions import Checkpoint, Piece, assemble, writable_storages
from .scalar import Scalar, Size, index_value
from .sizes import minus, plus, times
from .traced import Traced
from .while_loops import trace_while

MAXIMUM_UNROLLED = 8
"""Loops of at most so many passes run in Python …"""
MAXIMUM_COPIES = 64
"""… as long as nested ones do not make more copies of a body than this …"""
MAXIMUM_EMITTED = 600
"""… and they do not emit more operations than this."""
_ATTEMPTS = 12
Body = Callable[[Any], None]
Names = Sequence[str]


@dataclass(frozen=True)
class _For:
    """Hold a rewritten `for`: its body, and what happens to which of its variables."""

    body: Body
    loop: Loop
    stops: Names

    @property
    def live(self) -> set[str]:
        """The variables that matter between two passes."""
        return {*self.loop.head, *self.loop.after, *self.stops}


def for_loop(
    iterable: Any, body: Body, bound: Names, rebound: Names, head: Names, after: Names, stops: Names
) -> None:
    """Run or trace a rewritten `for`.

    `bound` names what the body binds, `rebound` what it binds by more than augmented assignment, `head` what matters
    where a pass starts, `after` what matters when the loop has ended, `stops` the flags that end it.
    """
    variables = places([body], bound)
    run_for(iterable, body, variables, rebound=rebound, head=head, after=after, stops=stops)


def run_for(
    iterable: Any,
    body: Body,
    variables: Places,
    *,
    rebound: Iterable[str],
    head: Iterable[str],
    after: Iterable[str],
    stops: Names = (),
) -> None:
    """Run or trace a `for` over variables that are given."""
    loop = Loop(variables, frozenset(rebound), frozenset(head), frozenset(after), values(variables))
    statement = _For(body, loop, stops)
    items = items_of(iterable) if is_tracing() else None
    if items is None:
        _run(iterable, statement)
        return
    count, containers = items.count, Containers([body])
    is_short = isinstance(count, int) and count <= MAXIMUM_UNROLLED
    current_trace().refused += is_short and not _fits(count)
    if is_short and _fits(count) and _unroll(items, count, statement, containers, limit=MAXIMUM_EMITTED):
        return
    runs = isinstance(count, int) and count > 0
    _trace_or_unroll(items, count, replace(statement, loop=replace(loop, runs=runs)), containers)


def _trace_or_unroll(items: Items, count: Size, statement: _For, containers: Containers) -> None:
    """Trace; a loop whose sizes change from pass to pass cannot be, but may be short enough to run in Python."""
    checkpoint = Checkpoint()

    def reset() -> None:
        checkpoint.rollback()
        restore(statement.loop.variables, statement.loop.initial)
        containers.restore()

    try:
        _trace(items, statement, containers)
        return
    except Exception as failure:
        first = failure
    if not isinstance(count, int) or count < 2 or current_trace().copies > MAXIMUM_COPIES:
        raise first
    reset()
    try:
        _peel(items, statement)
        return
    except Exception:
        reset()
    if not _fits(count):
        raise first
    try:
        _unroll(items, count, statement, containers)
    except CaptureError:
        raise
    except Exception:
        raise first from None


def _peel(items: Items, statement: _For) -> None:
    """Run the first pass in Python, which may change what the variables are, and trace the others."""
    statement.body(items.at(0))
    loop = replace(statement.loop, initial=values(statement.loop.variables))
    _trace(_Tail(items), replace(statement, loop=loop), Containers([statement.body]))


def _fits(count: int) -> bool:
    return current_trace().copies * count <= MAXIMUM_COPIES


def _unroll(
    items: Items, count: int, statement: _For, containers: Containers, *, limit: int | None = None
) -> bool:
    """Run a loop in Python; gives False, and takes all back, where it would emit more than `limit` operations."""
    trace, start = current_trace(), Checkpoint()
    before, refused = trace.copies, trace.refused
    trace.copies = before * max(count, 1)

    def places() -> Iterator[Any]:
        for place in range(count):
            is_second = limit is not None and place == 1
            if is_second and (trace.refused > refused or start.emitted * count > (limit or 0)):
                raise _TooLong
            yield items.at(place)

    try:
        _run(places(), statement)
    except _TooLong:
        start.rollback()
        restore(statement.loop.variables, statement.loop.initial)
        containers.restore()
        return False
    finally:
        trace.copies = before
    return True


class _TooLong(Exception):
    """Tell that a loop is too long to be unrolled."""


def _run(iterable: Iterable[Any], statement: _For) -> None:
    """Run the passes in Python; once a flag depends on the run, the later passes are under a test of it."""
    variables = statement.loop.variables
    for item in iterable:
        flags = [variables[name].get() for name in statement.stops]
        if any(flag is True for flag in flags):
            return
        traced = [flag for flag in flags if isinstance(flag, Traced)]
        if not traced:
            statement.body(item)
            continue
        test = negated(traced[0])
        for flag in traced[1:]:
            test = test & negated(flag)
        _guarded(test, partial(statement.body, item), statement)


def _guarded(test: Any, run: Callable[[], None], statement: _For) -> None:
    """Run passes under a test."""
    variables = statement.loop.variables
    branch_on(test, run, lambda: None, variables, statement.live, watched=[statement.body])


class _StopsDependOnRun(Exception):
    """Tell that a flag that ends the loop is known to the run alone."""


def _trace(items: Items, statement: _For, containers: Containers) -> None:
    loop = statement.loop
    plan, period, is_counted = loop.first_plan(), 1, True
    for _ in range(_ATTEMPTS):
        checkpoint = Checkpoint()
        now = replace(statement, loop=loop)
        try:
            if not is_counted:
                _trace_counted_while(items, now, plan)
            elif period > 1:
                _trace_periodic(items, now, plan, period)
            else:
                _trace_for(items, now, plan)
        except Replan as replan:
            plan, period = replan.plan, max(period_of(replan.follows), period)
        except _StopsDependOnRun:
            is_counted = False
        else:
            found = changed_items(containers, loop)
            if not found:
                return
            containers.restore()
            loop = carrying(loop, found)
            plan = loop.first_plan()
            checkpoint.rollback()
        restore(statement.loop.variables, statement.loop.initial)
        containers.restore()
    raise where.error("the variables of the loop change their types with every pass")


def changed_items(containers: Containers, loop: Loop) -> dict[str, Place]:
    """Give what was changed inside of containers and not carried; one of another size is a `CaptureError`."""
    items, others = containers.changed()
    if others:
        raise where.error(
            f"'{others[0]}' grows or shrinks where only the run knows how often",
            note="write into an array: a[i] = x",
        )
    return {name: place for name, place in items.items() if name not in loop.variables}


def carrying(loop: Loop, found: Places) -> Loop:
    """Carry items of containers and attributes of objects as variables too."""
    return replace(
        loop,
        variables={**loop.variables, **found},
        rebound=loop.rebound | set(found),
        head=loop.head | set(found),
        after=loop.after | set(found),
        initial={**loop.initial, **values(found)},
    )


def _trace_for(items: Items, statement: _For, plan: Plan) -> None:
    loop = statement.loop
    piece = Piece(writable_storages(), as_arguments=True)
    try:
        counter = piece.argument(ir.IndexType.get())
        head = Head(loop, plan, piece)
        with piece.open():
            head.enter()
            statement.body(_item(items, counter))
            finals = values(loop.variables)
            if any(finals[name] is not False for name in statement.stops):
                raise _StopsDependOnRun
            finish = Finish(loop, [head], [piece], outcomes(loop, head, finals))
    except BaseException:
        piece.discard()
        raise
    finally:
        restore(loop.variables, loop.initial)
    finish.settle()
    piece.end("scf.yield", finish.yields)
    results = assemble("scf.for", [piece], [*_bounds(items), *finish.operands], finish.types)
    finish.deliver(results)


def _bounds(items: Items) -> list[ir.Value]:
    if isinstance(items, Range) and items.counts_up:
        return [index_value(one) for one in (items.start, items.stop, items.step)]
    return [index(0), index_value(items.count), index(1)]


def _item(items: Items, counter: ir.Value) -> Any:
    if isinstance(items, Range):
        if items.counts_up:
            return items.known(counter)
        return items.known(index_value(items.at(Scalar.of_index(counter, low=0))))
    return items.at(Scalar.of_index(counter, low=0, high=minus(items.count, 1)))


def _trace_counted_while(items: Items, statement: _For, plan: Plan) -> None:
    """Trace a loop that may end early."""
    counter, name = Slot(0), "the loop's counter"
    loop = replace(
        statement.loop,
        variables={**statement.loop.variables, name: counter},
        head=statement.loop.head | {name, *statement.stops},
        initial={**statement.loop.initial, name: 0},
    )
    count = items.count
    plan = Plan({**plan.structures, name: None}, {**plan.forms}, plan.aliases)
    plan.forms[name] = loop.first_plan().forms[name]

    def test() -> Any:
        going = counter.get() < count
        for stop in statement.stops:
            going = going & negated(loop.variables[stop].get())
        return going

    def body() -> None:
        place = counter.get()
        known = Scalar.of_index(index_value(place), low=0, high=minus(count, 1))
        statement.body(items.at(known))
        counter.set(place + 1)

    trace_while(test, body, loop, plan)


@dataclass(frozen=True)
class _Tail:
    """Be all items but the first."""

    items: Items

    @property
    def count(self) -> Size:
        """How many there are."""
        return minus(self.items.count, 1)

    def at(self, place: Size) -> Any:
        """Give an item."""
        return self.items.at(plus(place, 1))


@dataclass(frozen=True)
class _Groups:
    """Be items in groups of `size`; what is left at the end is no item."""

    items: Items
    size: int

    @property
    def count(self) -> Size:
        """How many full groups there are."""
        total = self.items.count
        return total // self.size

    def at(self, place: Size) -> list[Any]:
        """Give the items of a group."""
        return [self.items.at(plus(times(place, self.size), one)) for one in range(self.size)]


def _trace_periodic(items: Items, statement: _For, plan: Plan, period: int) -> None:
    """Trace several passes as one: after so many, names that swap arrays are back where they were."""

    def passes(group: list[Any]) -> None:
        for item in group:
            statement.body(item)

    groups = _Groups(items, period)
    _trace_for(groups, replace(statement, body=passes), plan)
    done = times(groups.count, period)
    left = minus(items.count, done)
    _run_rest(items, statement, done, left, range(period - 1))


def _run_rest(items: Items, statement: _For, done: Size, left: Size, places: Sequence[int]) -> None:
    """Run the passes that fill no group, each under the test of the one before."""
    if not places:
        return
    item = items.at(plus(done, places[0]))
    if isinstance(left, int) and left <= places[0]:
        return

    def run() -> None:
        statement.body(item)
        _run_rest(items, statement, done, left, places[1:])

    if isinstance(left, int):
        run()
    else:
        _guarded(left > places[0], run, statement)
