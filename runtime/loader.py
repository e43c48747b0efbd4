"""Loading: from an artifact to a program on the best device of this machine."""

import os
from typing import Any

from isthmus.errors import ArtifactError
from isthmus.signature import Layout

from .artifact import Artifact
from .boot import iree_version
from .cpu import host_cpu, unmet_requirements
from .device import PREFERENCE, Device, open_device
from .engine import Engine
from .executor import Executor
from .gpu import unmet_architecture
from .manifest import DEVICES, Manifest, ModuleRecord
from .parameters import ArchivedParameters, index_of_arrays
from .program import Program
from .state import State
from .transfer import transfer_for

_SMALL_WORK = 1e7
"""Operations under which waking workers costs more than they save: about 70 us of one core's matrix products."""


def load(
    artifact: "Artifact | str | os.PathLike[str]",
    device: str | None = None,
    *,
    threads: int | None = None,
    check_finite: bool = False,
) -> Program:
    """Load an artifact, or the one saved at a path, and give its program.

    The module for the best device present is taken (cuda, then hip, then local); `device` asks for one of
    them. `threads` is the number of cores for `local` (None: chosen from the program's size and the cores
    this process may use). With `check_finite` a result that holds inf or nan is a `RunError`. Whatever does
    not fit this machine is an `ArtifactError`, raised before native code is loaded.
    """
    artifact = artifact if isinstance(artifact, Artifact) else Artifact.open(artifact)
    manifest = artifact.manifest
    _check_version(manifest)
    failures: list[ArtifactError] = []
    for record in _candidates(manifest, device):
        try:
            executor = _start(artifact, record, threads)
        except ArtifactError as error:
            failures.append(ArtifactError(f"module '{record.target}': {error.message}", note=error.note))
            continue
        return Program(manifest.name, _engines(artifact, record, executor, check_finite), artifact)
    raise _nothing_runs(manifest, failures)


def _engines(
    artifact: Artifact, record: ModuleRecord, executor: Executor, check_finite: bool
) -> dict[str, Engine]:
    """Give the engine of each entry point, with one state between them."""
    manifest = artifact.manifest
    state = State(manifest.state, artifact.parameters, transfer_for(executor.device))
    return {
        name: Engine(name, signature, record.layouts.get(name, Layout()), executor, state, check_finite)
        for name, signature in manifest.entries.items()
    }


def _nothing_runs(manifest: Manifest, failures: list[ArtifactError]) -> ArtifactError:
    reasons = "; ".join(failure.message for failure in failures)
    notes = [failure.note for failure in failures if failure.note]
    return ArtifactError(
        f"cannot run '{manifest.name}' on this machine: {reasons}",
        note="; ".join(notes) or "compile the program again with a target this machine has",
    )


def _check_version(manifest: Manifest) -> None:
    here, there = iree_version(), manifest.created_with.get("iree", "")
    if _release(here) != _release(there):
        raise ArtifactError(
            f"the artifact was compiled by IREE {there or 'of unknown version'}: this runtime is IREE {here}",
            note=f"pip install 'iree-base-runtime=={_release(there)}.*', or compile the program again"
            if there
            else "compile the program again",
        )


def _release(version: str) -> str:
    """Keep what decides compatibility of compiled modules: '3.13.0rc1' -> '3.13'."""
    return ".".join(version.split(".")[:2])


def _candidates(manifest: Manifest, device: str | None) -> list[ModuleRecord]:
    if device is not None and device not in DEVICES:
        raise ArtifactError(f"unknown device '{device}': expected one of {', '.join(map(repr, DEVICES))}")
    wanted = [device] if device else list(PREFERENCE)
    found = [record for kind in wanted for record in manifest.modules if record.device == kind]
    if not found:
        have = ", ".join(sorted({repr(record.device) for record in manifest.modules})) or "none"
        raise ArtifactError(
            f"'{manifest.name}' has no module for device '{device}': it has {have}",
            note="compile the program again with a target for that device",
        )
    return found


def _start(artifact: Artifact, record: ModuleRecord, threads: int | None) -> Executor:
    """Check the machine, open the device, check that too, then load the module."""
    if record.device == "local":
        _refuse(unmet_requirements(record.requirements, host_cpu()))
    device = _device(artifact.manifest, record, threads)
    if record.device != "local":
        _refuse(unmet_architecture(record.requirements, device.architecture))
    index, owners = _index(artifact)
    return Executor(device, artifact.modules[record.path], index, owners)


def _refuse(lack: str | None) -> None:
    if lack:
        raise ArtifactError(lack)


def _device(manifest: Manifest, record: ModuleRecord, threads: int | None) -> Device:
    if threads is None and manifest.work is not None and manifest.work < _SMALL_WORK:
        threads = 1
    return open_device(record.device, threads)


def _index(artifact: Artifact) -> tuple[Any, Any]:
    parameters = artifact.parameters
    if not parameters:
        return None, None
    if isinstance(parameters, ArchivedParameters):
        return parameters.index, parameters
    return index_of_arrays(parameters)
