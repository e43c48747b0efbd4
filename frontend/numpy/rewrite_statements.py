"""Rewrite statements: loops and branches become functions that `converted.py` runs or traces."""

import ast
from collections.abc import Iterable, Sequence
from itertools import count
from typing import TypeVar

from .liveness import Live, liveness
from .names import Scope, bound, declared, shared, yields
from .rewrite_expressions import ExpressionRewriter, called, key_of, later, runtime
from .rewrite_jumps import Loop, without_jumps

PREFIX = "_isthmus_"
Node = TypeVar("Node", bound=ast.AST)


class FunctionRewriter(ExpressionRewriter):
    """Rewrite the body of one function; functions inside it get rewriters of their own."""

    def __init__(
        self, body: Sequence[ast.stmt], parameters: Iterable[str], class_name: str, *, inner: bool
    ) -> None:
        self.class_name = class_name
        self.parameters = set(parameters)
        self.global_names = declared(body, ast.Global)
        self.outer_names = declared(body, ast.Nonlocal)
        self.leaking = self.global_names | (set() if inner else self.outer_names)
        self.rebound_inside = shared(body)[1] & (bound(body) | self.parameters)
        self.numbers = count()
        self.cells: set[str] = set()
        self.live: dict[ast.stmt, Live] = {}

    def rewrite(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Give the new body; a generator keeps its statements, with new expressions in them."""
        if not yields(body):
            body = without_jumps(body)
            self.live = liveness(body)
        made = self.block(body)
        names = sorted(self.cells - self.parameters - self.global_names - self.outer_names)
        return _with_cells(made, names)

    def block(self, body: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Rewrite the statements of a block."""
        made: list[ast.stmt] = []
        for statement in body:
            new = self.visit(statement)
            made += new if isinstance(new, list) else [new]
            made += self.checks(statement)
        return made

    def checks(self, statement: ast.stmt) -> list[ast.stmt]:
        """Check what is assigned to names that outlive the capture."""
        if not self.leaking or not isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
            return []
        names = sorted(bound([statement]) & self.leaking)
        return [
            _at(statement, ast.Expr(called("check_outlives", ast.Constant(name), ast.Name(name, ast.Load()))))
            for name in names
        ]

    def visit_Loop(self, node: Loop) -> list[ast.stmt]:
        """Turn the body (and the test) into functions, and call `for_loop` or `while_loop` on them."""
        inner, live = node.statement, self.live[node]
        header = inner.target if isinstance(inner, ast.For) else inner.test
        names = bound([header, *inner.body]) | self.rebound_inside
        rebound = bound([header, *inner.body], augmented=False) | self.rebound_inside
        number = next(self.numbers)
        if isinstance(inner, ast.For):
            made, first = self.for_body(inner, names, number), self.visit(inner.iter)
        else:
            made = self.while_body(inner, names, number)
            first = ast.Name(f"{PREFIX}test_{number}", ast.Load())
        facts = [names, rebound, live.head, live.after, set(node.stops)]
        body = ast.Name(f"{PREFIX}body_{number}", ast.Load())
        name = "for_loop" if isinstance(inner, ast.For) else "while_loop"
        run = called(name, first, body, *(self.names(fact & names) for fact in facts))
        return [*made, _at(inner, ast.Expr(run))]

    def for_body(self, loop: ast.For, names: set[str], number: int) -> list[ast.stmt]:
        """Make the function that takes the next item."""
        item = f"{PREFIX}item_{number}"
        taken = _at(loop, ast.Assign([self.visit(loop.target)], ast.Name(item, ast.Load())))
        body = _function(f"{PREFIX}body_{number}", [taken, *self.block(loop.body)], loop)
        body.args.args = [ast.arg(item)]
        return [self.declaring(body, names)]

    def while_body(self, loop: ast.While, names: set[str], number: int) -> list[ast.stmt]:
        """Make the functions of body and test."""
        body = _function(f"{PREFIX}body_{number}", self.block(loop.body), loop)
        result = _at(loop.test, ast.Return(self.visit(loop.test)))
        test = _function(f"{PREFIX}test_{number}", [result], loop)
        return [self.declaring(body, names), self.declaring(test, names)]

    def visit_If(self, node: ast.If) -> ast.stmt | list[ast.stmt]:
        """Turn both branches into functions, and call `branch` on them."""
        live = self.live.get(node)
        names = bound([*node.body, *node.orelse]) | self.rebound_inside
        is_plain = live is None or yields([node])
        test = self.visit(node.test)
        then, orelse = self.block(node.body), self.block(node.orelse)
        if is_plain or live is None:
            return _at(node, ast.If(test, then, orelse))
        number = next(self.numbers)
        branches = [
            self.declaring(
                _function(f"{PREFIX}{kind}_{number}", body or [_at(node, ast.Pass())], node), names
            )
            for kind, body in (("then", then), ("else", orelse))
        ]
        handles = [ast.Name(one.name, ast.Load()) for one in branches]
        run = called("branch", test, *handles, self.names(names), self.names(live.after & names))
        return [*branches, _at(node, ast.Expr(run))]

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        """Rewrite a function inside this one, in place."""
        node.args = self.visit(node.args)
        inner = FunctionRewriter(node.body, parameter_names(node), self.class_name, inner=True)
        node.body = inner.rewrite(node.body)
        node.decorator_list = [*node.decorator_list, _at(node, runtime("converted"))]
        return node

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AsyncFunctionDef:
        """Leave coroutines as they are."""
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """Leave the annotation as it is."""
        if node.value is None:
            return node
        target, value = self.visit(node.target), self.visit(node.value)
        return _at(node, ast.Assign([target], value))

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        """Turn `a[i] = x` into `set_item(x, a, i)`."""
        self.generic_visit(node)
        target = node.targets[0]
        if len(node.targets) > 1 or not isinstance(target, ast.Subscript):
            return node
        return _at(node, ast.Expr(called("set_item", node.value, target.value, key_of(target))))

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        """Turn `a[i] += x` into `update_item(a, i, "Add", x)`, which stores a view no second time."""
        self.generic_visit(node)
        if not isinstance(node.target, ast.Subscript):
            return node
        kind = ast.Constant(type(node.op).__name__)
        return _at(
            node, ast.Expr(called("update_item", node.target.value, key_of(node.target), kind, node.value))
        )

    def visit_Assert(self, node: ast.Assert) -> ast.stmt:
        """Turn `assert t, m` into `asserted(t, lambda: m)`."""
        self.generic_visit(node)
        message = [later(node.msg)] if node.msg is not None else []
        return _at(node, ast.Expr(called("asserted", node.test, *message)))

    def visit_Raise(self, node: ast.Raise) -> list[ast.stmt]:
        """Check first that the run surely gets here."""
        self.generic_visit(node)
        return [_at(node, ast.Expr(called("raising"))), node]

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.ExceptHandler:
        """Let errors of the capture pass the user's handlers."""
        node.body = [_at(node, ast.Expr(called("handling"))), *self.block(node.body)]
        return node

    def generic_visit(self, node: ast.AST) -> ast.AST:
        """Go through blocks with `block`, so that checks are added everywhere."""
        for name, value in ast.iter_fields(node):
            if isinstance(value, list) and value and all(isinstance(one, ast.stmt) for one in value):
                setattr(node, name, self.block(value))
        return _visit_others(self, node)

    def names(self, names: Iterable[str]) -> ast.expr:
        """Spell a set of names as a constant."""
        return ast.Tuple([ast.Constant(self.mangled(name)) for name in sorted(names)], ast.Load())

    def mangled(self, name: str) -> str:
        """Spell a name as the compiler does inside a class."""
        if not self.class_name or not name.startswith("__") or name.endswith("__"):
            return name
        return f"_{self.class_name.lstrip('_')}{name}"

    def declaring(self, function: ast.FunctionDef, names: set[str]) -> ast.FunctionDef:
        """Let a function rebind the names of the one around it."""
        self.cells |= names
        outer = sorted(names - self.global_names)
        shared_globals = sorted(names & self.global_names)
        if outer:
            function.body.insert(0, _at(function, ast.Nonlocal(outer)))
        if shared_globals:
            function.body.insert(0, _at(function, ast.Global(shared_globals)))
        return function


def parameter_names(node: Scope) -> list[str]:
    """List a function's parameters."""
    arguments = node.args
    found = [
        *arguments.posonlyargs,
        *arguments.args,
        *arguments.kwonlyargs,
        arguments.vararg,
        arguments.kwarg,
    ]
    return [one.arg for one in found if one is not None]


def _visit_others(rewriter: ast.NodeTransformer, node: ast.AST) -> ast.AST:
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            setattr(node, name, rewriter.visit(value))
        elif isinstance(value, list) and not all(isinstance(one, ast.stmt) for one in value):
            setattr(node, name, [rewriter.visit(one) if isinstance(one, ast.AST) else one for one in value])
    return node


def _with_cells(body: list[ast.stmt], names: list[str]) -> list[ast.stmt]:
    """Make names local to a function whose own statements may no longer bind them."""
    if not names:
        return body
    never = ast.If(
        ast.Constant(False),
        [ast.Assign([ast.Name(name, ast.Store()) for name in names], ast.Constant(None))],
        [],
    )
    declares = [one for one in body if isinstance(one, ast.Global | ast.Nonlocal)]
    return [*declares, _at(body[0], never), *(one for one in body if one not in declares)]


def _function(name: str, body: list[ast.stmt], place: ast.AST) -> ast.FunctionDef:
    empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.copy_location(ast.FunctionDef(name, empty, list(body), []), place)


def _at(place: ast.AST, node: Node) -> Node:
    return ast.copy_location(node, place)
