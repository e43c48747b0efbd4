"""Loading: the module for the best device present, and the reasons when there is none."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tests.runtime.conftest import artifact, compiled, signature

from isthmus.errors import ArtifactError
from isthmus.runtime import device, loader
from isthmus.runtime.artifact import Artifact
from isthmus.runtime.boot import iree_version
from isthmus.runtime.cpu import Cpu
from isthmus.runtime.loader import load
from isthmus.runtime.manifest import ModuleRecord, Requirements

SOURCE = Path(__file__).parents[2] / "src"
KIND = signature("x: f32[n]; y: f32[n]", "z: f32[n]")


def with_modules(*records: ModuleRecord) -> Artifact:
    plain = artifact("add", KIND)
    manifest = replace(plain.manifest, modules=records)
    return Artifact(manifest, {record.path: compiled("add") for record in records})


def module(kind: str, *features: str, architecture: str = "") -> ModuleRecord:
    requirements = Requirements(architecture, features)
    return ModuleRecord(f"{kind}:{architecture}", kind, requirements, f"modules/{kind}-{len(features)}.vmfb")


def test_the_first_module_that_fits_is_taken() -> None:
    program = load(with_modules(module("local", "avx9"), module("local")), threads=1)
    assert program([1], [2]) == np.float32(3)


def test_a_processor_too_old_is_refused_before_native_code_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "host_cpu", lambda: Cpu("x86_64", frozenset({"sse2"})))
    monkeypatch.setattr(loader, "Executor", None)
    with pytest.raises(ArtifactError) as caught:
        load(with_modules(module("local", "avx2", "fma", architecture="x86_64")))
    assert str(caught.value) == (
        "cannot run 'add' on this machine: module 'local:x86_64': it needs processor features this machine lacks:"
        " 'avx2', 'fma'\nnote: compile the program again with a target this machine has"
    )


def test_all_reasons_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loader, "host_cpu", lambda: Cpu("x86_64", frozenset()))
    modules = module("local", architecture="aarch64"), module("local", "avx2")
    with pytest.raises(ArtifactError, match=r"architecture 'aarch64': this one is 'x86_64'; module .*'avx2'"):
        load(with_modules(*modules))


@pytest.mark.parametrize("kind", ["cuda", "hip"])
def test_a_device_that_is_not_there_is_skipped(kind: str) -> None:
    if device_is_there(kind):
        pytest.skip(f"there is a {kind} device")
    program = load(with_modules(module("local"), module(kind)), threads=1)
    assert program.device == "local-sync"
    with pytest.raises(ArtifactError, match=f"module '{kind}:': no usable device '{kind}': "):
        load(with_modules(module("local"), module(kind)), device=kind)


def test_a_gpu_of_another_architecture_is_refused_before_its_code_is_loaded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = device.Device("cuda", "cuda", None, None, None, 0, architecture="sm_70")
    monkeypatch.setattr(loader, "open_device", lambda *_: old)
    monkeypatch.setattr(loader, "Executor", None)
    with pytest.raises(
        ArtifactError, match="needs compute capability 'sm_80' or newer: this device has 'sm_70'"
    ):
        load(with_modules(module("cuda", architecture="sm_80")))


def device_is_there(kind: str) -> bool:
    try:
        device.open_device(kind)
    except ArtifactError:
        return False
    return True


def test_unknown_and_missing_devices_are_refused() -> None:
    with pytest.raises(ArtifactError, match="unknown device 'gpu': expected one of 'local', 'cuda', 'hip'"):
        load(artifact("add", KIND), device="gpu")
    with pytest.raises(ArtifactError, match="'add' has no module for device 'cuda': it has 'local'"):
        load(artifact("add", KIND), device="cuda")


@pytest.mark.parametrize("version", ["3.12.0", "4.0.0", ""])
def test_another_version_of_iree_is_refused(version: str) -> None:
    with pytest.raises(ArtifactError, match="the artifact was compiled by IREE"):
        load(artifact("add", KIND, created_with={"isthmus": "0.1.0", "iree": version}))


def test_a_patch_release_of_iree_is_accepted() -> None:
    here = iree_version().split(".")
    load(artifact("add", KIND, created_with={"iree": f"{here[0]}.{here[1]}.99"}), threads=1)


@pytest.mark.parametrize("data", [b"", b"no module", bytes(1000)])
def test_what_is_no_module_is_refused(data: bytes) -> None:
    whole = artifact("add", KIND)
    with pytest.raises(ArtifactError, match="cannot load the compiled module"):
        load(Artifact(whole.manifest, dict.fromkeys(whole.modules, data)))


def test_loading_imports_no_compiler(tmp_path: Path) -> None:
    artifact("add", KIND).save(tmp_path / "a")
    code = (
        "import sys; from isthmus.runtime.loader import load; print(load(sys.argv[1])([1], [2]))\n"
        "print([name for name in ('torch', 'torch_mlir', 'iree.compiler') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, tmp_path / "a"],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == ["[3.]", "[]"], done.stderr
