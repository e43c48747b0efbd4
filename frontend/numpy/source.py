"""The syntax tree of a function, found in its file by where its code says it stands."""

import ast
import linecache
from functools import lru_cache
from types import CodeType, FunctionType

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def definition(function: FunctionType) -> tuple[Definition, tuple[str, ...]] | None:
    """Find the definition of a function and the names of the classes around it; None without (matching) source."""
    code = function.__code__
    lines = "".join(linecache.getlines(code.co_filename, function.__globals__))
    if not lines:
        return None
    found = [
        (node, classes) for node, classes in _definitions(lines) if _starts_at(node) == code.co_firstlineno
    ]
    if code.co_name == "<lambda>":
        return _the_lambda(code, found)
    named = [(node, classes) for node, classes in found if getattr(node, "name", None) == code.co_name]
    return named[0] if len(named) == 1 and _has_parameters(named[0][0], code) else None


@lru_cache(maxsize=256)
def _definitions(text: str) -> tuple[tuple[Definition, tuple[str, ...]], ...]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return ()
    found: list[tuple[Definition, tuple[str, ...]]] = []
    _gather(tree, (), found)
    return tuple(found)


def _gather(node: ast.AST, classes: tuple[str, ...], found: list[tuple[Definition, tuple[str, ...]]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Definition):
            found.append((child, classes))
        _gather(child, (*classes, child.name) if isinstance(child, ast.ClassDef) else classes, found)


def _starts_at(node: Definition) -> int:
    decorators = [] if isinstance(node, ast.Lambda) else node.decorator_list
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def _the_lambda(
    code: CodeType, found: list[tuple[Definition, tuple[str, ...]]]
) -> tuple[Definition, tuple[str, ...]] | None:
    """Tell the lambdas of one line apart by the columns of their code."""
    columns = {(line, column) for line, _, column, _ in code.co_positions() if column is not None}
    fitting = [
        (node, classes)
        for node, classes in found
        if isinstance(node, ast.Lambda)
        and _has_parameters(node, code)
        and (node.body.lineno, node.body.col_offset) in columns
    ]
    exact = [
        (node, classes)
        for node, classes in fitting
        if all(_is_inside(place, node.body) for place in columns if place != (code.co_firstlineno, 0))
    ]
    return exact[0] if len(exact) == 1 else None


def _is_inside(place: tuple[int | None, int], node: ast.expr) -> bool:
    line, column = place
    start, end = (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)
    return line is not None and start <= (line, column) <= end


def _has_parameters(node: Definition, code: CodeType) -> bool:
    """Guard against a file that changed since it was imported."""
    arguments = node.args
    names = [one.arg for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    return list(code.co_varnames[: len(names)]) == names
