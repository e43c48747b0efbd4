"""`while` loops of a captured function: run in Python while the test is known, one `scf.while` otherwise."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from . import where
from .branches import branch_on
from .carried import Head, Loop, Plan, Replan, outcomes, period_of
from .containers import Containers
from .coupling import array_of
from .emitter import current_trace, is_tracing
from .finish import Finish
from .operators import both, negated, truth_value
from .places import Places, Slot, places, restore, values
from .regions import Checkpoint, Piece, assemble, writable_storages
from .traced import Traced

MAXIMUM_PASSES = 8
"""A loop whose test stays known runs in Python for so many passes that emit something."""
MAXIMUM_COPIES = 64
"""… and for so many where it cannot be traced."""
_ATTEMPTS = 12
Names = Sequence[str]
Test = Callable[[], Any]


def while_loop(
    test: Test,
    body: Callable[[], None],
    bound: Names,
    rebound: Names,
    head: Names,
    after: Names,
    stops: Names,
) -> None:
    """Run or trace a rewritten `while`; the names are those of `for_loop`."""
    variables = places([test, body], bound)

    def goes_on() -> Any:
        going: Any = True
        for name in stops:
            going = both(going, lambda name=name: negated(variables[name].get()))  # type: ignore[misc]
        return both(going, test)

    run_while(goes_on, body, variables, rebound=rebound, head=head, after=after, watched=[test, body])


def run_while(
    test: Test,
    body: Callable[[], None],
    variables: Places,
    *,
    rebound: Iterable[str],
    head: Iterable[str],
    after: Iterable[str],
    watched: Sequence[Callable[..., Any]] = (),
) -> None:
    """Run or trace a `while` over variables that are given."""
    if not is_tracing():
        while test():
            body()
        return
    loop = Loop(variables, frozenset(rebound), frozenset(head), frozenset(after), values(variables))
    containers = Containers(watched)
    start = Checkpoint()

    def reset() -> None:
        start.rollback()
        restore(variables, loop.initial)
        containers.restore()

    if _run(test, body, start, MAXIMUM_PASSES):
        return
    reset()
    try:
        _trace(test, body, loop, containers)
        return
    except Exception as failure:
        first = failure
    reset()
    if not _run(test, body, start, MAXIMUM_COPIES):
        raise first


def _run(test: Test, body: Callable[[], None], start: Checkpoint, limit: int) -> bool:
    """Run in Python; gives False where the loop is to be traced from its start."""
    passes = 0
    while True:
        going = array_of(test())
        if isinstance(going, Traced):
            return False
        if not going:
            return True
        if passes >= limit and start.emitted:
            return False
        body()
        passes += 1


def _trace(test: Test, body: Callable[[], None], loop: Loop, containers: Containers) -> None:
    from .loops import carrying, changed_items

    begun, plan = loop, loop.first_plan()
    follows: Mapping[str, str] = {}
    for _ in range(_ATTEMPTS):
        checkpoint = Checkpoint()
        try:
            if follows:
                _trace_swapping(test, body, loop, plan, follows)
            else:
                trace_while(test, body, loop, plan)
        except Replan as replan:
            plan, follows = replan.plan, replan.follows or follows
        else:
            found = changed_items(containers, loop)
            if not found:
                return
            containers.restore()
            loop = carrying(loop, found)
            plan = loop.first_plan()
            checkpoint.rollback()
        restore(begun.variables, begun.initial)
        containers.restore()
    raise where.error("the variables of the loop change their types with every pass")


def _trace_swapping(
    test: Test, body: Callable[[], None], loop: Loop, plan: Plan, follows: Mapping[str, str]
) -> None:
    """Trace two passes as one, after which names that swap arrays have their own again.

    Where the test fails between the two, a flag says that the names are the other way round.
    """
    if period_of(follows) > 2:
        raise where.error(
            f"the loop moves arrays around among {', '.join(map(repr, follows))}",
            note="use a 'for' loop over a range with 'break', or copy: a[:] = b",
        )
    is_swapped, name = Slot(False), "whether names are swapped"
    own = {key: loop.initial[key] for key in follows}
    wide = replace(
        loop,
        variables={**loop.variables, name: is_swapped},
        head=loop.head | {name},
        after=loop.after | {name},
        initial={**loop.initial, name: False},
    )
    forms = {**plan.forms, name: wide.first_plan().forms[name]}
    plan = Plan({**plan.structures, name: None}, forms, plan.aliases)

    def stop() -> None:
        restore(loop.variables, own)
        is_swapped.set(True)

    def passes() -> None:
        body()
        branch_on(test(), body, stop, wide.variables, wide.variables, watched=[body])

    trace_while(lambda: both(negated(is_swapped.get()), test), passes, wide, plan)
    if any(key in loop.after for key in own):
        swapped = {key: own[other] for key, other in follows.items()}
        names = {key: loop.variables[key] for key in own}
        branch_on(is_swapped.get(), partial(restore, names, swapped), lambda: None, names, loop.after)


def trace_while(test: Test, body: Callable[[], None], loop: Loop, plan: Plan) -> None:
    """Make one `scf.while`; raises `Replan` where the variables need other forms at the head."""
    storages = writable_storages()
    pieces = [Piece(storages, as_arguments=True) for _ in range(2)]
    heads = [Head(loop, plan, piece) for piece in pieces]
    trace = current_trace()
    trace.conditions += 1
    try:
        with pieces[0].open():
            heads[0].enter()
            going = truth_value(test())
        if pieces[0].written():
            raise where.error(
                "the test of the loop writes into an array", note="write in the body of the loop"
            )
        with pieces[1].open():
            heads[1].enter()
            body()
            found = outcomes(loop, heads[1], values(loop.variables))
            finish = Finish(loop, heads, pieces, found)
    except BaseException:
        for piece in pieces:
            piece.discard()
        raise
    finally:
        trace.conditions -= 1
        restore(loop.variables, loop.initial)
    finish.settle()
    pieces[0].end("scf.condition", [going, *finish.forwards])
    pieces[1].end("scf.yield", finish.yields)
    finish.deliver(assemble("scf.while", pieces, finish.operands, finish.types))
