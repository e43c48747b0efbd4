from pathlib import Path

import ml_dtypes
import numpy as np
import pytest

from isthmus.dtypes import DTYPES
from isthmus.errors import RunError
from isthmus.tools.arrays import describe_array, read_array, read_arrays, write_arrays


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_survives_a_file(name: str, tmp_path: Path) -> None:
    array = np.arange(6).reshape(2, 3).astype(DTYPES[name].numpy)
    write_arrays(tmp_path / "x.npz", {"a": array, "b": array})
    write_arrays(tmp_path / "x.npy", {"a": array})
    for found in (read_array(tmp_path / "x.npy"), read_arrays(tmp_path / "x.npz")["b"]):
        assert found.dtype == array.dtype
        np.testing.assert_array_equal(found, array)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is no .npy or .npz file"),
        (b"junk" * 100, "is no .npy or .npz file"),
        (b"PK\x03\x04" + b"junk" * 100, "is no .npy or .npz file"),
    ],
)
def test_a_damaged_file_is_a_run_error(data: bytes, message: str, tmp_path: Path) -> None:
    path = tmp_path / "x.npy"
    path.write_bytes(data)
    for read in (read_array, read_arrays):
        with pytest.raises(RunError, match=message):
            read(path)


def test_python_objects_are_never_read(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.array([{}], dtype=object), allow_pickle=True)
    with pytest.raises(RunError, match="is no"):
        read_array(tmp_path / "x.npy")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"cannot read '.*x.npy': no such file"):
        read_array(tmp_path / "x.npy")


def test_arrays_are_described() -> None:
    assert describe_array(np.zeros((0, 3))) == "f64[0, 3]"
    assert describe_array(np.array([1.5, 2.0], np.float32)) == "f32[2] = [1.5, 2.0]"
    assert describe_array(np.arange(9, dtype=np.int64)) == "i64[9] min 0 max 8 mean 4"
    assert describe_array(np.ones(9, ml_dtypes.bfloat16)) == "bf16[9] min 1 max 1 mean 1"
    assert describe_array(np.full(9, 3 + 4j)) == "c128[9] largest magnitude 5"
