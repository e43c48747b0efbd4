"""Calling a loaded program: what goes in, what comes out, and what is refused."""

import threading

import numpy as np
import pytest
import torch
from tests.runtime.conftest import artifact, signature

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.runtime.loader import load
from isthmus.runtime.memory import Array, aligned_copy, is_aligned
from isthmus.runtime.program import Program
from isthmus.signature import Tree


def f32(*values: float) -> Array:
    return np.array(values, np.float32)


@pytest.fixture(scope="module")
def add() -> Program:
    return load(artifact("add", signature("x: f32[n]; y: f32[n]", "z: f32[n]")), threads=1)


def test_numpy_in_gives_a_new_numpy_array_out(add: Program) -> None:
    x = f32(1, 2, 3)
    first, second = add(x, x), add(x, y=x)
    assert isinstance(first, np.ndarray) and first.flags.writeable
    np.testing.assert_array_equal(first, [2, 4, 6])
    assert not np.shares_memory(first, second)


def test_torch_in_gives_torch_out(add: Program) -> None:
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    z = add(x, f32(3, 4))
    assert isinstance(z, torch.Tensor) and not z.requires_grad
    assert torch.equal(z, torch.tensor([4.0, 6.0]))


def test_a_dlpack_producer_is_read(add: Program) -> None:
    class Foreign:
        def __init__(self, array: Array) -> None:
            self.array = array

        def __dlpack__(self, **options: object) -> object:
            return self.array.__dlpack__(**options)  # type: ignore[arg-type]

        def __dlpack_device__(self) -> object:
            return self.array.__dlpack_device__()

    np.testing.assert_array_equal(add(Foreign(f32(1, 2)), f32(1, 1)), [2, 3])


def test_lists_of_numbers_take_the_dtype(add: Program) -> None:
    np.testing.assert_array_equal(add([1, 2.5], (3, 4)), f32(4, 6.5))


@pytest.mark.parametrize("size", [0, 1, 3, 1000])
def test_any_size_works_the_empty_one_too(add: Program, size: int) -> None:
    x = np.arange(size, dtype=np.float32)
    np.testing.assert_array_equal(add(x, x), 2 * x)


def test_a_strided_an_unaligned_and_a_reversed_array_are_copied(add: Program) -> None:
    x = np.arange(20, dtype=np.float32)
    unaligned = np.frombuffer(b"\0" + x[:5].tobytes(), np.float32, offset=1)
    assert not is_aligned(unaligned)
    np.testing.assert_array_equal(add(x[::4], unaligned), x[::4] + x[:5])
    np.testing.assert_array_equal(add(x[4::-1], x[:5]), np.full(5, 4.0))


def test_a_read_only_and_a_byte_swapped_array_are_read(add: Program) -> None:
    x = f32(1, 2)
    x.flags.writeable = False
    np.testing.assert_array_equal(add(x, x.astype(">f4")), [2, 4])
    np.testing.assert_array_equal(x, [1, 2])


def test_every_dtype_keeps_every_bit() -> None:
    kinds = "; ".join(f"{name}: {name}[n, 2]" for name in DTYPES)
    program = load(artifact("dtypes", signature(kinds, kinds)), threads=1)
    random = np.random.default_rng(0)
    given = []
    for dtype in DTYPES.values():
        raw = random.integers(0, 2 if dtype.name == "bool" else 256, (3, 2 * dtype.itemsize))
        given.append(raw.astype(np.uint8).view(dtype.numpy))
    for got, value in zip(program(*given), given, strict=True):
        assert got.dtype == value.dtype and got.tobytes() == value.tobytes()


def test_torch_dtypes_come_back_as_they_went() -> None:
    kinds = "; ".join(f"{name}: {name}[n, 2]" for name in DTYPES)
    program = load(artifact("dtypes", signature(kinds, kinds)), threads=1)
    names = {"bf16": "bfloat16", "bool": "bool", "c64": "complex64", "c128": "complex128"}
    tensors = [
        torch.ones(3, 2, dtype=getattr(torch, names.get(name, str(dtype.numpy))))
        for name, dtype in DTYPES.items()
    ]
    for got, tensor in zip(program(*tensors), tensors, strict=True):
        assert got.dtype == tensor.dtype and torch.equal(got, tensor)


def test_a_lazy_conjugate_is_resolved() -> None:
    kinds = "; ".join(f"{name}: {name}[n, 2]" for name in DTYPES)
    program = load(artifact("dtypes", signature(kinds, kinds)), threads=1)
    values = [np.zeros((1, 2), dtype.numpy) for dtype in DTYPES.values()]
    given = [*values[:-1], torch.full((1, 2), 1 + 2j, dtype=torch.complex128).conj()]
    assert torch.equal(program(*given)[-1], torch.full((1, 2), 1 - 2j, dtype=torch.complex128))


