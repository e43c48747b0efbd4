"""Bound calls: the caller's own memory, checked once."""

import gc
import threading
import time
import weakref

import numpy as np
import pytest
import torch
from tests.runtime.conftest import artifact, signature

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.runtime import loader
from isthmus.runtime.loader import load
from isthmus.runtime.memory import Array, aligned_empty
from isthmus.runtime.program import Program
from isthmus.runtime.transfer import Copied
from isthmus.signature import Tree

ADD = signature("x: f32[n]; y: f32[n]", "z: f32[n]")


def ones(size: int = 8) -> Array:
    array = aligned_empty((size,), np.dtype(np.float32))
    array[:] = 1
    return array


@pytest.fixture(scope="module")
def add() -> Program:
    return load(artifact("add", ADD), threads=1)


def test_a_step_reads_and_writes_the_callers_memory(add: Program) -> None:
    x, y, z = ones(), ones(), ones()
    step = add.bind(x, y, out=z)
    x[:] = 5
    assert step() is z
    np.testing.assert_array_equal(z, np.full(8, 6))
    x[:] = 7
    step.step()
    np.testing.assert_array_equal(z, np.full(8, 8))


def test_without_out_each_step_returns_the_same_new_array(add: Program) -> None:
    x = ones()
    step = add.bind(x, y=x)
    first = step()
    assert step() is first is step.results and not np.shares_memory(first, x)
    np.testing.assert_array_equal(first, np.full(8, 2))


def test_torch_tensors_are_bound_where_they_lie(add: Program) -> None:
    x, z = torch.ones(8), torch.zeros(8)
    step = add.bind(x, x, out=z)
    x += 1
    assert step() is z and torch.equal(z, torch.full((8,), 4.0))
    made = add.bind(x, x)()
    assert isinstance(made, torch.Tensor) and torch.equal(made, z)


def test_nested_out_is_given_back_as_it_came() -> None:
    results = Tree("dict", None, (Tree("leaf", 0), Tree("constant", None)), ("sum", "no"))
    program = load(artifact("add", signature("x: f32[n]; y: f32[n]", "z: f32[n]", results=results)))
    z = ones()
    got = program.bind(ones(), ones(), out={"sum": z, "no": None})()
    assert got["sum"] is z and got["no"] is None and z[0] == 2


def test_numbers_are_fixed_when_bound() -> None:
    program = load(
        artifact("scalars", signature("a: f64[]; b: i64[]; c: bool[]", "x: f64[]; y: i64[]; z: bool[]"))
    )
    x, y, z = program.bind(1.5, np.int64(2), True)()
    assert (float(x), int(y), bool(z)) == (1.5, 2, True)


@pytest.mark.parametrize("size", [0, 1, 5])
def test_any_size_can_be_bound(add: Program, size: int) -> None:
    np.testing.assert_array_equal(add.bind(ones(size), ones(size))(), np.full(size, 2))


def test_read_only_arguments_are_fine(add: Program) -> None:
    x = ones()
    x.flags.writeable = False
    np.testing.assert_array_equal(add.bind(x, x)(), np.full(8, 2))


UNALIGNED = np.zeros(9 * 4, np.uint8)[4:].view(np.float32)
READ_ONLY = ones()
READ_ONLY.flags.writeable = False
BIG = ones(24)


@pytest.mark.parametrize(
    ("x", "out", "message"),
    [
        (
            ones(16)[::2],
            None,
            "argument 'x' is strided: expected a contiguous array\nnote: bind a contiguous",
        ),
        (UNALIGNED, None, "argument 'x' does not start on a multiple of 16 bytes\nnote: bind a copy"),
        (ones().astype(">f4"), None, "argument 'x' has dtype byte-swapped f32: expected f32"),
        (ones().astype(float), None, "argument 'x' has dtype f64: expected f32"),
        ([1.0] * 8, None, "argument 'x' is a list: expected an array or a tensor"),
        (ones(), READ_ONLY, "output 'z' is read-only\nnote: bind a writable array"),
        (ones(), ones(16)[::2], "output 'z' is strided"),
        (ones(), UNALIGNED, "output 'z' does not start on a multiple of 16 bytes"),
        (ones(), ones(7), "output 'z' has shape (7,): expected (8,)"),
        (ones(), (ones(),), "output 'z' is a tuple: expected an array or a tensor"),
        (BIG[:8], BIG[:8], "output 'z' overlaps argument 'x'\nnote: give it memory of its own"),
        (BIG[:8], BIG[4:12], "output 'z' overlaps argument 'x'"),
        (torch.ones(16)[::2], None, "argument 'x' is strided"),
    ],
)
def test_memory_that_cannot_be_used_in_place_is_refused(
    add: Program, x: object, out: object, message: str
) -> None:
    with pytest.raises(RunError) as caught:
        add.bind(x, ones(), out=out)
    assert str(caught.value).startswith(message)


def test_neighbours_that_do_not_overlap_are_fine(add: Program) -> None:
    both = ones(16)
    add.bind(both[:8], both[:8], out=both[8:])()
    np.testing.assert_array_equal(both, [1] * 8 + [2] * 8)


