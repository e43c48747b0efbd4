"""Which scalar operations make up each ufunc: a table from the ufunc to a maker of bodies, given the loop's dtypes."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ...dialects.mlir import arith, ir
from .elements import is_float, is_unsigned

Body = Callable[..., ir.Value]
Maker = Callable[..., Body]


def _arithmetic(on_floats: Any, on_integers: Any) -> Maker:
    def make(dtype: np.dtype[Any], *_: Any) -> Body:
        return lambda x, y: (on_floats if is_float(dtype) else on_integers)(x, y).result

    return make


def _comparison(on_floats: Any, signed: Any, unsigned: Any) -> Maker:
    def make(dtype: np.dtype[Any], *_: Any) -> Body:
        if is_float(dtype):
            return lambda x, y: arith.CmpFOp(on_floats, x, y).result
        return lambda x, y: arith.CmpIOp(unsigned if is_unsigned(dtype) else signed, x, y).result

    return make


_F, _I = arith.CmpFPredicate, arith.CmpIPredicate

BODIES: dict[np.ufunc, Maker] = {
    np.add: _arithmetic(arith.AddFOp, arith.AddIOp),
    np.subtract: _arithmetic(arith.SubFOp, arith.SubIOp),
    np.multiply: _arithmetic(arith.MulFOp, arith.MulIOp),
    np.true_divide: _arithmetic(arith.DivFOp, None),
    np.less: _comparison(_F.OLT, _I.slt, _I.ult),
    np.less_equal: _comparison(_F.OLE, _I.sle, _I.ule),
    np.greater: _comparison(_F.OGT, _I.sgt, _I.ugt),
    np.greater_equal: _comparison(_F.OGE, _I.sge, _I.uge),
    np.equal: _comparison(_F.OEQ, _I.eq, _I.eq),
    np.not_equal: _comparison(_F.UNE, _I.ne, _I.ne),
}
