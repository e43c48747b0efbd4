"""What a compiled function takes and gives: names, dtypes, symbolic sizes and how values nest."""

import ast
import operator
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from isthmus.errors import ArtifactError

Size = int | str
Json = Any

UNKNOWN = "?"
"""The size of an output that only the run decides (`nonzero`): it gets no destination."""


@dataclass(frozen=True)
class TensorType:
    """Describe one array: its name, dtype (a key of `DTYPES`) and sizes.

    A size is a number, an expression of symbols (`"n"`, `"2*n + 1"`) or `UNKNOWN`. `scalar` marks a
    rank-0 value that is a Python number on the user's side.
    """

    name: str
    dtype: str
    shape: tuple[Size, ...]
    scalar: bool = False

    def __str__(self) -> str:
        return f"{self.name}: {self.dtype}[{', '.join(map(str, self.shape))}]"


@dataclass(frozen=True)
class Tree:
    """Describe how values nest: `kind` is 'leaf', 'tuple', 'list', 'dict' or 'constant'.

    A leaf holds its index into the flat list of arrays; a constant its value (None, bool, int, float, str).
    """

    kind: str
    value: Any = None
    children: tuple["Tree", ...] = ()
    keys: tuple[str, ...] = ()

    def leaves(self) -> Iterator[int]:
        """Yield the leaf indices in the order of the nesting."""
        if self.kind == "leaf":
            yield self.value
        for child in self.children:
            yield from child.leaves()

    def build(self, leaves: list[Any]) -> Any:
        """Put flat values back into their nesting."""
        match self.kind:
            case "leaf":
                return leaves[self.value]
            case "constant":
                return self.value
            case "dict":
                return {key: child.build(leaves) for key, child in zip(self.keys, self.children, strict=True)}
            case _:
                values = [child.build(leaves) for child in self.children]
                return tuple(values) if self.kind == "tuple" else values

    def to_json(self) -> Json:
        """Give the form written into a manifest."""
        return asdict(self)

    @staticmethod
    def from_json(data: Json) -> "Tree":
        """Read the form written by `to_json`."""
        children = tuple(Tree.from_json(child) for child in data["children"])
        return Tree(data["kind"], data["value"], children, tuple(data["keys"]))


@dataclass(frozen=True)
class Signature:
    """Describe an entry point.

    `arguments` nests the inputs as `(positional, keyword)`: a tuple of a tuple and a dict; `names` are the
    positional parameters' names, so that callers may use keywords for them. `results` nests the outputs.
    `state` lists the arrays the program keeps from call to call (their names are parameter keys that hold
    the initial values). `updates` pairs an output with the input whose array it overwrites on the caller's
    side; as a leaf of `results` such an output is that input's own array. `checks` pairs an output, the last ones,
    with a message: it counts violations, and a call whose count is not zero fails with that message. `symbols` gives
    each symbolic size its inclusive range. How a compiled function takes and gives all this is its `Layout`.
    """

    inputs: tuple[TensorType, ...]
    outputs: tuple[TensorType, ...]
    arguments: Tree
    results: Tree
    names: tuple[str, ...] = ()
    state: tuple[TensorType, ...] = ()
    updates: tuple[tuple[int, int], ...] = ()
    checks: tuple[tuple[int, str], ...] = ()
    symbols: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)

    def to_json(self) -> Json:
        """Give the form written into a manifest."""
        data = asdict(self)
        data["symbols"] = {name: list(bounds) for name, bounds in self.symbols.items()}
        return data

    @staticmethod
    def from_json(data: Json) -> "Signature":
        """Read the form written by `to_json`; a malformed one is an `ArtifactError`."""
        try:
            return Signature(
                inputs=_tensors(data["inputs"]),
                outputs=_tensors(data["outputs"]),
                arguments=Tree.from_json(data["arguments"]),
                results=Tree.from_json(data["results"]),
                names=tuple(data["names"]),
                state=_tensors(data["state"]),
                updates=tuple((int(a), int(b)) for a, b in data["updates"]),
                checks=tuple((int(index), str(message)) for index, message in data["checks"]),
                symbols={name: (low, high) for name, (low, high) in data["symbols"].items()},
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(f"malformed signature in the manifest: {error!r}") from error


@dataclass(frozen=True)
class Layout:
    """Describe how one compiled function takes and gives what its signature says: modules for other machines differ.

    It takes inputs, state, `workspace`, `addresses`, then a destination for each result of known sizes; it returns
    the results: outputs, then new state. `workspace` is memory to compute in: its contents mean nothing between calls.
    `in_place` pairs a result with the argument (input or state) whose memory holds it afterwards; such a result has no
    destination. `overwritten` lists the arguments that the function may write into besides: it gets copies of those.
    For each row of `addresses` it takes bytes: where the arguments of the row lie, counted from
    these bytes, in 64 bits each. It reads those there and nowhere else.
    """

    workspace: tuple[TensorType, ...] = ()
    in_place: tuple[tuple[int, int], ...] = ()
    overwritten: tuple[int, ...] = ()
    addresses: tuple[tuple[int, ...], ...] = ()

    def to_json(self) -> Json:
        """Give the form written into a manifest."""
        return asdict(self)

    @staticmethod
    def from_json(data: Json) -> "Layout":
        """Read the form written by `to_json`; a malformed one is an `ArtifactError`."""
        try:
            return Layout(
                workspace=_tensors(data["workspace"]),
                in_place=tuple((int(result), int(argument)) for result, argument in data["in_place"]),
                overwritten=tuple(int(index) for index in data["overwritten"]),
                addresses=tuple(tuple(int(index) for index in row) for row in data["addresses"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(f"malformed layout in the manifest: {error!r}") from error


def _tensors(rows: Iterable[Json]) -> tuple[TensorType, ...]:
    return tuple(
        TensorType(row["name"], row["dtype"], tuple(row["shape"]), bool(row["scalar"])) for row in rows
    )


_OPERATORS: dict[type[ast.AST], Callable[..., int]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
    ast.USub: operator.neg,
}
_FUNCTIONS: dict[str, Callable[..., int]] = {"Max": max, "Min": min, "Mod": operator.mod}


def evaluate_size(size: Size, symbols: Mapping[str, int]) -> int:
    """Compute a size from the values of its symbols.

    Understands integers, names, + - * // % ** and Max, Min, Mod; anything else is an `ArtifactError`.
    """
    if isinstance(size, int):
        return size
    if size in symbols:
        return symbols[size]
    try:
        return _evaluate(ast.parse(size, mode="eval").body, symbols)
    except (SyntaxError, KeyError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise ArtifactError(f"cannot compute the size '{size}' from {dict(symbols)}") from error


def _evaluate(node: ast.expr, symbols: Mapping[str, int]) -> int:
    match node:
        case ast.Constant(value=int(value)):
            return value
        case ast.Name(id=name):
            return symbols[name]
        case ast.BinOp(left=left, op=op, right=right):
            return _OPERATORS[type(op)](_evaluate(left, symbols), _evaluate(right, symbols))
        case ast.UnaryOp(op=op, operand=operand):
            return _OPERATORS[type(op)](_evaluate(operand, symbols))
        case ast.Call(func=ast.Name(id=name), args=args):
            return _FUNCTIONS[name](*[_evaluate(arg, symbols) for arg in args])
        case _:
            raise ValueError(ast.dump(node))