def test_a_lazy_conjugate_cannot_be_bound() -> None:
    kinds = "a: c64[n]"
    program = load(artifact("add", signature(kinds, kinds)))
    with pytest.raises(RunError, match="argument 'a' is a lazy conjugate or negative"):
        program.bind(torch.ones(2, dtype=torch.complex64).conj())


def test_two_outputs_in_one_memory_are_refused() -> None:
    program = load(artifact("advance", signature("x: f32[n]", "a: f32[n]; b: f32[n]")))
    with pytest.raises(RunError, match="output 'b' overlaps output 'a'"):
        program.bind(ones(), out=(BIG[:8], BIG[:8]))


def test_a_size_that_only_the_run_decides_cannot_be_bound() -> None:
    program = load(artifact("first", signature("x: i64[n]", "y: i64[?]")))
    with pytest.raises(RunError, match="output 'y' cannot be bound: only the run decides its size"):
        program.bind(np.array([1, 2]))


def test_an_update_goes_back_after_each_step() -> None:
    kind = signature("x: f32[n]", "next: f32[n]; y: f32[n]", updates=((0, 0),), results=Tree("leaf", 1))
    x = ones()
    step = load(artifact("advance", kind)).bind(x)
    step()
    np.testing.assert_array_equal(step(), np.full(8, 4))
    np.testing.assert_array_equal(x, np.full(8, 3))


def test_state_moves_on_through_bound_and_plain_calls_alike() -> None:
    kind = signature("x: f64[4]", "y: f64[4]", state=signature("count: f64[4]", "").inputs)
    program = load(artifact("counter", kind, {"count": np.zeros(4)}))
    x = np.full(4, 10.0)
    step = program.bind(x)
    assert [float(step()[0]), float(program(x)[0]), float(step()[0])] == [10, 11, 12]
    np.testing.assert_array_equal(program.state["count"], np.full(4, 3.0))
    program.reset()
    assert float(step()[0]) == 10


def test_nan_is_found_in_bound_calls_too() -> None:
    x = ones()
    step = load(artifact("add", ADD), check_finite=True).bind(x, x)
    step()
    x[3] = np.nan
    with pytest.raises(RunError, match="output 'z' holds inf or nan in 1 of 8 elements"):
        step()
    x[3] = 0
    assert step()[3] == 0


def test_the_arrays_live_as_long_as_the_call(add: Program) -> None:
    x = np.full(1 << 16, 3, np.float32)
    alive = weakref.ref(x)
    step = add.bind(x, x)
    del x
    gc.collect()
    assert alive() is not None and (step() == 6).all()
    del step
    gc.collect()
    assert alive() is None


def test_threads_share_bound_calls(add: Program) -> None:
    wrong: list[int] = []

    def hammer(value: int) -> None:
        x = np.full(64, value, np.float32)
        step = add.bind(x, x)
        wrong.extend(value for _ in range(2000) if step()[5] != 2 * value)

    threads = [threading.Thread(target=hammer, args=(value,)) for value in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_step_costs_microseconds(add: Program) -> None:
    step = add.bind(ones(), ones())
    best = min(timed(step) for _ in range(20))
    assert best < 10e-6, f"{best * 1e6:.1f} us a step, expected under 10 (2.2 on a quiet machine)"


def timed(step: object, count: int = 200) -> float:
    assert callable(step)
    start = time.perf_counter()
    for _ in range(count):
        step()
    return (time.perf_counter() - start) / count


@pytest.mark.parametrize("size", [0, 3])
def test_every_dtype_reaches_a_device_with_memory_of_its_own(
    monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(loader, "transfer_for", Copied)
    kinds = "; ".join(f"{name}: {name}[n, 2]" for name in DTYPES)
    program = load(artifact("dtypes", signature(kinds, kinds)), threads=1)
    given = [np.ones((size, 2), dtype.numpy) for dtype in DTYPES.values()]
    given[0].flags.writeable = False
    for got, value in zip(program(*given), given, strict=True):
        assert got.dtype == value.dtype and got.tobytes() == value.tobytes()
    unknown = load(artifact("first", signature("x: i64[n]", "y: i64[?]")))
    np.testing.assert_array_equal(unknown(np.array([2, 5, 6])), [2, 5])


def test_a_device_with_memory_of_its_own_gets_copies(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path of GPUs, run on this machine's processor."""
    monkeypatch.setattr(loader, "transfer_for", Copied)
    kind = signature("x: f64[4]", "y: f64[4]", state=signature("count: f64[4]", "").inputs)
    program = load(artifact("counter", kind, {"count": np.zeros(4)}))
    x, y = np.full(4, 10.0), np.zeros(4)
    step = program.bind(x, out=y)
    assert [float(program(x)[0]), float(step()[0])] == [10, 11]
    x[:] = 20
    step()
    assert y[0] == 22 and program.state["count"][0] == 3
    program.reset()
    assert float(program(x)[0]) == 20
