"""Where an operation came from: the user's line, and the layer of a network."""

import ast
import linecache
import re
import tokenize
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...dialects.mlir import ir

_NAME = re.compile(r'loc\("(?P<path>[^"|]*)\|(?P<node>[^"|]*)\|(?P<operator>[^"|]*)"')
_PLACE = re.compile(r'"([^"|]+)":(\d+):\d+')
_LIBRARY = "/site-packages/"


@dataclass(frozen=True)
class Origin:
    """Hold the origin of an operation; the empty one is unknown.

    `path` is the layer or function, `operator` what was called there; `file`, `line` and `last` are those of
    the user's statement. A layer from a
    library has its class in `layer`. Operations of a network have `is_network`.
    """

    path: str = ""
    operator: str = ""
    file: str = ""
    line: int = 0
    last: int = -1
    layer: str = ""
    is_network: bool = False

    @property
    def key(self) -> tuple[object, ...] | None:
        """Tell apart what becomes different nodes: layers of libraries, else lines; None when unknown."""
        if self.layer:
            return (self.path, self.layer)
        return (self.path, self.file, self.line) if self.file or self.operator else None

    @property
    def place(self) -> str:
        """Give the user's file, without its folder, and line."""
        return f"{Path(self.file).name}:{self.line}" if self.file else ""

    @property
    def source(self) -> str:
        """Give the text of the user's statement without comments; empty when it cannot be read."""
        lines = (linecache.getline(self.file, line) for line in range(self.line, self.last + 1))
        return " ".join(text for line in lines if (text := _without_comment(line)))


def origin_of(operation: ir.Operation) -> Origin:
    """Read the location of an operation."""
    return _read(str(operation.location))


@lru_cache(maxsize=4096)
def _read(location: str) -> Origin:
    name = _NAME.search(location)
    places = [(file, int(line)) for file, line in _PLACE.findall(location)]
    own = next((_statement_at(*place) for place in places if _LIBRARY not in place[0]), ("", 0, -1))
    if name is None:
        return Origin("", "", *own)
    path, node, operator = name["path"], name["node"], name["operator"]
    in_library = bool(path) and bool(places) and _LIBRARY in places[0][0]
    layer = _class_at(*places[0]) if in_library else ""
    return Origin(path, _short(operator), *own, layer, bool(node))


def _without_comment(line: str) -> str:
    found = len(line)
    with suppress(tokenize.TokenError, SyntaxError):
        for token in tokenize.generate_tokens(iter([line.lstrip()]).__next__):
            if token.type == tokenize.COMMENT:
                found = token.start[1] + len(line) - len(line.lstrip())
    return line[:found].strip()


def _short(operator: str) -> str:
    """Turn 'aten.add.Tensor' into 'add'."""
    parts = operator.split(".")
    return parts[1] if len(parts) == 3 else operator


def _class_at(file: str, line: int) -> str:
    """Name the class that a line of a library stands in."""
    found = [name for first, last, name in _classes(file) if first <= line <= last]
    return found[-1].lstrip("_") if found else Path(file).stem


@lru_cache(maxsize=64)
def _classes(file: str) -> tuple[tuple[int, int, str], ...]:
    classes = [node for node in ast.walk(_tree(file)) if isinstance(node, ast.ClassDef)]
    return tuple((node.lineno, node.end_lineno or node.lineno, node.name) for node in classes)


def _statement_at(file: str, line: int) -> tuple[str, int, int]:
    """Find the lines of the innermost statement around a line; of one that holds others, its head."""
    first, last = line, line
    for start, stop in _statements(file):
        if start <= line <= stop:
            first, last = start, stop
    return file, first, last


@lru_cache(maxsize=64)
def _statements(file: str) -> tuple[tuple[int, int], ...]:
    found = []
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            found.append((node.lineno, max(node.lineno, last)))
    return tuple(sorted(found))


def _tree(file: str) -> ast.Module:
    try:
        return ast.parse("".join(linecache.getlines(file)))
    except (SyntaxError, ValueError):
        return ast.Module([], [])
