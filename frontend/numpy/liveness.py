"""Which names matter before and after each loop and branch: only those are carried."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from .names import bound, own_nodes, read, shared
from .rewrite_jumps import Loop

Names = frozenset[str]


@dataclass(frozen=True)
class Live:
    """Name what a statement needs and leaves: `head` matters where its body starts, `after` when it has ended."""

    head: Names
    after: Names


def liveness(body: Sequence[ast.stmt]) -> dict[ast.stmt, Live]:
    """Find the live names of every `Loop` and `if` of a function without jumps."""
    analysis = _Analysis()
    always = shared(body)[0] | _declared(body)
    analysis.block(body, frozenset(), frozenset(always))
    return analysis.found


def _declared(body: Sequence[ast.stmt]) -> set[str]:
    """Names declared global or nonlocal live on after the function."""
    kinds = (ast.Global, ast.Nonlocal)
    return {name for node in own_nodes(body) if isinstance(node, kinds) for name in node.names}


class _Analysis:
    def __init__(self) -> None:
        self.found: dict[ast.stmt, Live] = {}

    def block(self, body: Sequence[ast.stmt], after: Names, always: Names) -> Names:
        """Give the names that are live before a block."""
        live = after | always
        for statement in reversed(body):
            live = self.statement(statement, live, always) | always
        return live

    def statement(self, statement: ast.stmt, after: Names, always: Names) -> Names:
        match statement:
            case Loop():
                return self.loop(statement, after, always)
            case ast.If(test=test, body=body, orelse=orelse):
                self.found[statement] = Live(after, after)
                ways = self.block(body, after, always) | self.block(orelse, after, always)
                return ways | read(test)
            case ast.Match(subject=subject, cases=cases):
                ways = after.union(*(self.block(case.body, after, always) for case in cases))
                return ways.union(read(subject), *(read(case.pattern) | read(case.guard) for case in cases))
            case ast.With(items=items, body=body):
                inner = self.block(body, after, always) - bound(items)
                return inner.union(*(read(item) for item in items))
            case ast.Try() | ast.TryStar():
                return self.attempt(statement, after, always)
            case ast.Return(value=value):
                return always | read(value)
            case ast.Raise():
                return always | read(statement)
            case ast.AnnAssign(value=None) | ast.Delete():
                return after | read(statement)
            case ast.AugAssign(target=ast.Name(id=name), value=value):
                return after | {name} | read(value)
            case _:
                return (after - bound([statement])) | read(statement)

    def loop(self, node: Loop, after: Names, always: Names) -> Names:
        """Repeat until the names live at the loop's head no longer grow."""
        inner = node.statement
        header = frozenset(node.stops) | after
        targets: set[str] = set()
        before: set[str] = set()
        if isinstance(inner, ast.For):
            targets, before = bound([inner.target]), read(inner.iter)
            header |= read(inner.target)
        else:
            header |= read(inner.test)
        head = header
        while True:
            start = self.block(inner.body, head, always)
            grown = header | (start - targets)
            if grown == head:
                break
            head = grown
        is_for = isinstance(inner, ast.For)
        self.found[node] = Live((start - targets) | frozenset(node.stops) if is_for else head, after)
        return head | before

    def attempt(self, statement: ast.Try | ast.TryStar, after: Names, always: Names) -> Names:
        """Let any statement of a `try` jump to any handler: nothing in it counts as overwritten."""
        end = self.block(statement.finalbody, after, always) | after
        handlers = end.union(*(self.block(one.body, end, always) for one in statement.handlers))
        ends = self.block(statement.orelse, end, always)
        live = self.block(statement.body, handlers | ends, always) | handlers | ends
        return live.union(*(read(one.type) for one in statement.handlers))
