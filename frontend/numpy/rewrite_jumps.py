"""Turn `break`, `continue` and nested `return` into flags and guards, so that each statement has one way out.

for x in xs:                        _is_broken = False
    if x > 3:                       for x in xs:                 # ends when _is_broken
        break               →           if x > 3:
    y += x                                  _is_broken = True
                                        else:
                                            y += x
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from .names import own_nodes

RETURNED = "_isthmus_returned"
VALUE = "_isthmus_value"
"""Names of the flag and the value of a `return`."""
_JUMPS = (ast.Return, ast.Break, ast.Continue)
_LOOPS = ast.For | ast.While


class Loop(ast.stmt):
    """A `for` or `while` whose body has no jumps: it also ends when one of the flags `stops` is set."""

    _fields = ("statement",)
    _attributes = ("lineno", "col_offset", "end_lineno", "end_col_offset")

    def __init__(self, statement: ast.For | ast.While, stops: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.statement = statement
        self.stops = stops
        ast.copy_location(self, statement)


@dataclass(frozen=True)
class _Flags:
    """Name the flags that jumps of the present place set; None where that jump cannot stand."""

    numbers: "count[int]" = field(default_factory=count)
    broken: str | None = None
    continued: str | None = None


def without_jumps(body: Sequence[ast.stmt]) -> list[ast.stmt]:
    """Rewrite a function's body; a `return` remains as the last statement alone."""
    if not any(isinstance(node, ast.Return) for statement in body for node in _nested(statement)):
        return _block(body, _Flags(), keep_return=True)
    if not _always_jumps(body):
        last = ast.Return(ast.Constant(None))
        body = [*body, ast.copy_location(last, body[-1])]
    flag = _assign(RETURNED, False, body[0])
    result = ast.copy_location(ast.Return(ast.Name(VALUE, ast.Load())), body[-1])
    return [flag, *_block(body, _Flags()), result]


def _nested(statement: ast.stmt) -> list[ast.AST]:
    return [] if isinstance(statement, ast.Return) else list(own_nodes([statement]))


def _block(body: Sequence[ast.stmt], flags: _Flags, *, keep_return: bool = False) -> list[ast.stmt]:
    made: list[ast.stmt] = []
    for place, statement in enumerate(body):
        rest = body[place + 1 :]
        if isinstance(statement, ast.Return) and keep_return:
            return [*made, statement]
        if isinstance(statement, _JUMPS):
            return [*made, *_jump(statement, flags)]
        if isinstance(statement, ast.If) and _jumps([statement]) and _has_one_way_on(statement):
            return [*made, _with_rest(statement, rest, flags)]
        made += _inside(statement, flags)
        guards = _flags_set_by(statement, flags)
        if guards and rest:
            return [*made, _guarded(guards, _block(rest, flags), rest[0])]
    return made


def _jump(statement: ast.stmt, flags: _Flags) -> list[ast.stmt]:
    if isinstance(statement, ast.Return):
        value = ast.Assign([ast.Name(VALUE, ast.Store())], statement.value or ast.Constant(None))
        return [ast.copy_location(value, statement), _assign(RETURNED, True, statement)]
    name = flags.broken if isinstance(statement, ast.Break) else flags.continued
    assert name is not None, "the compiler refuses jumps outside of loops"
    return [_assign(name, True, statement)]


def _has_one_way_on(statement: ast.If) -> bool:
    return _always_jumps(statement.body) or _always_jumps(statement.orelse)


def _with_rest(statement: ast.If, rest: Sequence[ast.stmt], flags: _Flags) -> ast.stmt:
    """Move what follows an `if` into the branch that goes on."""
    body, orelse = list(statement.body), list(statement.orelse)
    if _always_jumps(body):
        orelse += [] if _always_jumps(orelse) else rest
    else:
        body += rest
    new = ast.If(statement.test, _block(body, flags) or [ast.Pass()], _block(orelse, flags))
    return ast.copy_location(new, statement)