def test_numbers_in_and_numbers_out() -> None:
    program = load(
        artifact("scalars", signature("a: f64[]!; b: i64[]!; c: bool[]!", "x: f64[]!; y: i64[]!; z: bool[]!"))
    )
    got = program(1.5, 2, True)
    assert got == (1.5, 2, True) and [type(value) for value in got] == [float, int, bool]
    assert program(np.float32(1.5), np.int32(2), np.True_) == (1.5, 2, True)
    assert program(2, 3, False) == (2.0, 3, False)


@pytest.mark.parametrize(
    ("a", "b", "c", "message"),
    [
        (1.0, 2.5, True, "argument 'b' is 2.5: expected an array i64"),
        (1.0, 2**63, True, "argument 'b' is 9223372036854775808: "),
        (True, 1, True, "argument 'a' is True: expected an array f64"),
        (1.0, 1, 1, "argument 'c' is 1: expected an array bool"),
        (1j, 1, True, "argument 'a' is 1j: expected an array f64"),
        (None, 1, True, "argument 'a' is a NoneType: expected an array f64"),
        (1.0, np.float64(1), True, "argument 'b' has dtype f64: expected i64"),
    ],
)
def test_a_number_that_would_change_is_refused(a: object, b: object, c: object, message: str) -> None:
    program = load(
        artifact("scalars", signature("a: f64[]; b: i64[]; c: bool[]", "x: f64[]; y: i64[]; z: bool[]"))
    )
    with pytest.raises(RunError) as caught:
        program(a, b, c)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((np.ones(2), f32(1, 2)), "argument 'x' has dtype f64: expected f32\nnote: convert it with"),
        ((np.ones(2, np.int32), f32(1, 2)), "argument 'x' has dtype i32: expected f32"),
        ((np.ones((2, 1), np.float32), f32(1, 2)), "argument 'x' has shape (2, 1) (rank 2): expected [n]"),
        ((f32(1, 2, 3), f32(1, 2)), "sizes that must agree do not: axis 0 of 'x' is 3, axis 0 of 'y' is 2"),
        ((f32(1, 2),), "missing argument 'y': expected 2 ('x', 'y')"),
        ((f32(1), f32(1), f32(1)), "got 3 positional arguments: expected 2 ('x', 'y')"),
        (("text", f32(1)), "argument 'x' is a str: expected an array f32[n]"),
        (([[1], [1, 2]], f32(1)), "argument 'x' is a list of unequal rows"),
        ((np.array([object()]), f32(1)), "argument 'x' has dtype object: expected f32"),
        ((np.ma.masked_array(f32(1), [True]), f32(1)), "argument 'x' is a masked array"),
        ((torch.ones(2).to_sparse(), f32(1, 2)), "argument 'x' is a sparse tensor: expected a dense one"),
        ((torch.ones(2, device="meta"), f32(1, 2)), "argument 'x' is on device 'meta': expected 'cpu'"),
    ],
)
def test_a_wrong_argument_is_refused_by_name(add: Program, args: tuple[object, ...], message: str) -> None:
    with pytest.raises(RunError) as caught:
        add(*args)
    assert str(caught.value).startswith(message)


def test_wrong_keywords_are_refused_by_name(add: Program) -> None:
    x = f32(1)
    with pytest.raises(RunError, match="unexpected argument 'z': expected 2"):
        add(x, z=x)
    with pytest.raises(RunError, match="got two values for argument 'x'"):
        add(x, x=x)


def test_nested_arguments_and_results_keep_their_shape() -> None:
    pair = Tree("dict", None, (Tree("leaf", 0), Tree("leaf", 1), Tree("constant", 3)), ("a", "b", "k"))
    nested = Tree("tuple", None, (Tree("tuple"), Tree("dict", None, (pair,), ("pair",))))
    results = Tree(
        "dict", None, (Tree("list", None, (Tree("leaf", 0),)), Tree("constant", None)), ("sum", "no")
    )
    program = load(
        artifact("add", signature("a: f32[n]; b: f32[n]", "z: f32[n]", arguments=nested, results=results))
    )
    got = program(pair={"b": f32(1), "a": f32(2), "k": 3})
    assert got["no"] is None and isinstance(got["sum"], list) and got["sum"][0] == f32(3)
    with pytest.raises(
        RunError, match=r"argument 'pair\['k'\]' is 4: expected 3, the value it was compiled with"
    ):
        program(pair={"a": f32(1), "b": f32(1), "k": 4})
    with pytest.raises(
        RunError, match=r"argument 'pair' has the keys \['a', 'k'\]: expected \['a', 'b', 'k'\]"
    ):
        program(pair={"a": f32(1), "k": 3})
    with pytest.raises(RunError, match="argument 'pair' is a tuple: expected a dict with 3 "):
        program(pair=(f32(1), f32(1), 3))


