"""Which operators are taken apart before the import, and how."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch.export import ExportedProgram
from torch_mlir.extras.fx_decomp_util import get_decomposition_table

from .attention import decompose_attention
from .complex_numbers import complex_rules
from .decompose_arithmetic import arithmetic_rules
from .decompose_floats import float_rules
from .decompose_pooling import pooling_rules
from .decompose_random import random_rules
from .decompose_selection import selection_rules
from .prims_views import aten_views
from .python_numbers import prepare_numbers

aten = torch.ops.aten


def decomposition_table() -> dict[Any, Callable[..., Any]]:
    """Map operators to their decompositions: torch-mlir's table, ours, and transforms to primitives."""
    table = dict(get_decomposition_table())
    composites = torch.export.default_decompositions()
    for operator, rule in composites.items():
        if operator.name().startswith("aten::fft_"):
            table[operator] = rule
    table[aten.full.default] = _full
    table[aten.zeros.default] = _zeros
    for rules in (arithmetic_rules(), pooling_rules(), random_rules(), selection_rules()):
        table |= rules
    table.pop(aten._unsafe_index_put.default, None)
    table |= float_rules(table)
    table |= complex_rules(table)
    table[aten.scaled_dot_product_attention.default] = decompose_attention
    return table


def _full(size: Sequence[int], value: complex, *, dtype: torch.dtype | None = None, **layout: Any) -> Any:
    """Fill a complex tensor through its real and imaginary parts: torch-mlir's own rule gives complex<f64>."""
    if dtype is None or not dtype.is_complex:
        return NotImplemented
    part, number = dtype.to_real(), complex(value)
    return torch.complex(torch.full(size, number.real, dtype=part), torch.full(size, number.imag, dtype=part))


def _zeros(size: Sequence[int], *, dtype: torch.dtype | None = None, **layout: Any) -> Any:
    return _full(size, 0, dtype=dtype)


def decompose(program: ExportedProgram) -> ExportedProgram:
    """Take an exported program apart into operators that have a lowering."""
    with aten_views(program):
        parts = program.run_decompositions(decomposition_table())
    prepare_numbers(parts)
    for node in parts.graph.nodes:
        if node.target is aten._unsafe_index_put.default:
            node.target = aten.index_put.default  # the rule for writes is done
    return parts
