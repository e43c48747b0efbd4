"""Loops and branches for those who prefer them as functions: `isthmus.loop`, `isthmus.while_loop`, `isthmus.cond`.

Inside of a captured function they become one loop or branch of the program; outside they are plain Python, and need
nothing but this module.
"""

import inspect
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any

State = Any
"""Arrays, numbers, and tuples, lists and dicts of them."""


def loop(count: Any, body: Callable[..., State], *state: State) -> State:
    """Do `state = body(i, *state)` for each `i` in `range(count)` and give the last state.

    `count` may also be a range, or an array whose rows `i` then goes through. The body returns one value where there
    is one, a tuple of as many otherwise; each keeps its dtype and shape.
    """
    if not _is_capturing():
        for one in count if hasattr(count, "__iter__") else range(count):
            state = _as_tuple(body(one, *state), len(state))
        return _as_result(state)
    from .builtin_functions import ON_TRACED
    from .calls import call
    from .loops import run_for

    variables = _variables(body, state, skipped=1)
    is_iterable = hasattr(count, "__iter__") and getattr(count, "ndim", None) != 0
    items = count if is_iterable else ON_TRACED[range](count)

    def step(item: Any) -> None:
        _store(variables, call(body, item, *_values(variables)))

    run_for(items, step, variables, rebound=variables, head=variables, after=variables)
    return _as_result(_values(variables))


def while_loop(condition: Callable[..., Any], body: Callable[..., State], *state: State) -> State:
    """Do `state = body(*state)` while `condition(*state)` holds and give the last state."""
    if not _is_capturing():
        while condition(*state):
            state = _as_tuple(body(*state), len(state))
        return _as_result(state)
    from .calls import call
    from .while_loops import run_while

    variables = _variables(body, state)
    run_while(
        lambda: call(condition, *_values(variables)),
        lambda: _store(variables, call(body, *_values(variables))),
        variables,
        rebound=variables,
        head=variables,
        after=variables,
        watched=[condition, body],
    )
    return _as_result(_values(variables))


def cond(
    predicate: Any, then: Callable[..., State], otherwise: Callable[..., State], *operands: State
) -> State:
    """Give `then(*operands)` where the predicate holds, `otherwise(*operands)` where not.

    Both give values of the same dtypes and shapes; only one is computed.
    """
    if not _is_capturing():
        return then(*operands) if predicate else otherwise(*operands)
    from .calls import call
    from .operators import choice

    return choice(predicate, lambda: call(then, *operands), lambda: call(otherwise, *operands))


def _is_capturing() -> bool:
    emitter = sys.modules.get(f"{__package__}.emitter")
    return emitter is not None and bool(emitter.is_tracing())


def _variables(body: Callable[..., Any], state: Sequence[State], skipped: int = 0) -> Mapping[str, Any]:
    """Make a variable of each part of the state, named as the body names it."""
    from .places import Slot

    try:
        names = list(inspect.signature(body).parameters)[skipped:]
    except (TypeError, ValueError):
        names = []
    names += [f"state {place}" for place in range(len(names), len(state))]
    return {name: Slot(value) for name, value in zip(names, state, strict=False)}


def _values(variables: Mapping[str, Any]) -> list[State]:
    return [place.get() for place in variables.values()]


def _store(variables: Mapping[str, Any], returned: State) -> None:
    for place, value in zip(variables.values(), _as_tuple(returned, len(variables)), strict=True):
        place.set(value)


def _as_tuple(returned: State, count: int) -> tuple[State, ...]:
    values = (returned,) if count == 1 else tuple(returned) if isinstance(returned, tuple | list) else None
    if values is not None and len(values) == count:
        return values
    from isthmus.errors import CaptureError

    given = f"{len(returned)} values" if isinstance(returned, tuple | list) else "one value"
    raise CaptureError(
        f"the body of the loop returned {given}: expected {count}",
        note="return the whole state, in its order",
    )


def _as_result(state: Sequence[State]) -> State:
    return state[0] if len(state) == 1 else tuple(state)