def _inside(statement: ast.stmt, flags: _Flags) -> list[ast.stmt]:
    """Rewrite the blocks inside a statement."""
    match statement:
        case ast.For() | ast.While():
            return _loop(statement, flags)
        case ast.If(test=test, body=body, orelse=orelse):
            new: ast.stmt = ast.If(test, _block(body, flags), _block(orelse, flags))
        case ast.With(items=items, body=body):
            new = ast.With(items, _block(body, flags))
        case ast.Try() | ast.TryStar():
            new = _try(statement, flags)
        case ast.Match(subject=subject, cases=cases):
            changed = [ast.match_case(one.pattern, one.guard, _block(one.body, flags)) for one in cases]
            new = ast.Match(subject, changed)
        case _:
            return [statement]
    return [ast.copy_location(new, statement)]


def _try(statement: ast.Try | ast.TryStar, flags: _Flags) -> ast.stmt:
    handlers = [
        ast.copy_location(ast.ExceptHandler(one.type, one.name, _block(one.body, flags)), one)
        for one in statement.handlers
    ]
    orelse = _block(statement.orelse, flags)
    guards = {flag for inner in statement.body for flag in _flags_set_by(inner, flags)}
    if guards and orelse:
        orelse = [_guarded(sorted(guards), orelse, statement.orelse[0])]
    kind = type(statement)
    return kind(_block(statement.body, flags), handlers, orelse, _block(statement.finalbody, flags))


def _loop(statement: ast.For | ast.While, flags: _Flags) -> list[ast.stmt]:
    number = next(flags.numbers)
    own = replace(flags, broken=f"_isthmus_broken_{number}", continued=f"_isthmus_continued_{number}")
    jumps = _jumps(statement.body)
    body = _block(statement.body, own)
    if ast.Continue in jumps:
        body = [_assign(own.continued, False, statement), *body]
    stops = [own.broken] if ast.Break in jumps and own.broken else []
    stops += [RETURNED] if ast.Return in jumps else []
    new = (
        ast.For(statement.target, statement.iter, body, [])
        if isinstance(statement, ast.For)
        else ast.While(statement.test, body, [])
    )
    made: list[ast.stmt] = [_assign(own.broken, False, statement)] if ast.Break in jumps else []
    made.append(Loop(ast.copy_location(new, statement), tuple(stops)))
    after = _block(statement.orelse, flags)
    if after and stops:
        after = [_guarded(stops, after, statement.orelse[0])]
    return made + after


def _flags_set_by(statement: ast.stmt, flags: _Flags) -> list[str]:
    """Name the flags that must be looked at after a statement."""
    jumps = _jumps([statement])
    names = [RETURNED] if ast.Return in jumps else []
    if isinstance(statement, _LOOPS):
        jumps = _jumps(statement.orelse)  # those of the body are its own
    names += [flags.broken] if ast.Break in jumps and flags.broken else []
    names += [flags.continued] if ast.Continue in jumps and flags.continued else []
    return names


def _jumps(body: Sequence[ast.stmt]) -> set[type[ast.AST]]:
    """Tell which jumps leave a block; `break` and `continue` of loops inside it do not."""
    found: set[type[ast.AST]] = set()
    for statement in body:
        if isinstance(statement, _JUMPS):
            found.add(type(statement))
        elif isinstance(statement, _LOOPS):
            found |= _jumps(statement.body) & {ast.Return}
            found |= _jumps(statement.orelse)
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            for block in _blocks(statement):
                found |= _jumps(block)
    return found


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    found = [getattr(statement, name, []) for name in ("body", "orelse", "finalbody")]
    found += [one.body for one in (*getattr(statement, "handlers", []), *getattr(statement, "cases", []))]
    return found


def _always_jumps(body: Sequence[ast.stmt]) -> bool:
    if not body:
        return False
    last = body[-1]
    if isinstance(last, ast.If):
        return _always_jumps(last.body) and _always_jumps(last.orelse)
    return isinstance(last, (*_JUMPS, ast.Raise))


def _guarded(flags: Sequence[str | None], body: list[ast.stmt], place: ast.stmt) -> ast.stmt:
    tests: list[ast.expr] = [
        ast.UnaryOp(ast.Not(), ast.Name(flag, ast.Load())) for flag in flags if flag is not None
    ]
    test = tests[0] if len(tests) == 1 else ast.BoolOp(ast.And(), tests)
    return ast.copy_location(ast.If(test, body or [ast.Pass()], []), place)


def _assign(name: str | None, value: bool, place: ast.AST) -> ast.stmt:
    assert name is not None
    made = ast.Assign([ast.Name(name, ast.Store())], ast.Constant(value))
    return ast.copy_location(made, place)
