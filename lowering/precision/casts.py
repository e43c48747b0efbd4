"""Merging casts: rounding moves to where values are made, extension into the operations that read them."""

from collections.abc import Callable

from ...dialects.mlir import arith, collect, erase, ir, linalg, replace, run_passes
from .formats import Formats, cast, element_of, folded, retyped, width_of
from .kinds import inputs_of, is_movement, kind_of
from .rewrite import rewrite

_CASTS = ("arith.extf", "arith.truncf")
_OF_MORE = ("tensor.concat", "tensor.insert_slice", "tensor.pad")
"""Movements of more than one tensor, or of a tensor and a number."""


def merge_casts(module: ir.Module) -> None:
    """Merge the casts of tensors until none can move; no value is rounded more or less often than before.

    A rounding of an extended value is that value. A rounding of moved values becomes a movement of rounded ones, and
    of a parameter a narrower parameter, when nothing reads them unrounded. An extension is done inside its readers.
    """
    run_passes(module, "canonicalize,cse")
    with module.context:
        while sum([_step(found) for found in _tensor_casts(module)]):
            run_passes(module, "cse")
        _narrow_parameters(module)
    run_passes(module, "canonicalize,cse")


def _tensor_casts(module: ir.Module) -> list[ir.Operation]:
    return [
        found for found in collect(module, _CASTS) if isinstance(found.results[0].type, ir.RankedTensorType)
    ]


def _step(found: ir.Operation) -> bool:
    source, result = found.operands[0], found.results[0]
    for use in [use for use in result.uses if use.owner.operation.name == "tensor.dim"]:
        use.owner.operation.operands[use.operand_number] = source
    if next(iter(result.uses), None) is None:
        erase(found)
        return True
    if found.name == "arith.extf":
        return _extend_inside(found) or _extend_after(found)
    maker = None if isinstance(source.owner, ir.Block) else source.owner.operation
    if maker is None:
        return False
    if maker.name == "arith.extf":
        return _cancel(found, maker)
    if is_movement(maker):
        return _round_before(found, maker)
    return _round_made(found, maker)


def _extend_inside(extension: ir.Operation) -> bool:
    """Let linalg operations read the narrow value and extend its elements."""
    uses = [(use.owner.operation, use.operand_number) for use in extension.results[0].uses]
    readers = [(reader, place) for reader, place in uses if _can_extend(reader, place)]
    for reader, place in readers:
        body = reader.regions[0].blocks[0]
        argument = body.arguments[place]
        wide = argument.type
        reader.operands[place] = extension.operands[0]
        argument.set_type(element_of(extension.operands[0].type))
        with ir.InsertionPoint.at_block_begin(body), reader.location:
            extended = arith.ExtFOp(wide, argument)
        argument.replace_all_uses_except(extended.result, extended.operation)
    return bool(readers)


def _can_extend(reader: ir.Operation, place: int) -> bool:
    is_linalg = reader.name == "linalg.generic" or kind_of(reader) is not None
    return is_linalg and not is_movement(reader) and place < len(inputs_of(reader))


def _extend_after(extension: ir.Operation) -> bool:
    """Move narrow values, and extend them afterwards."""
    element = element_of(extension.operands[0].type)
    uses = [(use.owner.operation, use.operand_number) for use in extension.results[0].uses]
    movements = [
        user for user, place in uses if is_movement(user) and user.name not in _OF_MORE and place == 0
    ]
    for movement in movements:
        _move(movement, str(element))
    return bool(movements)


def _cancel(rounding: ir.Operation, extension: ir.Operation) -> bool:
    """Replace truncf(extf(x)): extension is exact, so that one cast is left, or none."""
    value, element = extension.operands[0], element_of(rounding.results[0].type)
    given = element_of(value.type)
    if given != element and width_of(given) == width_of(element):
        return False  # between the two formats of 16 bits the way leads through f32
    with ir.InsertionPoint(rounding), rounding.location:
        replace(rounding, [cast(value, element)])
    return True


