"""What cannot be captured is refused by name, with the user's line and a way out."""

import re
from typing import Any

import numpy as np
import pytest

from isthmus.dialects.mlir import context
from isthmus.errors import CaptureError
from isthmus.frontend.numpy import capture
from isthmus.frontend.numpy.functions.table import table

_A = np.ones((4, 6))
_UNTYPED: Any = np


def _refused(function: Any, *pieces: str) -> None:
    with pytest.raises(CaptureError) as caught:
        capture(function, (_A,), None, context())
    for piece in (*pieces, "test_checking.py", "note: "):
        assert re.search(piece, str(caught.value)), str(caught.value)


def test_an_unknown_keyword_is_named() -> None:
    _refused(lambda a: _UNTYPED.sum(a, wibble=3), "'numpy.sum' with keyword 'wibble'", "it takes a, axis")


def test_sizes_that_depend_on_data_are_refused() -> None:
    _refused(lambda a: np.nonzero(a), "'numpy.nonzero' gives a result whose size", "numpy.where")
    _refused(lambda a: np.unique(a), "'numpy.unique' gives a result whose size")
    _refused(lambda a: np.bincount(a.astype(int)[0]), "'numpy.bincount'", "minlength=n")


def test_random_numbers_are_refused() -> None:
    _refused(lambda a: a + np.random.rand(6), "'numpy.random.rand' draws", "pass them as an argument")


def test_decompositions_are_refused_with_an_alternative() -> None:
    _refused(lambda a: np.linalg.svd(a), "'numpy.linalg.svd'", "pass the result")
    _refused(lambda a: np.linalg.norm(a, 2), "singular values", "'fro'")


def test_shapes_that_do_not_fit_are_named() -> None:
    with pytest.raises(CaptureError, match="sizes 6 and 4 differ"):
        capture(lambda a: a @ a, (_A,), None, context())
    with pytest.raises(CaptureError, match="axis 2 is out of bounds"):
        capture(lambda a: np.sum(a, axis=2), (_A,), None, context())


def test_what_is_known_stays_known() -> None:
    def count(a: Any) -> Any:
        return np.zeros(int(np.prod(a.shape)) // 2)

    assert capture(count, (_A,), None, context()).signature.outputs[0].shape == (12,)


def test_every_row_of_the_table_names_a_callable_of_numpy() -> None:
    assert len(table()) > 300
    assert all(callable(function) and callable(made) for function, made in table().items())
