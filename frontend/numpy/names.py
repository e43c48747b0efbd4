"""Which names statements bind and read, by Python's rules of scope."""

import ast
from collections.abc import Iterable, Iterator

Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def bound(nodes: Iterable[ast.AST], *, augmented: bool = True) -> set[str]:
    """List the names that nodes bind in their own function; those of functions inside are not among them.

    Without `augmented`, what only an augmented assignment binds is left out.
    """
    return {name for node in nodes for name in _bound(node, augmented)}


def _bound(node: ast.AST, augmented: bool) -> Iterator[str]:
    match node:
        case ast.AugAssign(target=ast.Name(), value=value) if not augmented:
            yield from _bound(value, augmented)
            return
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name
            return
        case ast.Lambda():
            return
        case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
            yield name
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
            yield name
        case ast.MatchMapping(rest=str(name)):
            yield name
        case ast.alias(name=name, asname=asname):
            yield asname or name.partition(".")[0]
    if isinstance(node, _COMPREHENSIONS):
        yield from (one.target.id for one in ast.walk(node) if isinstance(one, ast.NamedExpr))
        return
    for child in ast.iter_child_nodes(node):
        yield from _bound(child, augmented)


def read(node: ast.AST | None) -> set[str]:
    """List the names that a node may read, in functions inside it too."""
    if node is None:
        return set()
    return {
        one.id for one in ast.walk(node) if isinstance(one, ast.Name) and not isinstance(one.ctx, ast.Store)
    }


def own_nodes(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body that belong to that function, not to one inside it."""
    for node in body:
        yield node
        if not isinstance(node, Scope | ast.ClassDef):
            yield from own_nodes(ast.iter_child_nodes(node))


def declared(body: Iterable[ast.AST], kind: type[ast.Global] | type[ast.Nonlocal]) -> set[str]:
    """List the names that a function's body declares global, or nonlocal."""
    return {name for node in own_nodes(body) if isinstance(node, kind) for name in node.names}


def shared(body: Iterable[ast.AST]) -> tuple[set[str], set[str]]:
    """List the names that functions inside a function's body read, and those that they rebind (nonlocal)."""
    reads: set[str] = set()
    writes: set[str] = set()
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, Scope):
                reads |= read(node)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                writes |= declared(node.body, ast.Nonlocal)
    return reads, writes


def yields(body: Iterable[ast.AST]) -> bool:
    """Tell whether a function's own code yields or awaits."""
    kinds = (ast.Yield, ast.YieldFrom, ast.Await, ast.AsyncFor, ast.AsyncWith)
    return any(isinstance(node, kinds) for node in own_nodes(body))