def _round_before(rounding: ir.Operation, movement: ir.Operation) -> bool:
    """Round what is moved, when every reader of the movement rounds alike."""
    kinds = {
        use.owner.operation.results[0].type if use.owner.operation.name == "arith.truncf" else None
        for use in movement.results[0].uses
        if use.owner.operation.name != "tensor.dim"
    }
    if kinds != {rounding.results[0].type}:
        return False
    _move(movement, str(element_of(rounding.results[0].type)))
    return True


def _move(movement: ir.Operation, element: str) -> None:
    """Replace a movement by one of rounded values, extended afterwards."""
    if movement.name.startswith("linalg."):
        rewrite(movement, Formats(element, element, element))
        return
    narrow, wide = ir.Type.parse(element), element_of(movement.results[0].type)
    with ir.InsertionPoint(movement), movement.location:
        made = ir.Operation.create(
            movement.name,
            results=[retyped(movement.results[0].type, narrow)],
            operands=[cast(value, narrow) if width_of(value.type) else value for value in movement.operands],
            attributes={name: movement.attributes[name] for name in movement.attributes},
            regions=len(movement.regions),
        )
        if len(movement.regions):
            movement.regions[0].blocks[0].append_to(made.regions[0])
            _round_padding(made, narrow)
        replace(movement, [cast(made.results[0], wide)])


def _round_padding(pad: ir.Operation, element: ir.Type) -> None:
    end = list(pad.regions[0].blocks[0].operations)[-1].operation
    with ir.InsertionPoint(end), pad.location:
        end.operands[0] = cast(end.operands[0], element)


def _round_made(rounding: ir.Operation, maker: ir.Operation) -> bool:
    """Make values narrow at once: constants, one value everywhere, no values yet."""
    if maker.name not in _MAKERS:
        return False
    with ir.InsertionPoint(rounding), rounding.location:
        made = _MAKERS[maker.name](maker, rounding.results[0].type)
    if made is None:
        return False
    replace(rounding, [made])
    return True


def _fill(maker: ir.Operation, kind: ir.Type) -> ir.Value:
    number, initial = maker.operands
    return linalg.fill(cast(number, element_of(kind)), outs=[cast(initial, element_of(kind))])


def _empty(maker: ir.Operation, kind: ir.Type) -> ir.Value:
    return ir.Operation.create("tensor.empty", results=[kind], operands=list(maker.operands)).results[0]


_MAKERS: dict[str, Callable[[ir.Operation, ir.Type], ir.Value | None]] = {
    "arith.constant": lambda maker, kind: folded(maker.results[0], kind),
    "linalg.fill": _fill,
    "tensor.empty": _empty,
}
"""How to make the values of an operation in another format, where a rounding of them stands."""


def _narrow_parameters(module: ir.Module) -> None:
    """Store a weight in the format that all of its readers round it to; other weights stay as they are."""
    by_key: dict[str, list[ir.Operation]] = {}
    for found in collect(module, "hpc.parameter"):
        by_key.setdefault(found.attributes["key"].value, []).append(found)
    for parameters in by_key.values():
        uses = [use.owner.operation for found in parameters for use in found.results[0].uses]
        kinds = {use.results[0].type for use in uses if use.name == "arith.truncf"}
        if len(kinds) == 1 and all(use.name == "arith.truncf" for use in uses):
            for found in parameters:
                _narrow_parameter(found, *kinds)


def _narrow_parameter(parameter: ir.Operation, kind: ir.Type) -> None:
    with ir.InsertionPoint(parameter), parameter.location:
        attributes = {name: parameter.attributes[name] for name in parameter.attributes}
        made = ir.Operation.create("hpc.parameter", results=[kind], attributes=attributes)
    for use in [use.owner.operation for use in parameter.results[0].uses]:
        replace(use, [made.results[0]])
    erase(parameter)
