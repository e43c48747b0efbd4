"""From a captured module to its graph: a node per line or layer, clusters for loops, branches and functions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from isthmus.graph import Graph, GraphCluster, GraphNode
from isthmus.signature import Signature, TensorType

from ...dialects.mlir import collect, ir
from .kinds import kind_of
from .origins import Origin, origin_of
from .prune import without_small_clusters
from .runs import Runs
from .shapes import shape_of

_SILENT = ("arith.constant", "complex.constant", "hpc.parameter", "tensor.dim", "tensor.empty")
"""Operations that belong to no line, and whose readers read nothing of others."""

_TRANSPARENT = (
    *(*_SILENT, "arith.index_cast", "tensor.cast"),
    *("tensor.collapse_shape", "tensor.expand_shape", "tensor.extract_slice"),
)
"""Operations that are no work of their own: who reads them reads what they read."""

_CONTROL = ("scf.for", "scf.while", "scf.if", "scf.execute_region", "func.call")


def describe_graph(module: ir.Module, signature: Signature, function: str = "") -> Graph:
    """Describe `@main`: what it computes in the user's words, with the names of the signature at both ends.

    `function` is the name of the function that was captured; what others compute is put into clusters.
    """
    functions = {
        ir.StringAttr(found.attributes["sym_name"]).value: found for found in collect(module, "func.func")
    }
    described = _Description(functions)
    block = functions["main"].regions[0].blocks[0]
    for value, kind in zip(block.arguments, (*signature.inputs, *signature.state), strict=False):
        described.makers[value] = (described.node(_end(kind, "input")),)
    returned = described.block(block, None, (function,))
    for values, kind in zip(returned, (*signature.outputs, *signature.state), strict=False):
        described.connect(values, described.node(_end(kind, "output")))
    return described.graph()


def _end(kind: TensorType, role: str) -> GraphNode:
    sizes = ",".join(map(str, kind.shape))
    return GraphNode(kind.name, role, f"{kind.dtype}[{sizes}]" if sizes else kind.dtype)


@dataclass
class _Description:
    """Hold the graph under construction; `makers` maps values to the nodes that made them."""

    functions: dict[str, ir.Operation]
    nodes: list[GraphNode] = field(default_factory=list)
    clusters: list[GraphCluster] = field(default_factory=list)
    edges: dict[tuple[int, int], None] = field(default_factory=dict)
    makers: dict[ir.Value, tuple[int, ...]] = field(default_factory=dict)

    def graph(self) -> Graph:
        """Give what has been described."""
        return without_small_clusters(Graph(tuple(self.nodes), tuple(self.clusters), tuple(self.edges)))

    def node(self, node: GraphNode) -> int:
        """Add a node."""
        self.nodes.append(node)
        return len(self.nodes) - 1

    def cluster(self, title: str, kind: str, place: str, parent: int | None) -> int:
        """Add a cluster."""
        self.clusters.append(GraphCluster(title, kind, place, parent))
        return len(self.clusters) - 1

    def connect(self, sources: Iterable[int], target: int) -> None:
        """Add edges to a node."""
        self.edges.update(dict.fromkeys((source, target) for source in sources if source != target))

    def made_by(self, values: Iterable[ir.Value]) -> tuple[int, ...]:
        """List the nodes that values come from."""
        return tuple(dict.fromkeys(node for value in values for node in self.makers.get(value, ())))

    def block(self, block: ir.Block, cluster: int | None, path: Sequence[str]) -> list[tuple[int, ...]]:
        """Describe a block inside a cluster, of a function or layer `path`; gives who made what it ends with."""
        *inner, end = [entry.operation for entry in block.operations]
        inner = [operation for operation in inner if operation.name not in _SILENT]
        origins = [origin_of(operation) for operation in inner]
        runs = Runs(self.cluster, cluster, tuple(path), [origin.path for origin in origins])
        work: list[ir.Operation] = []
        last = Origin()
        for number, (operation, origin) in enumerate(zip(inner, origins, strict=True)):
            runs.position = number
            is_control = operation.name in _CONTROL
            if is_control or (origin.key is not None and work and origin.key != last.key):
                self._line(work, last, runs)
                work = []
            if is_control:
                self._control(operation, origin, runs)
                continue
            work.append(operation)
            last = origin if origin.key is not None else last
        self._line(work, last, runs)
        return [self.makers.get(value, ()) for value in end.operands]

    def _line(self, work: Sequence[ir.Operation], origin: Origin, runs: Runs) -> None:
        """Make a node of the operations of one line, unless nothing is computed there."""
        if not work:
            return
        inside: set[ir.Value] = {result for operation in work for result in operation.results}
        made = self.made_by(_read(work, inside))
        real = [operation for operation in work if operation.name not in _TRANSPARENT]
        if not real or origin.key is None or all(operation.name == "tensor.extract" for operation in real):
            for operation in work:
                values = self.made_by(_read([operation], set()))
                self.makers.update(dict.fromkeys(operation.results, values))
            return
        names = tuple(dict.fromkeys(name for found in real if (name := origin_of(found).operator)))
        title = _title(origin, names)
        kind = kind_of(work, origin)
        node = GraphNode(title, kind, shape_of(real), origin.place, names, runs.enter(origin))
        number = self.node(node)
        self.connect(made, number)
        self.makers.update(dict.fromkeys(inside, (number,)))

    def _control(self, operation: ir.Operation, origin: Origin, runs: Runs) -> None:
        cluster = runs.enter(origin)
        path = (origin.path,) if origin.path else runs.path
        if operation.name == "func.call":
            self._call(operation, origin, cluster)
        elif operation.name == "scf.for":
            self._for(
                operation, self.cluster(_loop_title(operation, origin), "loop", origin.place, cluster), path
            )
        elif operation.name == "scf.while":
            self._while(
                operation, self.cluster(origin.source or "while", "loop", origin.place, cluster), path
            )
        else:
            self._branches(operation, origin, cluster, path)

    def _for(self, operation: ir.Operation, cluster: int, path: Sequence[str]) -> None:
        block = operation.regions[0].blocks[0]
        self._pass(list(operation.operands)[3:], list(block.arguments)[1:])
        made = self.block(block, cluster, path)
        self.makers.update(zip(operation.results, made, strict=True))

    def _while(self, operation: ir.Operation, cluster: int, path: Sequence[str]) -> None:
        before, after = (region.blocks[0] for region in operation.regions)
        self._pass(operation.operands, before.arguments)
        _, *forwarded = self.block(before, cluster, path)
        self.makers.update(zip(after.arguments, forwarded, strict=True))
        again = dict(zip(before.arguments, self.block(after, cluster, path), strict=True))
        passed = list(list(before.operations)[-1].operation.operands)[1:]
        for result, value, made in zip(operation.results, passed, forwarded, strict=True):
            self.makers[result] = again.get(value, made)

    def _branches(
        self, operation: ir.Operation, origin: Origin, outer: int | None, path: Sequence[str]
    ) -> None:
        first = len(self.nodes)
        ends: list[list[tuple[int, ...]]] = []
        for region, word in zip(operation.regions, ("", "else: "), strict=False):
            if len(region.blocks) and len(region.blocks[0].operations) > 1:
                title = word + (origin.source or "if")
                cluster = self.cluster(title, "branch", origin.place, outer)
                ends.append(self.block(region.blocks[0], cluster, path))
            elif len(region.blocks):
                ends.append(self.block(region.blocks[0], outer, path))
        inside = {target for source, target in self.edges if source >= first}
        for number in range(first, len(self.nodes)):
            if number not in inside:
                self.connect(self.made_by(operation.operands), number)
        for result, made in zip(operation.results, zip(*ends, strict=True), strict=True):
            self.makers[result] = tuple(dict.fromkeys(node for nodes in made for node in nodes))

    def _call(self, operation: ir.Operation, origin: Origin, outer: int | None) -> None:
        name = ir.FlatSymbolRefAttr(operation.attributes["callee"]).value
        blocks = self.functions[name].regions[0].blocks
        if not len(blocks):  # declared alone
            self.makers.update(dict.fromkeys(operation.results, self.made_by(operation.operands)))
            return
        block = blocks[0]
        self._pass(operation.operands, block.arguments)
        cluster = self.cluster(name, "network", origin.place, outer)
        self.makers.update(zip(operation.results, self.block(block, cluster, ()), strict=True))

    def _pass(self, given: Iterable[ir.Value], taken: Iterable[ir.Value]) -> None:
        for value, argument in zip(given, taken, strict=True):
            self.makers[argument] = self.makers.get(value, ())


def _read(work: Sequence[ir.Operation], inside: set[ir.Value]) -> list[ir.Value]:
    """List what operations, their regions included, read from outside of them."""
    found: list[ir.Value] = []
    for operation in work:
        found += [value for value in _inputs(operation) if value not in inside]
        if len(operation.regions):
            found += [value for inner in collect(operation, lambda _: True) for value in inner.operands]
    return found


def _inputs(operation: ir.Operation) -> list[ir.Value]:
    """List the operands of an operation, without the zeros that it starts to add to."""
    operands = list(operation.operands)
    if not operation.name.startswith("linalg.") or "operandSegmentSizes" not in operation.attributes:
        return operands
    count = operation.attributes["operandSegmentSizes"][0]
    return [value for place, value in enumerate(operands) if place < count or not _is_filled(value)]


def _is_filled(value: ir.Value) -> bool:
    return not isinstance(value.owner, ir.Block) and value.owner.operation.name == "linalg.fill"


def _title(origin: Origin, names: Sequence[str]) -> str:
    """Name a layer by its path and class, other work of a network by its operators, a line by its text."""
    if origin.layer:
        return f"{origin.path}: {origin.layer}"
    said = ", ".join(names)
    if origin.is_network:
        return f"{origin.path}: {said}" if origin.path else said
    return origin.source or said


def _loop_title(operation: ir.Operation, origin: Origin) -> str:
    title = origin.source or "for"
    bounds = [_number(value) for value in list(operation.operands)[:3]]
    if None in bounds:
        return title
    low, high, step = (bound for bound in bounds if bound is not None)
    return f"{title} ({len(range(low, high, step))} times)"


def _number(value: ir.Value) -> int | None:
    owner = value.owner
    if isinstance(owner, ir.Block) or owner.operation.name != "arith.constant":
        return None
    return int(owner.operation.attributes["value"].value)