def test_a_size_outside_its_range_is_refused() -> None:
    program = load(artifact("add", signature("x: f32[n]; y: f32[n]", "z: f32[n]", symbols={"n": (2, 4)})))
    assert program(f32(1, 2), f32(1, 2)).shape == (2,)
    with pytest.raises(RunError, match="axis 0 of 'x' has size 5: expected 'n' to be 2 to 4"):
        program(np.ones(5, np.float32), np.ones(5, np.float32))


def test_a_size_that_is_an_expression_is_checked_and_computed() -> None:
    program = load(artifact("twice", signature("x: f32[n]", "y: f32[2*n]")))
    np.testing.assert_array_equal(program(f32(0, 0, 0)), np.ones(6))
    program = load(artifact("add", signature("x: f32[n]; y: f32[2*n - 2]", "z: f32[n]")))
    np.testing.assert_array_equal(program(f32(1, 2), f32(1, 2)), [2, 4])
    with pytest.raises(RunError, match=r"axis 0 of 'y' has size 3: expected 4 \('2\*n - 2' with n = 3\)"):
        program(f32(1, 2, 3), f32(1, 2, 3))


def test_a_result_of_unknown_size_comes_back() -> None:
    program = load(artifact("first", signature("x: i64[n]", "y: i64[?]")))
    first, second = program(np.array([2, 7, 8])), program(np.array([0, 7, 8]))
    np.testing.assert_array_equal(first, [2, 7])
    assert second.shape == (0,)


def test_running_out_of_memory_is_an_error_and_the_process_lives() -> None:
    program = load(artifact("filled", signature("n: i64[]", "y: f32[?]")))
    with pytest.raises(RunError, match=r"RESOURCE_EXHAUSTED\)\nnote: an array is too large") as caught:
        program(2**58)
    assert "Traceback" not in str(caught.value) and "\n" not in caught.value.message
    np.testing.assert_array_equal(program(3), np.ones(3))


def test_results_too_large_for_memory_are_refused() -> None:
    many = artifact("twice", signature("x: f32[n]", "y: f32[n * 2**58]"))
    with pytest.raises(RunError, match="cannot allocate the results"):
        load(many)(f32(1, 2))


def test_an_updated_argument_is_overwritten() -> None:
    kind = signature("x: f32[n]", "next: f32[n]; y: f32[n]", updates=((0, 0),), results=Tree("leaf", 1))
    program = load(artifact("advance", kind))
    x, t, strided = f32(1, 2), torch.ones(2), np.zeros(4, np.float32)[::2]
    np.testing.assert_array_equal(program(x), [2, 4])
    program(t), program(strided)
    np.testing.assert_array_equal(x, [2, 3])
    assert t.tolist() == [2.0, 2.0] and strided.tolist() == [1.0, 1.0]
    x.flags.writeable = False
    with pytest.raises(RunError, match="argument 'x' is read-only: the program updates it"):
        program(x)
    with pytest.raises(RunError, match="argument 'x' is a list: the program updates it"):
        program([1.0])


def test_nan_is_named_when_asked_for(add: Program) -> None:
    x = f32(1, np.nan, np.inf)
    assert np.isnan(add(x, x)[1])
    checked = load(artifact("add", signature("x: f32[n]; y: f32[n]", "z: f32[n]")), check_finite=True)
    with pytest.raises(RunError, match="output 'z' holds inf or nan in 2 of 3 elements"):
        checked(x, x)
    np.testing.assert_array_equal(checked(f32(1), f32(1)), [2])


def test_a_module_that_ignores_its_destination_is_refused() -> None:
    program = load(artifact("ignores", signature("x: f32[4]", "y: f32[4]")))
    with pytest.raises(RunError, match="does not write result 0 into its destination"):
        program(np.ones(4, np.float32))


def test_threads_share_a_program(add: Program) -> None:
    failures: list[int] = []

    def hammer(seed: int) -> None:
        x = np.full(500 + seed, seed, np.float32)
        failures.extend(seed for _ in range(200) if not (add(x, x) == 2 * seed).all())

    threads = [threading.Thread(target=hammer, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_the_program_tells_what_it_is(add: Program) -> None:
    assert repr(add) == "<Program 'add' on local-sync: (x: f32[n], y: f32[n]) -> (z: f32[n])>"


def test_an_argument_too_large_to_copy_is_an_error_of_ours() -> None:
    huge = np.broadcast_to(np.zeros(1, np.float32), (2**58,))
    with pytest.raises(RunError, match="memory exhausted"):
        aligned_copy(huge)
