"""Building an operation again in other formats."""

from ...dialects.mlir import ir, replace
from .formats import ATTRIBUTE, Formats, cast, element_of, narrow, narrowed


def rewrite(operation: ir.Operation, formats: Formats) -> None:
    """Replace a linalg operation by one in `formats`, with casts around it: its readers see the old type."""
    wide = element_of(operation.results[0].type)
    count = len(operation.results)
    with ir.InsertionPoint(operation), operation.location:
        inputs = [narrow(value, formats.operands) for value in list(operation.operands)[:-count]]
        initial = [narrow(value, formats.results) for value in list(operation.operands)[-count:]]
        made = ir.Operation.create(
            operation.name,
            results=[narrowed(result.type, formats.results) for result in operation.results],
            operands=[*inputs, *initial],
            attributes={
                name: operation.attributes[name] for name in operation.attributes if name != ATTRIBUTE
            },
            regions=1,
        )
        made.regions[0].blocks.append(*[element_of(value.type) for value in (*inputs, *initial)])
        _Body(operation, made, formats).copy()
        replace(operation, [cast(made.results[0], wide)])


class _Body:
    """Copy a body of scalar operations, computing in the format of the arithmetic."""

    def __init__(self, old: ir.Operation, new: ir.Operation, formats: Formats) -> None:
        self._old, self._new, self._formats = old, new, formats
        self._source, self._target = old.regions[0].blocks[0], new.regions[0].blocks[0]
        self._values: dict[ir.Value, ir.Value] = {}

    def copy(self) -> None:
        with ir.InsertionPoint(self._target):
            for old, new in zip(self._source.arguments, self._target.arguments, strict=True):
                if next(iter(old.uses), None) is not None:
                    self._values[old] = cast(new, element_of(narrowed(old.type, self._formats.arithmetic)))
            for inner in self._source.operations:
                with inner.location:
                    self._copy(inner.operation)

    def _copy(self, inner: ir.Operation) -> None:
        if inner.name == "linalg.yield":
            values = [self._value(value) for value in inner.operands]
            wanted = [element_of(result.type) for result in self._new.results]
            operands = [cast(value, element) for value, element in zip(values, wanted, strict=True)]
            ir.Operation.create(inner.name, operands=operands)
        elif inner.name in ("arith.extf", "arith.truncf"):
            element = narrowed(inner.results[0].type, self._formats.arithmetic)
            self._values[inner.results[0]] = cast(self._value(inner.operands[0]), element)
        elif inner.name == "tensor.extract":
            self._values[inner.results[0]] = self._extract(inner)
        elif inner.name == "arith.constant":
            self._values[inner.results[0]] = narrow(inner.clone().results[0], self._formats.arithmetic)
        else:
            self._copy_arithmetic(inner)

    def _copy_arithmetic(self, inner: ir.Operation) -> None:
        made = ir.Operation.create(
            inner.name,
            results=[narrowed(result.type, self._formats.arithmetic) for result in inner.results],
            operands=[self._value(value) for value in inner.operands],
            attributes={name: inner.attributes[name] for name in inner.attributes},
        )
        self._values.update(zip(inner.results, made.results, strict=True))

    def _extract(self, inner: ir.Operation) -> ir.Value:
        table, *places = inner.operands
        with ir.InsertionPoint(self._new):
            table = narrow(table, self._formats.operands)
        element = element_of(table.type)
        operands = [table, *(self._value(place) for place in places)]
        made = ir.Operation.create(inner.name, results=[element], operands=operands)
        return cast(made.results[0], element_of(narrowed(inner.results[0].type, self._formats.arithmetic)))

    def _value(self, value: ir.Value) -> ir.Value:
        """Look up a value; one from outside the body is rounded there when it is a float of a wider format."""
        if value not in self._values:
            self._values[value] = narrow(value, self._formats.arithmetic)
        return self._values[value]
