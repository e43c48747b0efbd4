"""The border to IREE: turns what is left of `hpc` into IREE's own terms, inside IREE's MLIR.

Runs in the worker process only. What IREE cannot read is refused here, because it crashes on it.
"""

from collections.abc import Iterator

from iree.compiler import ir

from .kernels import LAUNCH, cross_launches, kernels
from .launch_plan import MAXIMUM_TENSORS, plan_launch
from .updates import INSERT, keep_apart

PARAMETER = "hpc.parameter"
OUTPUT = "hpc.output"
WORKSPACE = "hpc.workspace"
SCOPE = "model"
SCATTER = "tm_tensor.scatter"
VIEWS = ("tensor.extract_slice", "tensor.expand_shape", "tensor.collapse_shape", "tensor.cast")


class CrossingError(Exception):
    """An operation may not cross to IREE; `location` is the operation's."""

    def __init__(self, message: str, location: ir.Location) -> None:
        super().__init__(message)
        self.location = location


def cross(module: ir.Module) -> None:
    """Rewrite `module` in place: parameters become globals, launches dispatches, `hpc.output` `iree.abi.output`.

    Raises `CrossingError` when an operation or a type is left that IREE does not know.
    """
    with module.context as context:
        for dialect in ("util", "flow", "hal"):
            context.dialects[dialect]  # loads it: an operation made before that is a stranger
        symbols: dict[str, str] = {}
        for op in [op for op in operations(module.operation) if op.name == PARAMETER]:
            _parameter_to_global(module, op, symbols)
        for op in [op for op in operations(module.operation) if op.name == SCATTER]:
            _keep_apart(op)
        for op in [op for op in operations(module.operation) if op.name == INSERT]:
            keep_apart(op)
        for kernel in kernels(module):
            _refuse_calls(kernel)
        for op in operations(module.operation):
            if op.name == LAUNCH:
                _refuse_large(op)
        cross_launches(module)
        for op in operations(module.operation):
            _refuse_unknown(op)
            _translate_attributes(op)


def _keep_apart(scatter: ir.Operation) -> None:
    """Keep a scatter from reading its updates out of the array it is writing.

    IREE updates in place and takes a slice of the same array for a view of the old values, which are gone by then:
    wrong numbers, silently (3.13). Delete this when `x.index_add(0, i, x[:3])` is right without it.
    """
    updates, original = scatter.operands[0], scatter.operands[2]
    if _viewed(updates) != _viewed(original):
        return
    with ir.InsertionPoint(scatter), scatter.location:
        barrier = ir.Operation.create("util.optimization_barrier", results=[updates.type], operands=[updates])
    scatter.operands[0] = barrier.results[0]


def _viewed(value: ir.Value) -> ir.Value:
    """Follow a value through views to the array it looks at."""
    while isinstance(value.owner, ir.Operation | ir.OpView) and value.owner.operation.name in VIEWS:
        value = value.owner.operation.operands[0]
    return value


def operations(root: ir.Operation) -> Iterator[ir.Operation]:
    """Yield every operation nested in `root`, outermost first."""
    pending = [root]
    while pending:
        op = pending.pop()
        yield op
        inner = [child.operation for region in op.regions for block in region for child in block]
        pending.extend(reversed(inner))


def _parameter_to_global(module: ir.Module, op: ir.Operation, symbols: dict[str, str]) -> None:
    """Replace one `hpc.parameter` by a load of a global that the runtime fills by key."""
    if "key" not in op.attributes or len(op.results) != 1:
        raise CrossingError(f"malformed '{PARAMETER}' op: expected a key and one result", op.location)
    key = ir.StringAttr(op.attributes["key"]).value
    kind = op.results[0].type
    symbol = _symbol(key, str(kind), symbols)
    if symbol not in symbols.values():
        symbols[f"{key}\0{kind}"] = symbol
        ir.Operation.create(
            "util.global",
            attributes={
                "sym_name": ir.StringAttr.get(symbol),
                "sym_visibility": ir.StringAttr.get("private"),
                "type": ir.TypeAttr.get(kind),
                "initial_value": _named_parameter(key, kind),
            },
            loc=op.location,
            ip=ir.InsertionPoint.at_block_begin(module.body),
        )
    load = ir.Operation.create(
        "util.global.load",
        results=[kind],
        attributes={"global": ir.FlatSymbolRefAttr.get(symbol)},
        loc=op.location,
        ip=ir.InsertionPoint(op),
    )
    op.results[0].replace_all_uses_with(load.results[0])
    op.erase()


def _symbol(key: str, kind: str, symbols: dict[str, str]) -> str:
    """Name the global of a parameter: one per key and type."""
    known = symbols.get(f"{key}\0{kind}")
    if known:
        return known
    name = f"__parameter.{key}"
    while name in symbols.values():
        name += "'"
    return name


def _named_parameter(key: str, kind: ir.Type) -> ir.Attribute:
    return ir.Attribute.parse(f"#flow.parameter.named<{_quoted(SCOPE)}::{_quoted(key)}> : {kind}")


def _quoted(text: str) -> str:
    """Write `text` as an MLIR string literal."""
    plain = set(range(0x20, 0x7F)) - {ord('"'), ord("\\")}
    return '"' + "".join(chr(b) if b in plain else f"\\{b:02X}" for b in text.encode()) + '"'


def _refuse_unknown(op: ir.Operation) -> None:
    if not op.context.is_registered_operation(op.name):
        raise CrossingError(f"operation '{op.name}' has no lowering to IREE", op.location)
    values = [*op.operands, *op.results]
    values += [argument for region in op.regions for block in region for argument in block.arguments]
    for value in values:
        if isinstance(value.type, ir.OpaqueType):
            raise CrossingError(f"type '{value.type}' has no lowering to IREE", op.location)


def _refuse_calls(kernel: ir.Operation) -> None:
    """Refuse a kernel that calls: it is alone in its executable."""
    for op in operations(kernel):
        if op.name == "func.call":
            raise CrossingError("a kernel cannot call a function", op.location)


def _refuse_large(launch: ir.Operation) -> None:
    count = plan_launch(launch).bindings
    if count > MAXIMUM_TENSORS:
        message = f"{count} tensors are more than the {MAXIMUM_TENSORS} that a launch may take"
        raise CrossingError(message, launch.location)


def _translate_attributes(op: ir.Operation) -> None:
    """Translate `hpc.output` and drop the other attributes of `hpc`, on the op and on its arguments."""
    for name in [name for name in _names(op.attributes) if name.startswith("hpc.")]:
        del op.attributes[name]
    for key in ("arg_attrs", "res_attrs"):
        if key in op.attributes:
            rows = [_translated(row) for row in ir.ArrayAttr(op.attributes[key])]
            op.attributes[key] = ir.ArrayAttr.get(rows)


def _translated(row: ir.Attribute) -> ir.DictAttr:
    old = ir.DictAttr(row)
    new = {name: old[name] for name in _names(old) if not name.startswith("hpc.")}
    if OUTPUT in old:
        new["iree.abi.output"] = old[OUTPUT]
    if WORKSPACE in old:
        new["iree.abi.consume"] = ir.UnitAttr.get()
    return ir.DictAttr.get(new)


def _names(attributes: ir.OpAttributeMap | ir.DictAttr) -> list[str]:
    return [entry if isinstance(entry, str) else entry.name for entry in attributes]
