"""Loops of our own inside a function's implementation: arrays in, arrays out, one `scf.for`."""

from collections.abc import Callable, Sequence
from typing import Any

from ....dialects.mlir import ir, scf
from ..array import Array
from ..emitter import index
from ..scalar import Scalar, Size, index_value


def loop(count: Size, state: Sequence[Array], body: Callable[..., Sequence[Any]]) -> list[Array]:
    """Carry arrays through `count` steps: `body(step, *arrays)` gives their next contents, of the same types."""
    made = scf.ForOp(index(0), index_value(count), index(1), [one.tensor() for one in state])
    with ir.InsertionPoint(made.body):
        step = Scalar.of_index(made.induction_variable, 0, count - 1)
        arrays = _wrapped(made.inner_iter_args, state)
        scf.YieldOp(
            [
                one.astype(like.dtype, copy=False).tensor()
                for one, like in zip(body(step, *arrays), state, strict=True)
            ]
        )
    return _wrapped(made.results, state)


def _wrapped(values: Any, like: Sequence[Array]) -> list[Array]:
    return [Array.of(value, one.dtype, one.shape) for value, one in zip(values, like, strict=True)]
