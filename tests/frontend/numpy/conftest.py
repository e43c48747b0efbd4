"""Compile functions written with NumPy and compare what they compute with what NumPy computes."""

import copy
import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import isthmus
from isthmus.dialects.mlir import context
from isthmus.frontend.numpy import capture


def leaves(value: Any) -> list[Any]:
    """Flatten nested tuples, lists and dicts."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, tuple | list):
        return [leaf for one in value for leaf in leaves(one)]
    return [value]


def assert_close(actual: Any, expected: Any, ulps: float, name: str) -> None:
    """Compare dtype, shape and numbers; 0 ulps means bit for bit, signs of zeros aside."""
    if expected is None:
        assert actual is None
        return
    actual, expected = np.asarray(actual), np.asarray(expected)
    assert (actual.dtype, actual.shape) == (expected.dtype, expected.shape), name
    if not ulps or expected.dtype.kind in "biu":
        np.testing.assert_array_equal(actual, expected, err_msg=name)
        return
    parts = [(actual, expected)]
    if expected.dtype.kind == "c":
        parts = [(actual.real, expected.real), (actual.imag, expected.imag)]
    for have, want in parts:
        scale = np.abs(expected) if expected.dtype.kind == "c" else np.abs(want)
        allowed = ulps * np.spacing(scale.astype(want.dtype))
        is_finite = np.isfinite(want) & np.isfinite(have)
        error = np.where(is_finite, np.abs(have - want) / np.where(allowed == 0, 1, allowed), 0)
        assert error.max(initial=0) <= 1, f"{name}: {error.max() * ulps:.1f} ulp"
        np.testing.assert_array_equal(have[~is_finite], want[~is_finite], err_msg=name)


@pytest.fixture(scope="session")
def check() -> Callable[..., Any]:
    """Give `check(function, *inputs, ulps=0, static=())`: results and changed arguments must be NumPy's.

    The captured module runs through MLIR's JIT; with `compiled` through the whole chain. `specs` are what is captured
    in place of the inputs.
    """
    spec = importlib.util.spec_from_file_location("execution", Path(__file__).parent / "execution.py")
    assert spec and spec.loader
    execution = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(execution)

    def run(
        function: Callable[..., Any],
        *inputs: Any,
        ulps: float = 0,
        static: Any = (),
        compiled: bool = False,
        specs: tuple[Any, ...] | None = None,
    ) -> None:
        examples = inputs if specs is None else specs
        ours, theirs = copy.deepcopy(inputs), copy.deepcopy(inputs)
        if compiled:
            actual = isthmus.load(isthmus.compile(function, examples, static=static))(*ours)
        else:
            actual = execution.call(capture(function, examples, None, context(), static=static), ours)
        with np.errstate(all="ignore"):
            expected = function(*theirs)
        found, wanted = leaves((actual, ours)), leaves((expected, theirs))
        assert len(found) == len(wanted)
        for place, (have, want) in enumerate(zip(found, wanted, strict=True)):
            assert_close(have, want, ulps, f"result {place}")

    return run
