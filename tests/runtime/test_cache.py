"""The cache of artifacts on disk: shared by processes, bounded, never trusted blindly."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isthmus.runtime.artifact import Artifact
from isthmus.runtime.boot import cache_directory
from isthmus.runtime.cache import ArtifactCache
from isthmus.runtime.manifest import Manifest, ModuleRecord, Requirements
from isthmus.signature import Signature, Tree

NOTHING = Tree("tuple", None, (Tree("tuple"), Tree("dict")))


def artifact(data: bytes = b"code") -> Artifact:
    record = ModuleRecord("cpu", "local", Requirements(), "modules/cpu.vmfb")
    signature = Signature((), (), NOTHING, Tree("tuple"))
    manifest = Manifest("f", {"main": signature}, (record,), {"iree": "3.13.0"})
    return Artifact(manifest, {record.path: data})


def test_what_was_put_is_given(tmp_path: Path) -> None:
    cache = ArtifactCache(tmp_path / "new")
    assert cache.get("a") is None
    cache.put("a", artifact(b"one"))
    found = cache.get("a")
    assert found is not None and found.modules["modules/cpu.vmfb"] == b"one"


@pytest.mark.parametrize("damage", ["truncated", "altered", "manifest gone", "manifest altered"])
def test_a_damaged_entry_counts_as_missing_and_goes(tmp_path: Path, damage: str) -> None:
    cache = ArtifactCache(tmp_path)
    cache.put("a", artifact(b"x" * 100))
    module, manifest = tmp_path / "a.isthmus/modules/cpu.vmfb", tmp_path / "a.isthmus/manifest.json"
    match damage:
        case "truncated":
            module.write_bytes(b"x" * 50)
        case "altered":
            module.write_bytes(b"y" * 100)
        case "manifest gone":
            manifest.unlink()
        case _:
            manifest.write_text(manifest.read_text().replace('"f"', '"g"'))
    assert cache.get("a") is None
    assert not list(tmp_path.iterdir())
    cache.put("a", artifact())
    assert cache.get("a") is not None


def test_the_oldest_entries_go_when_it_is_full(tmp_path: Path) -> None:
    cache = ArtifactCache(tmp_path, limit=40_000)
    for number, name in enumerate("abc"):
        cache.put(name, artifact(b"x" * 10_000))
        os.utime(tmp_path / f"{name}.isthmus", (time.time() - 100 + number,) * 2)
    assert cache.get("a") is not None  # now the youngest
    cache.put("d", artifact(b"x" * 10_000))
    left = {name for name in "abcd" if cache.get(name)}
    assert left == {"a", "c", "d"}


def test_a_single_entry_may_exceed_the_limit(tmp_path: Path) -> None:
    cache = ArtifactCache(tmp_path, limit=10)
    cache.put("a", artifact())
    assert cache.get("a") is not None


def test_what_a_killed_process_left_is_removed(tmp_path: Path) -> None:
    left = tmp_path / ".a.isthmus.x.partial"
    left.mkdir()
    os.utime(left, (time.time() - 7200,) * 2)
    ArtifactCache(tmp_path).put("b", artifact())
    assert not left.exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_directory_that_others_may_write_is_not_trusted(tmp_path: Path) -> None:
    cache = ArtifactCache(tmp_path / "shared")
    cache.put("a", artifact())
    (tmp_path / "shared").chmod(0o777)
    assert cache.get("a") is None
    with pytest.warns(RuntimeWarning, match="may be written by others"):
        cache.put("b", artifact())


def test_a_cache_that_cannot_be_written_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.warns(RuntimeWarning, match="not cached"):
        ArtifactCache(tmp_path / "file").put("a", artifact())


def test_processes_share_a_directory(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; sys.path.insert(0, sys.argv[2]); import test_cache as t;"
        "cache = t.ArtifactCache(pathlib.Path(sys.argv[1]), limit=60_000)\n"
        "for number in range(40):\n"
        "    name = 'abcdefgh'[number % 8]\n"
        "    cache.put(name, t.artifact(name.encode() * 10_000))\n"
        "    found = cache.get(name)\n"
        "    assert found is None or found.modules['modules/cpu.vmfb'] == name.encode() * 10_000"
    )
    command = [sys.executable, "-W", "error", "-c", code, str(tmp_path), str(Path(__file__).parent)]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    errors = [process.communicate(timeout=120)[1] for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], "\n".join(errors)


def test_the_environment_names_the_directory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.delenv("ISTHMUS_CACHE", raising=False)
    assert cache_directory() == tmp_path / "isthmus"
    monkeypatch.setenv("ISTHMUS_CACHE", str(tmp_path / "mine"))
    assert cache_directory() == tmp_path / "mine"
    monkeypatch.setenv("ISTHMUS_CACHE", "off")
    assert cache_directory() is None
    monkeypatch.delenv("ISTHMUS_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_directory() == Path.home() / ".cache" / "isthmus"
