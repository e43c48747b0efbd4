"""torch-mlir's importer of FX graphs: what a subclass may use of it."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

from ..ir import Block, Context, InsertionPoint, Location, Module, Operation, Type, Value

class FxImporterHooks:
    def prepare_module(self, module_op: Operation) -> None: ...
    def resolve_literal(self, gni: GraphNodeImporter, literal: Any, info: Any) -> Value | None: ...
    def resolve_input(self, gni: GraphNodeImporter, value: Any, info: Any) -> Value | None: ...

class ContextCache:
    _c: Context
    def __init__(self, context: Context, *, py_attr_tracker: Any = None) -> None: ...
    def get_vtensor_type(
        self,
        shape: Sequence[Any],
        dtype: torch.dtype,
        *,
        val: torch.Tensor | None = None,
        sparsity: Any = None,
        mutable: bool = False,
    ) -> Type: ...
    def get_node_location(self, node: Any) -> Location: ...

class FxImporter:
    _hooks: Any
    _c: Context
    _cc: ContextCache
    _m_ip: InsertionPoint
    def __init__(
        self,
        *,
        module: Module | None = None,
        context: Context | None = None,
        config_check: bool = True,
        py_attr_tracker: Any = None,
        hooks: FxImporterHooks | None = None,
        graph_node_importer_cls: type[GraphNodeImporter] | None = None,
    ) -> None: ...
    @property
    def module(self) -> Module: ...
    @property
    def module_op(self) -> Operation: ...
    def import_program(self, prog: Any, **options: Any) -> Operation: ...
    def _import_all_child_modules(self, module: Any, func_name: str, import_symbolic: bool) -> None: ...

class GraphNodeImporter:
    _b: Block
    _c: Context
    _cc: ContextCache
    _multi_result_nodes: set[Any]
    fx_importer: FxImporter
    def __init__(
        self, fx_importer: FxImporter, context: Context, context_cache: ContextCache, block: Block
    ) -> None: ...
    def bind_node_value(
        self, node: Any, value: Value | Callable[[], Value], result_index: int = 0
    ) -> None: ...
    def resolve_node_value(self, node: Any, result_index: int = 0) -> Value: ...
    def import_nodes(
        self,
        nodes: Any,
        *,
        skip_placeholders_outputs: bool = False,
        import_symbolic_shape_expressions: bool = False,
    ) -> None: ...
    def import_constant(self, loc: Location, node: Any, constant: Any) -> Value: ...
    def return_node_values(self, loc: Location, nodes: list[Any], constants: dict[int, Any]) -> None: ...
    def _import_torch_op_overload(self, loc: Location, node: Any, concrete_target: Any = None) -> None: ...
    def _import_literal(self, py_value: Any, info: Any = None) -> Value: ...
