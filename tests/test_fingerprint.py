"""Fingerprints: equal programs have equal ones in every process, different programs do not."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from isthmus.fingerprint import fingerprint

STEP = 0.1
TABLE = np.arange(4.0)


def inner(x: Any) -> Any:
    return np.sin(x) * STEP


def outer(x: Any, n: int = 3) -> Any:
    for _ in range(n):
        x = inner(x) + TABLE
    return x


def scaled(factor: object) -> Callable[[Any], Any]:
    return lambda x: x * factor


@dataclass
class Model:
    step: float
    table: Any

    def advance(self, x: Any) -> Any:
        return x + self.step * self.table


def test_a_global_of_a_called_function_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(outer)
    monkeypatch.setitem(globals(), "STEP", 0.2)
    assert fingerprint(outer) != before
    monkeypatch.setitem(globals(), "STEP", 0.1)
    assert fingerprint(outer) == before is not None


def test_a_called_function_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    before = fingerprint(outer)
    monkeypatch.setitem(globals(), "inner", lambda x: np.cos(x) * STEP)
    assert fingerprint(outer) != before


def test_the_values_of_arrays_count() -> None:
    before = fingerprint(outer)
    TABLE[1] += 1
    try:
        assert fingerprint(outer) != before
    finally:
        TABLE[1] -= 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, 1.0),
        (1, True),
        (0.0, -0.0),
        (np.float32(1), np.float64(1)),
        (1.0, np.float64(1)),
        ((1, 2), [1, 2]),
        ({"a": 1}, {"a": 2}),
        (np.zeros(4), np.zeros((2, 2))),
        (np.zeros(4), np.zeros(4, np.float32)),
        (np.sin, np.cos),
        (np.sum, np.prod),
        (np.dtype("f4"), np.dtype("f8")),
        (slice(1), slice(2)),
        (inner, outer),
    ],
)
def test_closures_count(one: object, other: object) -> None:
    assert fingerprint(scaled(one)) == fingerprint(scaled(one)) is not None
    assert fingerprint(scaled(one)) != fingerprint(scaled(other))


def test_fields_of_an_object_count() -> None:
    model = Model(0.1, np.arange(3.0))
    before = fingerprint(model.advance)
    assert before == fingerprint(Model(0.1, np.arange(3.0)).advance) is not None
    model.step = 0.2
    assert fingerprint(model.advance) != before


def test_weights_count() -> None:
    net = torch.nn.Sequential(torch.nn.Linear(3, 3), torch.nn.Tanh(), torch.nn.BatchNorm1d(3))
    function = scaled(net)
    before = fingerprint(function)
    assert before == fingerprint(function) is not None
    with torch.no_grad():
        net[0].weight[0, 0] += 1  # type: ignore[operator,index]
    assert fingerprint(function) != before
    after = fingerprint(function)
    net.eval()
    assert fingerprint(function) != after


@pytest.mark.parametrize("value", [threading.Lock(), iter(()), np.array([object()])])
def test_what_has_no_identity_gives_none(value: object) -> None:
    assert fingerprint(scaled(value)) is None


def test_a_function_may_refer_to_itself() -> None:
    def countdown(n: int) -> int:
        return 0 if n == 0 else countdown(n - 1)

    assert fingerprint(countdown) is not None


def test_another_process_gives_the_same() -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_fingerprint as t;"
        "print(t.fingerprint(t.outer, {'a', 'b'}))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent)]
    found = {subprocess.run(command, capture_output=True, text=True, check=True).stdout for _ in range(3)}
    assert len(found) == 1
    assert found != {"None\n"}
