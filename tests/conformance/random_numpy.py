"""Random functions written with NumPy: slices, updates in place, reductions, loops, branches; each runs in NumPy."""

import linecache
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Arrays = dict[str, Any]

_SHAPES = {
    "tiny": [(1,), (3,), (2, 1), (1, 1, 5), (4, 3, 2), (2, 3, 2, 3)],
    "small": [(17,), (64,), (9, 13), (16, 16), (5, 7, 6), (3, 4, 5, 6)],
    "middle": [(301,), (1000,), (33, 47), (64, 64), (12, 15, 17)],
    "large": [(130001,), (100352,), (331, 317), (1024, 130), (41, 50, 61), (7, 130, 128)],
}
_DTYPES = ["float64"] * 6 + ["float32", "int64", "int32", "complex128", "bool"]
_PREAMBLE = "import numpy as np\n\n\n"


@dataclass(frozen=True)
class RandomProgram:
    """Hold a function's text, its arguments, and whether NumPy's numbers must come out bit for bit."""

    seed: int
    source: str
    arguments: tuple[Any, ...]
    is_exact: bool
    is_single: bool

    def function(self) -> Callable[..., Any]:
        """Make the function; its source can be inspected."""
        name = f"<random program {self.seed}>"
        linecache.cache[name] = (len(self.source), None, self.source.splitlines(True), name)
        scope: dict[str, Any] = {}
        exec(compile(self.source, name, "exec"), scope)
        return scope["program"]

    def inputs(self) -> tuple[Any, ...]:
        """Copy the arguments: a call may change them."""
        return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in self.arguments)


def generate(seed: int) -> RandomProgram:
    """Write the program of a seed."""
    return _Writer(seed).write()


