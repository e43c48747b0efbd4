from pathlib import Path

import numpy as np
import pytest

from isthmus.errors import RunError
from isthmus.signature import Signature, TensorType, Tree
from isthmus.tools.run_arguments import given_arguments, random_arguments

SIGNATURE = Signature(
    inputs=(
        TensorType("x", "f32", ("n", "2*n")),
        TensorType("index", "i64", (3,)),
        TensorType("scale", "f64", (), scalar=True),
        TensorType("bias", "f32", ()),
    ),
    outputs=(),
    arguments=Tree("tuple"),
    results=Tree("tuple"),
    symbols={"n": (2, 10)},
)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    np.save(tmp_path / "x.npy", np.ones((2, 4), np.float32))
    np.save(tmp_path / "index.npy", np.zeros(3, np.int64))
    np.savez(tmp_path / "both.npz", x=np.ones((2, 4), np.float32), index=np.zeros(3, np.int64))
    return tmp_path


@pytest.mark.parametrize(
    "texts",
    [
        ["{}/x.npy", "{}/index.npy", "2.5", "1"],
        ["scale=2.5", "{}/x.npy", "bias=1", "{}/index.npy"],
        ["{}/both.npz", "2.5", "bias=1"],
    ],
)
def test_values_find_their_places_in_order_and_by_name(texts: list[str], files: Path) -> None:
    x, index, scale, bias = given_arguments(SIGNATURE, [text.format(files) for text in texts])
    assert x.shape == (2, 4) and index.dtype == np.int64
    assert scale == 2.5
    assert bias.dtype == np.float32 and bias.shape == ()


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "the program takes 4 inputs, got 0"),
        (["{}/both.npz", "x={}/x.npy"], "input 'x' is given twice"),
        (["y=3"], "the program has no input 'y'"),
        (["{}/both.npz", "1", "2", "3"], "takes 4 inputs, got 5"),
        (["{}/both.npz", "1", "1+2j"], "expected a f32"),
        (["{}/x.txt"], "expected a .npy or .npz file or a number"),
    ],
)
def test_what_does_not_fit_is_told_with_the_inputs(texts: list[str], message: str, files: Path) -> None:
    with pytest.raises(RunError) as caught:
        given_arguments(SIGNATURE, [text.format(files) for text in texts])
    assert message in str(caught.value)


def test_random_values_follow_the_signature() -> None:
    x, index, scale, bias = random_arguments(SIGNATURE, {"n": 3}, seed=1)
    assert x.shape == (3, 6) and x.dtype == np.float32
    assert index.shape == (3,) and set(index.tolist()) <= {0, 1}
    assert isinstance(scale, float)
    assert bias.shape == () and bias.dtype == np.float32


def test_random_values_repeat_with_their_seed_and_stay_inside_the_bounds() -> None:
    first, again, other = (random_arguments(SIGNATURE, {}, seed) for seed in (1, 1, 2))
    assert first[0].shape == (10, 20)  # 64 is above the bound of n
    np.testing.assert_array_equal(first[0], again[0])
    assert not np.array_equal(first[0], other[0])


def test_an_unknown_size_lists_the_choices() -> None:
    with pytest.raises(RunError, match="the program has no size 'm': expected one of 'n'"):
        random_arguments(SIGNATURE, {"m": 3}, seed=0)
