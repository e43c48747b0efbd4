"""Artifacts on disk: written whole or not at all, and refused when anything about them is wrong."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import ml_dtypes
import numpy as np
import pytest
from tests.runtime.conftest import artifact, signature

from isthmus.errors import ArtifactError
from isthmus.runtime import replace as replace_module
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.loader import load
from isthmus.runtime.manifest import MANIFEST_FILE, PARAMETERS_FILE, Manifest
from isthmus.runtime.memory import Array

MODULE = "modules/linear.vmfb"
W: Array = np.arange(64, dtype=np.float32).reshape(8, 8)


def linear(weight: Array = W) -> Artifact:
    return artifact("linear", signature("x: f32[8]", "y: f32[8]"), {"w": weight})


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    path = tmp_path / "net.isthmus"
    linear().save(path)
    return path


def litter(path: Path) -> list[str]:
    return [entry.name for entry in path.parent.iterdir() if entry.name != path.name]


def test_what_is_saved_is_what_is_opened(saved: Path) -> None:
    opened = Artifact.open(saved)
    assert opened.manifest.signature == linear().manifest.signature
    assert dict(opened.modules) == dict(linear().modules)
    np.testing.assert_array_equal(opened.parameters["w"], W)
    assert sorted(p.relative_to(saved).as_posix() for p in saved.rglob("*") if p.is_file()) == [
        MANIFEST_FILE,
        MODULE,
        PARAMETERS_FILE,
    ]
    np.testing.assert_allclose(load(saved)(np.ones(8, np.float32)), W.sum(axis=1), rtol=1e-6)


def test_parameters_of_any_dtype_and_shape_survive(tmp_path: Path) -> None:
    arrays: dict[str, Array] = {
        "half": np.arange(6).astype(ml_dtypes.bfloat16).reshape(2, 3),
        "complex": np.array([1 + 2j, -1j]),
        "flag": np.array(True),
        "empty": np.zeros((0, 3), np.int16),
        "strided": np.arange(10.0)[::2],
        "öл/weird name\n": np.array([2**64 - 1], np.uint64),
    }
    artifact("add", signature("x: f32[n]; y: f32[n]", "z: f32[n]"), arrays).save(tmp_path / "a")
    opened = Artifact.open(tmp_path / "a").parameters
    assert list(opened) == list(arrays) and len(opened) == len(arrays)
    for name, array in arrays.items():
        assert opened[name].dtype == array.dtype and opened[name].shape == array.shape
        assert opened[name].tobytes() == array.tobytes() and not opened[name].flags.writeable


def test_an_artifact_is_moved_and_copied_freely(saved: Path, tmp_path: Path) -> None:
    saved.rename(tmp_path / "elsewhere")
    Artifact.open(tmp_path / "elsewhere").save(tmp_path / "again")
    np.testing.assert_array_equal(Artifact.open(tmp_path / "again").parameters["w"], W)


def test_an_opened_artifact_can_be_saved_over_itself(saved: Path) -> None:
    opened = Artifact.open(saved)
    opened.save(saved)
    np.testing.assert_array_equal(opened.parameters["w"], W)
    np.testing.assert_array_equal(Artifact.open(saved).parameters["w"], W)
    assert litter(saved) == []


def test_a_loaded_program_outlives_the_replacement_of_its_artifact(saved: Path) -> None:
    program = load(saved)
    linear(np.zeros((8, 8), np.float32)).save(saved)
    np.testing.assert_allclose(program(np.ones(8, np.float32)), W.sum(axis=1), rtol=1e-6)
    np.testing.assert_array_equal(load(saved)(np.ones(8, np.float32)), np.zeros(8))


@pytest.mark.parametrize("exchange", [True, False])
def test_saving_replaces_an_older_artifact(
    saved: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:  # file systems without renameat2
        monkeypatch.setattr(replace_module, "_exchange", lambda first, second: False)
    linear(2 * W).save(saved)
    np.testing.assert_array_equal(Artifact.open(saved).parameters["w"], 2 * W)
    assert litter(saved) == []


def test_what_is_no_artifact_is_never_replaced(tmp_path: Path) -> None:
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter1.tex").write_text("precious")
    (tmp_path / "file").write_text("precious")
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    for name in ("thesis", "file"):
        with pytest.raises(ArtifactError, match="exists and is no artifact\nnote: choose another name"):
            linear().save(tmp_path / name)
    with pytest.raises(ArtifactError, match="it is a dangling link"):
        linear().save(tmp_path / "link")
    assert (tmp_path / "thesis" / "chapter1.tex").read_text() == "precious"
    assert sorted(os.listdir(tmp_path)) == ["file", "link", "thesis"]


def test_a_linked_artifact_is_replaced_where_it_lies(saved: Path, tmp_path: Path) -> None:
    (tmp_path / "latest").symlink_to(saved)
    linear(3 * W).save(tmp_path / "latest")
    assert (tmp_path / "latest").is_symlink()
    np.testing.assert_array_equal(Artifact.open(saved).parameters["w"], 3 * W)


def test_a_failure_while_writing_leaves_the_old_one_whole(
    saved: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replace_module, "_flush", interrupted)
    with pytest.raises(KeyboardInterrupt):
        linear(2 * W).save(saved)
    np.testing.assert_array_equal(Artifact.open(saved).parameters["w"], W)
    assert litter(saved) == []


def interrupted(_: Path) -> None:
    raise KeyboardInterrupt


def test_a_failed_second_rename_puts_the_old_one_back(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rename = os.rename

    def fail_once(source: Path, target: Path) -> None:
        if Path(source).suffix == ".partial":
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr(replace_module, "_exchange", lambda first, second: False)
    monkeypatch.setattr(os, "rename", fail_once)
    with pytest.raises(ArtifactError, match="Input/output error\nnote: an older artifact there is unchanged"):
        linear(2 * W).save(saved)
    np.testing.assert_array_equal(Artifact.open(saved).parameters["w"], W)
    assert litter(saved) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of 256 kB, which only root may do."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if sys.platform != "linux" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("cannot mount a small disk here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.parametrize("name", ["modules", "parameters"])
def test_a_full_disk_leaves_the_old_artifact_whole(small_disk: Path, name: str) -> None:
    path = small_disk / "net.isthmus"
    linear().save(path)
    big = linear()
    if name == "modules":
        big = Artifact(big.manifest, {MODULE: bytes(400_000)}, big.parameters)
    else:
        big = Artifact(big.manifest, big.modules, {"w": np.zeros(100_000, np.float32)})
    with pytest.raises(ArtifactError, match="cannot write") as caught:
        big.save(path)
    assert "No space left" in str(caught.value) or "is the disk full?" in str(caught.value)
    np.testing.assert_array_equal(Artifact.open(path).parameters["w"], W)
    assert litter(path) == []


def test_a_file_size_limit_leaves_the_old_artifact_whole(saved: Path) -> None:
    code = (
        "import resource, sys, numpy as np; from dataclasses import replace\n"
        "from isthmus.runtime.artifact import Artifact; from isthmus.errors import ArtifactError\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "a = Artifact.open(sys.argv[1])\n"
        "try: replace(a, parameters={'w': np.zeros(100_000, np.float32)}).save(sys.argv[1])\n"
        "except ArtifactError as error: print(error)\n"
    )
    source = {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}
    done = subprocess.run(
        [sys.executable, "-c", code, saved], env=os.environ | source, capture_output=True, text=True
    )
    assert "cannot write" in done.stdout and done.returncode == 0, done.stderr
    np.testing.assert_array_equal(Artifact.open(saved).parameters["w"], W)
    assert litter(saved) == []


def test_a_place_that_cannot_be_written_is_an_error(saved: Path) -> None:
    with pytest.raises(ArtifactError, match="cannot write"):
        linear().save(saved / MANIFEST_FILE / "below")


def test_modules_must_be_those_of_the_manifest(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="the manifest lists modules"):
        Artifact(linear().manifest, {}).save(tmp_path / "a")
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("name", [MODULE, PARAMETERS_FILE])
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda file: file.unlink(), "missing file"),
        (lambda file: file.write_bytes(file.read_bytes()[:-1]), "bytes: expected"),
        (lambda file: file.write_bytes(b""), "has 0 bytes: expected"),
        (lambda file: file.write_bytes(flipped(file.read_bytes())), "was altered: its checksum"),
    ],
    ids=["missing", "truncated", "empty", "altered"],
)
def test_a_damaged_file_is_refused(saved: Path, name: str, damage: object, message: str) -> None:
    assert callable(damage)
    damage(saved / name)
    with pytest.raises(ArtifactError, match=message) as caught:
        load(saved)
    assert "note: the artifact is damaged" in str(caught.value)


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


def test_what_is_no_artifact_is_refused(tmp_path: Path, saved: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    cases = {
        "nowhere": "no artifact at '.*nowhere': there is no such directory",
        "file": "is no artifact: expected a directory",
        "folder": "is no artifact: it holds no manifest.json",
    }
    for name, message in cases.items():
        with pytest.raises(ArtifactError, match=message):
            load(tmp_path / name)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b'{"schema": "1"}', b"\xff\xfe", b"[" * 100_000])
def test_a_manifest_that_is_not_one_is_refused(saved: Path, text: bytes) -> None:
    (saved / MANIFEST_FILE).write_bytes(text)
    with pytest.raises(ArtifactError, match="malformed manifest"):
        load(saved)


def test_a_newer_schema_is_refused(saved: Path) -> None:
    data = json.loads((saved / MANIFEST_FILE).read_text())
    newer = {"schema": 99, "created_with": {"isthmus": "7.0"}, "unheard of": data["entries"]}
    (saved / MANIFEST_FILE).write_text(json.dumps(newer))
    with pytest.raises(
        ArtifactError, match="written by a newer Isthmus: expected schema 2, got 99"
    ) as caught:
        load(saved)
    assert "note: update isthmus to 7.0 or newer" in str(caught.value)


def test_an_altered_manifest_is_refused(saved: Path) -> None:
    file = saved / MANIFEST_FILE
    file.write_text(file.read_text().replace('"x"', '"y"', 1))
    with pytest.raises(ArtifactError, match="malformed manifest: it was altered after it was written"):
        load(saved)


@pytest.mark.parametrize(
    "path", ["../evil.vmfb", "/etc/passwd", "a/../../b", "", ".", "a//b", "C:\\x", "a\0b"]
)
def test_a_path_out_of_the_artifact_is_refused(path: str) -> None:
    data = linear().manifest.to_json()
    data["modules"][0]["path"] = path
    with pytest.raises(ArtifactError, match=r"malformed manifest: the path .* is not inside the artifact"):
        Manifest.from_json(data)


def test_a_parameter_of_an_unknown_dtype_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="parameter 'w' has dtype 'float128'"):
        linear(W.astype(np.longdouble)).save(tmp_path / "a")


def test_parameters_that_differ_from_the_manifest_are_refused(saved: Path) -> None:
    opened = Artifact.open(saved)
    data = json.loads((saved / MANIFEST_FILE).read_text())
    data.pop("sha256")
    data["parameters"][0]["shape"] = [9, 9]
    (saved / MANIFEST_FILE).write_text(Manifest.from_json(data).to_text())
    with pytest.raises(ArtifactError, match=r"holds 256 bytes for 'w: f32\[9, 9\]': expected 324"):
        load(saved)
    assert opened.parameters["w"].shape == (8, 8)