class _Writer:
    """Write a function statement by statement; one that NumPy refuses, or that overflows, is written anew."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.values: Arrays = {}
        self.names = 0
        self.is_exact = True
        self.arguments = self._arguments()

    def _arguments(self) -> Arrays:
        generator = np.random.default_rng(self.seed)
        size = self.random.choice(["tiny", "small", "small", "middle", "middle", "large"])
        shape = self.random.choice(_SHAPES[size])
        found: Arrays = {}
        for name in "abc"[: self.random.choice([1, 2, 3, 3])]:
            own = shape if self.random.random() < 0.75 else self.random.choice(_SHAPES[size])
            data = generator.uniform(-2, 2, own)
            dtype = self.random.choice(_DTYPES)
            scaled = data * 5 if dtype.startswith("int") else data
            made = (scaled > 0) if dtype == "bool" else scaled.astype(dtype)
            found[name] = made + (1j * data[::-1] if dtype == "complex128" else made.dtype.type(0))
        return {
            **found,
            "n": self.random.choice([1, 2, 3, 5, 10]),
            "s": round(generator.uniform(0.2, 1.5), 3),
        }

    def write(self) -> RandomProgram:
        """Write statements, then return some of the values."""
        self._accept([])
        wanted = self.random.randint(3, 9)
        for _ in range(60):
            if len(self.lines) > 40 or wanted == 0:
                break
            wanted -= self._accept(self._statement())
        returned = ", ".join(self._returned())
        body = "".join(f"    {line}\n" for line in [*self.lines, f"return {returned}"])
        source = f"{_PREAMBLE}def program({', '.join(self.arguments)}):\n{body}"
        arguments = tuple(self.arguments.values())
        is_single = "float32" in source or any(getattr(a, "dtype", None) == np.float32 for a in arguments)
        return RandomProgram(self.seed, source, arguments, self.is_exact, is_single)

    def _returned(self) -> list[str]:
        made = [name for name in self.values if name not in self.arguments]
        chosen = self.random.sample(made, min(len(made), self.random.choice([1, 2, 4])))
        if self.random.random() < 0.3:
            chosen.append(self.random.choice(list(self.arguments)[:-2]))
        return chosen or [next(iter(self.arguments))]

    # ---- accepting

    def _accept(self, lines: Sequence[str]) -> bool:
        scope = self._run([*self.lines, *lines])
        if scope is None or self._run([_everything(line) for line in [*self.lines, *lines]]) is None:
            return False
        self.lines += lines
        self.values = scope
        inexact = ("sum(", "mean", "@", "cumsum", "np.s", "np.exp", "np.tanh", "std", "prod", "**", "**=")
        if any(word in line for line in lines for word in inexact):
            self.is_exact = False
        if any(isinstance(value, np.ndarray) and value.dtype.kind == "c" for value in scope.values()):
            self.is_exact = False
        return True

    def _run(self, lines: Sequence[str]) -> Arrays | None:
        scope = {k: v.copy() if isinstance(v, np.ndarray) else v for k, v in self.arguments.items()}
        try:
            with np.errstate(all="ignore"):
                exec("\n".join(lines), {"np": np}, scope)
        except (ValueError, IndexError, TypeError, ZeroDivisionError, OverflowError):
            return None
        for counter in "ij":
            scope.pop(counter, None)
        return scope if all(_is_tame(value) for value in scope.values()) else None

    # ---- statements

    def _statement(self) -> list[str]:
        kinds: list[tuple[int, Callable[[], list[str]]]] = [
            (6, lambda: [f"{self._fresh()} = {self._expression(self._shape())}"]),
            (6, lambda: [self._update()]),
            (3, lambda: [self._view()]),
            (3, lambda: [self._reduction()]),
            (3, lambda: [self._function()]),
            (2, lambda: [self._element()]),
            (2, lambda: [self._selection()]),
            (5, self._loop),
            (2, self._branch),
            (1, self._while),
        ]
        weights, makers = zip(*kinds, strict=True)
        return list(self.random.choices(makers, weights)[0]())

    def _update(self, places: Sequence[str] = ()) -> str:
        name, array = self._array()
        place, shape = self._slice(array.shape)
        operation = self.random.choice(["=", "=", "+=", "-=", "*="])
        return f"{name}{place} {operation} {self._expression(shape)}"

    def _view(self) -> str:
        name, array = self._array()
        kind = self.random.choice(
            ["slice", "slice", "transpose", "reshape", "copy", "alias", "newaxis", "flip"]
        )
        place, _ = self._slice(array.shape)
        text = {
            "slice": f"{name}{place}",
            "transpose": f"{name}.T",
            "reshape": f"{name}.reshape({self._reshaped(array)})",
            "copy": f"{name}.copy()",
            "alias": name,
            "newaxis": f"{name}[:, None]" if array.ndim < 4 else name,
            "flip": f"{name}[::-1]",
        }[kind]
        return f"{self._fresh()} = {text}"

    def _reshaped(self, array: Any) -> str:
        if array.ndim > 1:
            return self.random.choice(["-1", f"{array.shape[0]}, -1"])
        factors = [f for f in (2, 3, 7) if array.size % f == 0]
        return f"{self.random.choice(factors)}, -1" if factors else "1, -1"

    def _reduction(self) -> str:
        name, array = self._array()
        place, shape = self._slice(array.shape)
        how = self.random.choice(["sum", "max", "min", "mean", "sum", "any", "all"])
        axis = self.random.choice(["", "", *(f"axis={axis}" for axis in range(len(shape)))])
        keep = ", keepdims=True" if axis and self.random.random() < 0.3 else ""
        return f"{self._fresh()} = {name}{place}.{how}({axis}{keep})"

    def _function(self) -> str:
        name, array = self._array()
        place, shape = self._slice(array.shape)
        axis = self.random.randrange(max(1, len(shape)))
        x = f"{name}{place}"
        other = self._operand(shape)
        text = self.random.choice(
            [
                f"np.roll({x}, {self.random.choice([1, -1, 2])}, axis={axis})",
                f"np.cumsum({x}, axis={axis})",
                f"np.pad({x}, {self.random.choice([1, 2])})",
                f"np.pad({x}, 1, mode='edge')",
                f"np.concatenate([{x}, {other}], axis={axis})",
                f"np.stack([{x}, {other}])",
                f"np.flip({x}, {axis})",
                f"np.diff({x}, axis={axis})",
                f"np.zeros_like({x})",
                f"np.full({x}.shape, {self._number()})",
                f"np.arange({max(shape, default=3)}) * 2 - 3",
                f"{x}.astype('{self.random.choice(_DTYPES[5:])}')",
                f"{x}[:12, :9] @ {x}[:12, :9].T" if len(shape) == 2 else f"np.clip({x}, -1, 1)",
            ]
        )
        return f"{self._fresh()} = {text}"

    def _element(self) -> str:
        name, array = self._array()
        index = ", ".join(str(self.random.randrange(-n, n)) if n else "0" for n in array.shape)
        if self.random.random() < 0.5:
            return f"{self._fresh()} = {name}[{index or '()'}] * 1"
        return f"{name}[{index or '()'}] {self.random.choice(['=', '+=', '*='])} {self._scalar()}"

    def _selection(self) -> str:
        name, array = self._array()
        if self.random.random() < 0.5 or not array.ndim:
            bound = self._number()
            mask = f"{name} > {bound}" if array.dtype.kind != "c" else f"{name}.real > {bound}"
            return f"{name}[{mask}] {self.random.choice(['=', '+=', '*='])} {self._scalar()}"
        count = self.random.choice([2, 5, array.shape[0]])
        indices = f"np.arange({count}) * {self.random.choice([1, 3, 5])} % {array.shape[0]}"
        if self.random.random() < 0.6:
            return f"{self._fresh()} = {name}[{indices}]"
        return f"{name}[{indices}] = {self._expression((count, *array.shape[1:]))}"

    # ---- control flow

    def _body(self, count: int, *, inside: bool) -> list[str]:
        lines: list[str] = []
        for _ in range(count):
            makers = [self._update] * 3 + [self._stencil] * 3 + [self._element_update]
            makers += [self._triangular] * 3 + [self._reassign, self._swap] if inside else []
            lines.append(self.random.choice(makers)())
        return lines

    def _loop(self) -> list[str]:
        count = self.random.choice(["n", "n", "3", "10", "11"])
        bounds = self.random.choice([count, count, f"1, {count}", f"{count}, 0, -1"])
        lines = self._body(self.random.randint(1, 4), inside=True)
        if self.random.random() < 0.25:
            inner = self._body(self.random.randint(1, 2), inside=False)
            lines += [f"for j in range({self.random.choice(['n', '9', 'i'])}):", *_indented(inner)]
        if self.random.random() < 0.25:
            inner = self._body(1, inside=True)
            lines += [f"if i % 2 == {self.random.choice([0, 1])}:", *_indented(inner)]
        return [f"for i in range({bounds}):", *_indented(lines)]

    def _branch(self) -> list[str]:
        lines = [f"if {self._condition()}:", *_indented(self._body(self.random.randint(1, 2), inside=False))]
        if self.random.random() < 0.6:
            lines += ["else:", *_indented(self._body(self.random.randint(1, 2), inside=False))]
        return lines

    def _while(self) -> list[str]:
        name = self._fresh()
        lines = [*self._body(self.random.randint(1, 2), inside=False), f"{name} = {name} + s"]
        return [f"{name} = s * 0.5", f"while {name} < {self.random.choice([2.5, 5.0])}:", *_indented(lines)]

    def _condition(self) -> str:
        name, array = self._array()
        index = ", ".join("0" for _ in array.shape)
        value = f"{name}[{index or '()'}].real" if array.dtype.kind == "c" else f"{name}[{index or '()'}]"
        return self.random.choice([f"s > {self._number()}", "n > 2", f"{value} > {self._number()}"])

    def _reassign(self) -> str:
        name, array = self._array()
        return f"{name} = {self._expression(array.shape)}"

    def _swap(self) -> str:
        name, array = self._array()
        other = self.random.choice(
            [k for k, v in self._arrays() if v.shape == array.shape and v.dtype == array.dtype]
        )
        return self.random.choice([f"{name}, {other} = {other}, {name}", f"{name}[:] = {other}"])

    def _element_update(self) -> str:
        name, array = self._array()
        index = ", ".join(str(self.random.randrange(n)) if n else "0" for n in array.shape)
        return f"{name}[{index or '()'}] {self.random.choice(['=', '+='])} {self._scalar()}"

    def _triangular(self) -> str:
        name, array = self._array()
        other, _ = self._array()
        return self.random.choice(
            [
                f"{name}[i] = {other}[i - 1] * 0.5",
                f"{name}[i] += {other}[i] * s",
                f"{name}[i:] = {name}[i:] + {other}[i:]",
                f"{name}[:i] -= {other}[:i] * 0.25",
                f"{name}[..., i] = {other}[..., i] + 1",
                f"{name}[i + 1:] += {name}[i] * 0.125",
                f"{name}[i] = {name}[:i].sum(axis=0)" if array.ndim else f"{name} = {name}",
                f"{name}[::-1][i] += 1",
            ]
        )

    def _stencil(self) -> str:
        name, array = self._array()
        other = self.random.choice([k for k, v in self._arrays() if v.shape == array.shape])
        axis = self.random.randrange(max(1, array.ndim))
        lead = ":, " * axis
        inner = ("1:-1, " * array.ndim)[:-2]
        around = [
            ", ".join(shift if number == axis else "1:-1" for number in range(array.ndim))
            for shift in (":-2", "2:", "1:-1")
        ]
        return self.random.choice(
            [
                f"{name}[{lead}1:-1] = 0.25 * ({other}[{lead}:-2] + {other}[{lead}2:]) + {other}[{lead}1:-1]",
                f"{name}[{inner}] = 0.25 * {other}[{around[0]}] + 0.5 * {other}[{around[1]}] - "
                f"{name}[{around[2]}]",
                f"{name}[{lead}1:] -= {other}[{lead}:-1] * 0.5",
                f"{name}[{lead}0] = {name}[{lead}-2]",
                f"{name}[{lead}:-1] = {name}[{lead}1:]",
            ]
        )

    # ---- expressions

    def _expression(self, shape: tuple[int, ...], depth: int | None = None) -> str:
        depth = self.random.choice([1, 1, 2, 3]) if depth is None else depth
        if depth == 0:
            return self._operand(shape)
        x, y = self._expression(shape, depth - 1), self._expression(shape, depth - 1)
        return self.random.choice(
            [
                f"({x} + {y})",
                f"({x} - {y})",
                f"{x} * {self._scalar()}",
                f"({x} * {y})",
                f"np.where({x} > {y}, {y}, {self._operand(shape)})",
                f"np.maximum({x}, {y})",
                f"np.minimum({x}, {self._number()})",
                f"{x} / (np.abs({y}) + 1.5)",
                f"np.abs({x})",
                f"-{x} * 1",
                self.random.choice([f"np.sin({x})", f"np.sqrt(np.abs({x}))", f"np.exp(-np.abs({x}))"]),
                self.random.choice(
                    [f"({x} // 2)", f"({x} % 3)", f"({x} & {y})", f"({x} == {y})", f"({x} < {y})"]
                ),
            ]
        )

    def _operand(self, shape: tuple[int, ...]) -> str:
        arrays = self._arrays()
        self.random.shuffle(arrays)
        if self.random.random() < 0.12:
            return self._scalar()
        for name, array in arrays:
            fitting = self._fit(array.shape, shape)
            if fitting is not None:
                return f"{name}{fitting}"
        return self._scalar()

    def _fit(self, have: tuple[int, ...], want: tuple[int, ...]) -> str | None:
        """Write a slice of an array that broadcasts to a shape."""
        if len(have) < len(want):
            if not have or self.random.random() < 0.5:
                return None
            want = want[len(want) - len(have) :]
        extra = len(have) - len(want)
        parts = [str(self.random.randrange(n)) if n else "0" for n in have[:extra]]
        for size, needed in zip(have[extra:], want, strict=True):
            if size < needed:
                if size != 1:
                    return None
                parts.append(":")
                continue
            parts.append(self._span(size, needed))
        return f"[{', '.join(parts)}]" if parts and set(parts) != {":"} else ""

    def _span(self, size: int, needed: int) -> str:
        steps = [step for step in (1, 1, 1, 1, -1, 2) if (needed - 1) * abs(step) + 1 <= size]
        step = self.random.choice(steps) if needed > 0 and steps else 1
        length = (needed - 1) * abs(step) + 1 if needed else 0
        start = self.random.randint(0, size - length)
        if step == 1:
            return ":" if length == size else f"{start}:{start + length}"
        if step < 0:
            stop = start - 1
            return f"{start + length - 1}:{'' if stop < 0 else stop}:{step}"
        return f"{start}:{start + length}:{step}"

    def _slice(self, shape: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
        """Write a random slice with its shape."""
        if not shape or self.random.random() < 0.25:
            return ("[...]" if not shape else "[:]"), shape
        parts, left = [], []
        for size in shape:
            kind = self.random.random()
            if kind < 0.1 and size:
                parts.append(str(self.random.randrange(-size, size)))
                continue
            needed = size if kind < 0.4 else max(0, size - self.random.choice([1, 2, 2, 3, size // 2]))
            parts.append(self._span(size, needed))
            left.append(needed)
        return f"[{', '.join(parts)}]", tuple(left)

    # ---- names

    def _arrays(self) -> list[tuple[str, Any]]:
        return [(k, v) for k, v in self.values.items() if isinstance(v, np.ndarray)]

    def _array(self) -> tuple[str, Any]:
        return self.random.choice(self._arrays()[-5:] + self._arrays()[:2])

    def _shape(self) -> tuple[int, ...]:
        _, array = self._array()
        return self._slice(array.shape)[1]

    def _fresh(self) -> str:
        self.names += 1
        return f"v{self.names}"

    def _number(self) -> str:
        return self.random.choice(["0", "1", "0.5", "-0.75", "2"])

    def _scalar(self) -> str:
        names = [k for k, v in self.values.items() if not isinstance(v, np.ndarray)]
        return self.random.choice([self._number(), "0.25", *names])


def _is_tame(value: Any) -> bool:
    if not isinstance(value, np.ndarray | np.generic | int | float | complex | bool):
        return False
    data = np.asarray(value)
    if data.dtype.kind == "b" or not data.size:
        return data.ndim <= 4
    return data.ndim <= 4 and data.size < 2_000_000 and bool(np.all(np.abs(data) < 1e6))


def _everything(line: str) -> str:
    """Make a branch unconditional: both sides of it are captured."""
    text = line.strip()
    return line.replace(text, "if True:") if text.startswith("else:") or text.startswith("if ") else line


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]
