"""The parts of complex tensors, as tensors."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...dialects.mlir import complex, ir
from .emitter import current_trace
from .scalar import Size
from .shapes import type_of
from .structured import generic, identity


def part_of(value: ir.Value, is_imaginary: bool, shape: Sequence[Size], dtype: np.dtype[Any]) -> ir.Value:
    """Give the real or the imaginary part."""
    take = complex.ImOp if is_imaginary else complex.ReOp
    element = current_trace().element_type(dtype)
    return generic(lambda x: take(x).result, [value], [identity(len(shape))], shape, element)


def with_part(value: ir.Value, part: ir.Value, is_imaginary: bool, shape: Sequence[Size]) -> ir.Value:
    """Give the numbers with one part replaced."""
    element = type_of(value).element_type

    def body(old: ir.Value, new: ir.Value) -> ir.Value:
        kept = (complex.ReOp if is_imaginary else complex.ImOp)(old).result
        return complex.CreateOp(element, *((kept, new) if is_imaginary else (new, kept))).result

    access = identity(len(shape))
    return generic(body, [value, part], [access, access], shape, element)
