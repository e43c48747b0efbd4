"""Random programs of slices, elementwise work, broadcasts and writes into regions, as IR."""

import random

Shape = tuple[int, ...]
ARGUMENTS: tuple[Shape, ...] = ((15, 14), (15, 14), (14,), (15,))


class Writer:
    """Write one function, an operation at a time; every value stays available to those that follow."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.lines: list[str] = []
        self.values: list[tuple[str, Shape]] = []
        self.arguments = [self._new(shape) for shape in ARGUMENTS]

    def program(self, operations: int, *, rolls: int = 0, attributes: str = "") -> str:
        """Write `@main` with so many operations; some values are returned.

        Of `rolls` in `rolls + 11` operations, arrays are assembled from parts of others.
        """
        for _ in range(operations):
            step = self.random.choice(
                [self.elementwise] * 5
                + [self.write] * 2
                + [self.row, self.broadcast, self.fill, self.strided]
                + [self.roll] * rolls
            )
            step()
        later = self.values[len(self.arguments) :]
        returned = self.random.sample(later, min(6, len(later))) + later[-1:]
        types = ", ".join(_type(shape) for _, shape in returned)
        names = ", ".join(name for name, _ in returned)
        arguments = ", ".join(f"{name}: {_type(shape)}" for name, shape in self.arguments)
        body = "\n".join(self.lines)
        head = f"func.func @main({arguments}, %scalar: f64) -> ({types}) {attributes}"
        return f"{head}{{\n{body}\nreturn {names} : {types}\n}}"

    def elementwise(self) -> None:
        """Combine parts, of one shape, of up to three values."""
        rank = self.random.choice([1, 2])
        wanted = [value for value in self.values if len(value[1]) == rank]
        chosen = [
            self.random.choice(wanted[-3:] + wanted[:1]) for _ in range(self.random.choice([1, 2, 3, 3]))
        ]
        shape = tuple(
            max(1, min(sizes) - self.random.choice([0, 1, 2, 2]))
            for sizes in zip(*(found for _, found in chosen), strict=True)
        )
        self._generic([self._part(value, shape) for value in chosen], [_identity(rank)] * len(chosen), shape)

    def siblings(self) -> None:
        """Combine two values twice, the second time perhaps with the first result."""
        name, shape = self.random.choice(self.values[-4:])
        like = [value for value in self.values if value[1] == shape]
        operands = [(name, shape), self.random.choice(like)]
        maps = [_identity(len(shape))] * 2
        self._generic(operands, maps, shape)
        if self.random.random() < 0.5:
            operands[1] = self.values[-1]
        self.random.choice([self.row, self.write, self.fill])()
        self._generic(operands, maps, shape)

    def broadcast(self) -> None:
        """Combine a field with a row or a column."""
        name, shape = self.random.choice([value for value in self.values if len(value[1]) == 2])
        axis = self.random.choice([0, 1])
        vectors = [value for value in self.values if value[1] == (shape[axis],)]
        if vectors:
            vector, _ = self.random.choice(vectors)
            operands = [(name, shape), (vector, (shape[axis],))]
            self._generic(operands, [_identity(2), f"affine_map<(d0, d1) -> (d{axis})>"], shape)

    def row(self) -> None:
        """Fix one index of a field."""
        name, (height, width) = self.random.choice([value for value in self.values if len(value[1]) == 2])
        axis = self.random.choice([0, 1])
        offsets, sizes = [0, 0], [height, width]
        offsets[axis], sizes[axis] = self.random.randrange(sizes[axis]), 1
        shape = (sizes[1 - axis],)
        self._slice(name, (height, width), offsets, sizes, shape)

    def strided(self) -> None:
        """Take every second element of a vector."""
        name, (size,) = self.random.choice([value for value in self.values if len(value[1]) == 1])
        if size >= 3:
            self._slice(name, (size,), [0], [(size + 1) // 2], ((size + 1) // 2,), stride=2)

    def write(self) -> None:
        """Put a value into a larger one."""
        target, outer = self.random.choice(self.values)
        fitting = [
            value
            for value in self.values[-8:]
            if len(value[1]) == len(outer) and all(a <= b for a, b in zip(value[1], outer, strict=True))
        ]
        if not fitting:
            return
        name, shape = self.random.choice(fitting)
        offsets = [self.random.randint(0, b - a) for a, b in zip(shape, outer, strict=True)]
        ones = [1] * len(shape)
        line = f"tensor.insert_slice {name} into {target}{offsets} {list(shape)} {ones}"
        made, _ = self._new(outer)
        self.lines.append(f"{made} = {line} : {_type(shape)} into {_type(outer)}")

    def roll(self) -> None:
        """Assemble an array from two parts of another, perhaps of a third, in another order."""
        name, shape = self.random.choice(self.values[-4:])
        axis = self.random.randrange(len(shape))
        if shape[axis] < 2:
            return
        other = self.random.choice([value for value in self.values if value[1] == shape])[0]
        border = self.random.choice([1, 1, shape[axis] - 1, self.random.randint(1, shape[axis] - 1)])
        ones, assembled = [1] * len(shape), f"%empty{len(self.values)}"
        self.lines.append(f"{assembled} = tensor.empty() : {_type(shape)}")
        for source, start, target, size in (
            (name, 0, border, shape[axis] - border),
            (self.random.choice([name, name, other]), shape[axis] - border, 0, border),
        ):
            sizes, offsets, places = list(shape), [0] * len(shape), [0] * len(shape)
            sizes[axis], offsets[axis], places[axis] = size, start, target
            part, kept = self._slice(source, shape, offsets, sizes, tuple(sizes))
            made = f"%half{len(self.values)}" if start == 0 else self._new(shape)[0]
            line = f"tensor.insert_slice {part} into {assembled}{places} {sizes} {ones}"
            self.lines.append(f"{made} = {line} : {_type(kept)} into {_type(shape)}")
            assembled = made

    def fill(self) -> None:
        """Make an array of one number."""
        shape = self.random.choice(self.values)[1]
        made, _ = self._new(shape)
        self.lines.append(f"%fill{made[1:]} = arith.constant {self.random.choice([0.0, 0.5])} : f64")
        self.lines.append(f"%empty{made[1:]} = tensor.empty() : {_type(shape)}")
        self.lines.append(
            f"{made} = linalg.fill ins(%fill{made[1:]} : f64) outs(%empty{made[1:]} : {_type(shape)})"
            f" -> {_type(shape)}"
        )

    def _new(self, shape: Shape) -> tuple[str, Shape]:
        value = (f"%v{len(self.values)}", shape)
        self.values.append(value)
        return value

    def _part(self, value: tuple[str, Shape], shape: Shape) -> tuple[str, Shape]:
        name, outer = value
        if outer == shape:
            return value
        offsets = [self.random.randint(0, b - a) for a, b in zip(shape, outer, strict=True)]
        return self._slice(name, outer, offsets, list(shape), shape)

    def _slice(
        self, name: str, outer: Shape, offsets: list[int], sizes: list[int], shape: Shape, stride: int = 1
    ) -> tuple[str, Shape]:
        value = self._new(shape)
        strides = [stride] * len(sizes)
        self.lines.append(
            f"{value[0]} = tensor.extract_slice {name}{offsets} {sizes} {strides} : {_type(outer)} to {_type(shape)}"
        )
        return value

    def _generic(self, operands: list[tuple[str, Shape]], maps: list[str], shape: Shape) -> None:
        made, _ = self._new(shape)
        kinds = ", ".join(['"parallel"'] * len(shape))
        names = ", ".join(name for name, _ in operands)
        types = ", ".join(_type(found) for _, found in operands)
        arguments = "".join(f"%a{place}: f64, " for place in range(len(operands)))
        self.lines.append(f"%empty{made[1:]} = tensor.empty() : {_type(shape)}")
        self.lines.append(
            f"{made} = linalg.generic {{indexing_maps = [{', '.join([*maps, _identity(len(shape))])}],"
            f" iterator_types = [{kinds}]}} ins({names} : {types}) outs(%empty{made[1:]} : {_type(shape)}) {{"
        )
        self.lines.append(f"^bb0({arguments}%out: f64):")
        last = "%a0"
        for place in range(len(operands)):
            operation = self.random.choice(["addf", "subf", "mulf", "maximumf"])
            other = self.random.choice([f"%a{place}", "%scalar"])
            self.lines.append(f"%b{place} = arith.{operation} {last}, {other} : f64")
            last = f"%b{place}"
        self.lines.append(f"linalg.yield {last} : f64\n}} -> {_type(shape)}")


def _type(shape: Shape) -> str:
    return f"tensor<{'x'.join(map(str, shape))}xf64>"


def _identity(rank: int) -> str:
    names = ", ".join(f"d{axis}" for axis in range(rank))
    return f"affine_map<({names}) -> ({names})>"
