"""How operations on complex tensors act on the real and the imaginary parts, one at a time."""

from collections.abc import Callable, Sequence

from ..dialects.mlir import collect, complex, ir, replace, tensor
from .complex_parts import PARTS, Parts, is_complex_tensor, real_type

Rule = Callable[[ir.Operation, Parts], bool]


def _move_each(operation: ir.Operation, parts: Parts) -> bool:
    """Do to each part what the operation does to the whole: it moves elements and computes nothing."""
    parts.set(operation.results[0], [_moved(operation, parts, part) for part in (0, 1)])
    return True


def _moved(operation: ir.Operation, parts: Parts, part: int) -> ir.Value:
    copy = operation.clone()
    for place, value in enumerate(operation.operands):
        if is_complex_tensor(value):
            copy.operands[place] = parts.of(value)[part]
        elif isinstance(value.type, ir.ComplexType):
            copy.operands[place] = PARTS[part](value).result
    for result in copy.results:
        result.set_type(real_type(result))
    for region in copy.regions:
        _retype(region.blocks[0], part)
    return copy.results[0]


def _retype(body: ir.Block, part: int) -> None:
    """Let the body of a transpose, a fill or a padding yield a part of what it yielded."""
    for argument in body.arguments:
        if isinstance(argument.type, ir.ComplexType):
            argument.set_type(argument.type.element_type)
    _yield_part(body, part)


def _yield_part(body: ir.Block, part: int) -> None:
    end = list(body.operations)[-1].operation
    value = end.operands[0]
    if isinstance(value.type, ir.ComplexType):
        with ir.InsertionPoint(end):
            end.operands[0] = PARTS[part](value).result


def _compute_each(operation: ir.Operation, parts: Parts) -> bool:
    """Compute each part of an elementwise operation by itself, from the parts of what it reads where they are known."""
    body = operation.regions[0].blocks[0]
    inputs = operation.attributes["operandSegmentSizes"][0]
    if len(operation.results) != 1 or next(iter(body.arguments[inputs].uses), None) is not None:
        return False
    for extract in collect(operation, "tensor.extract"):
        _extract_each(extract, parts)
    result = operation.results[0]
    if is_complex_tensor(result):
        parts.set(result, [_computed(operation, parts, part) for part in (0, 1)])
    else:
        result.replace_all_uses_with(_computed(operation, parts, None))
    return True


def _extract_each(extract: ir.Operation, parts: Parts) -> None:
    if is_complex_tensor(extract.operands[0]):
        pair, (_, *indices) = parts.of(extract.operands[0]), extract.operands
        with ir.InsertionPoint(extract), extract.location:
            numbers = [tensor.ExtractOp(part, indices).result for part in pair]
            replace(extract, [complex.CreateOp(extract.results[0].type, *numbers).result])


def _extract(operation: ir.Operation, parts: Parts) -> bool:
    """Read a number as two: outside of loops over tensors the host works with it, which knows no complex numbers."""
    _extract_each(operation, parts)
    return False


def _computed(operation: ir.Operation, parts: Parts, part: int | None) -> ir.Value:
    inputs = operation.attributes["operandSegmentSizes"][0]
    operands, maps = [], []
    for place, value in enumerate(operation.operands):
        wanted = [value]
        if is_complex_tensor(value) and place == inputs:
            wanted = [parts.of(value)[part or 0]]
        elif parts.knows(value):
            wanted = list(parts.of(value))
        operands += wanted
        maps += [operation.attributes["indexing_maps"][place]] * len(wanted)
    attributes = {name: operation.attributes[name] for name in operation.attributes}
    attributes["indexing_maps"] = ir.ArrayAttr.get(maps)
    attributes["operandSegmentSizes"] = ir.DenseI32ArrayAttr.get([len(operands) - 1, 1])
    made = ir.Operation.create(
        "linalg.generic", results=[operands[-1].type], operands=operands, attributes=attributes, regions=1
    )
    copy = operation.clone()
    copy.regions[0].blocks[0].append_to(made.regions[0])
    copy.erase()
    body = made.regions[0].blocks[0]
    _pass_parts(body, operands)
    if part is not None:
        _yield_part(body, part)
    return made.results[0]


def _pass_parts(body: ir.Block, operands: Sequence[ir.Value]) -> None:
    """Give the body one argument for each operand; two of them make a complex number that it worked on."""
    old = list(body.arguments)
    new = [
        body.add_argument(ir.RankedTensorType(value.type).element_type, ir.Location.current)
        for value in operands
    ]
    following = iter(new)
    with ir.InsertionPoint.at_block_begin(body):
        for argument in old[:-1]:
            value = next(following)
            if value.type != argument.type:
                value = complex.CreateOp(argument.type, value, next(following)).result
            argument.replace_all_uses_with(value)
    for _ in old:
        body.erase_argument(0)


RULES: dict[str, Rule] = {
    "linalg.broadcast": _move_each,
    "linalg.fill": _move_each,
    "linalg.generic": _compute_each,
    "linalg.transpose": _move_each,
    "tensor.cast": _move_each,
    "tensor.collapse_shape": _move_each,
    "tensor.concat": _move_each,
    "tensor.empty": _move_each,
    "tensor.expand_shape": _move_each,
    "tensor.extract": _extract,
    "tensor.extract_slice": _move_each,
    "tensor.insert_slice": _move_each,
    "tensor.pad": _move_each,
}
"""A rule puts the parts of the result beside the operation; False when it leaves the operation as it is."""
