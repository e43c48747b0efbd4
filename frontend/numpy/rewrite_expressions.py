"""Rewrite expressions whose meaning Python fixes at once: calls, `and`, `or`, `not`, `in`, `a if t else b`, `a[i]`."""

import ast

RUNTIME = "_isthmus"
"""The name under which rewritten code finds `converted.py`."""
_RAW_CALLS = {"super", "locals", "globals", "vars", "dir", "eval", "exec", "breakpoint"}
"""Functions that look at their caller's frame."""


def runtime(name: str) -> ast.expr:
    """Name a function of `converted.py`."""
    return ast.Attribute(ast.Name(RUNTIME, ast.Load()), name, ast.Load())


def called(name: str, *arguments: ast.expr) -> ast.Call:
    """Call a function of `converted.py`."""
    return ast.Call(runtime(name), list(arguments), [])


def later(expression: ast.expr) -> ast.expr:
    """Delay an expression."""
    empty = ast.arguments(posonlyargs=[], args=[], kwonlyargs=[], kw_defaults=[], defaults=[])
    return ast.Lambda(empty, expression)


class ExpressionRewriter(ast.NodeTransformer):
    """Rewrite expressions; statements are the business of its subclass."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """Turn `f(x)` into `call(f, x)`."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id in _RAW_CALLS:
            return node
        new = ast.Call(runtime("call"), [node.func, *node.args], node.keywords)
        return ast.copy_location(new, node)

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        """Turn `a and b` into `both(a, lambda: b)`."""
        self.generic_visit(node)
        if _binds_or_waits(node):
            return node
        name = "both" if isinstance(node.op, ast.And) else "either"
        result = node.values[-1]
        for value in reversed(node.values[:-1]):
            result = ast.copy_location(called(name, value, later(result)), node)
        return result

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        """Turn `not a` into `negated(a)`."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.Not):
            return node
        return ast.copy_location(called("negated", node.operand), node)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        """Turn `a if t else b` into `choice(t, lambda: a, lambda: b)`."""
        self.generic_visit(node)
        if _binds_or_waits(node):
            return node
        return ast.copy_location(called("choice", node.test, later(node.body), later(node.orelse)), node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        """Turn `a < b < c` into `chain(a, ("Lt", lambda: b), ("Lt", lambda: c))`, and `in` into `contains`."""
        self.generic_visit(node)
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            found = called("contains", node.comparators[0], node.left)
            is_in = isinstance(node.ops[0], ast.In)
            return ast.copy_location(found if is_in else called("negated", found), node)
        if len(node.ops) == 1 or _binds_or_waits(node):
            return node
        links: list[ast.expr] = []
        for op, comparator in zip(node.ops, node.comparators, strict=True):
            pair = [ast.Constant(type(op).__name__), later(comparator)]
            links.append(ast.Tuple(pair, ast.Load()))
        return ast.copy_location(called("chain", node.left, *links), node)

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        """Turn `a[i]` into `item(a, i)`, so that constant arrays may be read at traced places."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load) or _is_plain_key(node.slice):
            return node
        return ast.copy_location(called("item", node.value, key_of(node)), node)

    def visit_Lambda(self, node: ast.Lambda) -> ast.expr:
        """Turn `lambda x: …` into `converted(lambda x: …)`."""
        self.generic_visit(node)
        return ast.copy_location(called("converted", node), node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.ClassDef:
        """Leave classes as they are: their methods are rewritten when they are called."""
        return node


def key_of(node: ast.Subscript) -> ast.expr:
    """Give what stands between the brackets as an expression of its own."""
    return ast.Subscript(runtime("KEY"), node.slice, ast.Load())


def _is_plain_key(key: ast.expr) -> bool:
    """Tell whether a key surely holds nothing traced."""
    if isinstance(key, ast.Tuple):
        return all(_is_plain_key(part) for part in key.elts)
    if isinstance(key, ast.Slice):
        return all(part is None or _is_plain_key(part) for part in (key.lower, key.upper, key.step))
    if isinstance(key, ast.UnaryOp):
        return _is_plain_key(key.operand)
    return isinstance(key, ast.Constant)


def _binds_or_waits(node: ast.expr) -> bool:
    """Tell whether an expression binds names or yields: it cannot be delayed into a function of its own."""
    kinds = (ast.NamedExpr, ast.Yield, ast.YieldFrom, ast.Await)
    return any(isinstance(one, kinds) for one in ast.walk(node))
