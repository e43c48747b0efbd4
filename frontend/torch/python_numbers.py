"""Python numbers read from tensors, prepared for the import."""

import torch
from torch.export import ExportedProgram

aten = torch.ops.aten


def prepare_numbers(program: ExportedProgram) -> None:
    """Drop the exporter's checks of numbers, and give conversions of numbers the form the importer knows.

    The program must be our own, after decomposition: its graph changes.
    """
    graph = program.graph
    for node in list(graph.nodes):
        if node.target is aten._assert_scalar.default:
            graph.erase_node(node)
        elif node.target is aten._local_scalar_dense.default and isinstance(node.meta["val"], torch.SymBool):
            node.target = aten.Bool.Tensor
        elif node.target is torch.sym_float:
            node.target = aten.Float.Scalar
    for node in reversed(list(graph.nodes)):
        if _is_unused_number(node):
            graph.erase_node(node)
    program.graph_module.recompile()


def _is_unused_number(node: torch.fx.Node) -> bool:
    kinds = torch.SymInt | torch.SymFloat | torch.SymBool
    return node.op == "call_function" and not node.users and isinstance(node.meta.get("val"), kinds)
