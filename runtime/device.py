"""Devices: which machines IREE can run on here, opened once and kept for the life of the process."""

import contextlib
import ctypes
import functools
import os
from dataclasses import dataclass
from typing import Any

from isthmus.errors import ArtifactError

from .boot import hidden_mpi_launcher, iree_runtime
from .failures import run_error
from .gpu import architecture_in

PREFERENCE = ("cuda", "hip", "local")
"""Device kinds, best first."""


@dataclass(frozen=True, eq=False)
class Device:
    """Hold an open device: its kind, IREE's driver name, and IREE's device, instance and HAL module.

    `architecture` is a GPU's, as `sm_90` or `gfx942`, and empty where it is not known.

    Buffers crash the process when they outlive their device, so devices are never closed.
    """

    kind: str
    driver: str
    handle: Any
    instance: Any
    hal_module: Any
    process: int
    architecture: str = ""


def open_device(kind: str, threads: int | None = None) -> Device:
    """Open a device or give the open one; one that is not there is an `ArtifactError`.

    For `local`, one thread runs compiled code inside the calling thread; more (None: one for each core this
    process may use) are IREE's workers, of which a process has one set.
    """
    if kind != "local":
        return _usable(_create(kind))
    if threads is not None and threads < 1:
        raise ArtifactError(f"threads is {threads}: expected a number of at least 1")
    if threads == 1 or (threads is None and usable_cores() == 1):
        return _create("local-sync")
    _set_workers(threads)
    return _usable(_create("local-task"))


def usable_cores() -> int:
    """Count the cores this process may run on (a launcher may have bound it to a few)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache
def _instance() -> Any:
    return iree_runtime().VmInstance()


@functools.cache
def _create(driver: str) -> Device:
    runtime = iree_runtime()
    try:
        with hidden_mpi_launcher():
            source = runtime.get_driver(driver)
            handle = source.create_default_device(allocators=_allocators(driver))
    except Exception as error:  # IREE maps its status codes to many Python classes
        raise ArtifactError(run_error(error, f"no usable device '{driver}'").message) from error
    kind = "local" if driver.startswith("local-") else driver
    _keep_for_ever(source, handle)
    module = runtime.create_hal_module(_instance(), handle)
    return Device(kind, driver, handle, _instance(), module, os.getpid(), _architecture(kind, source))


def _architecture(kind: str, source: Any) -> str:
    """Ask the driver what the first device, which is the default one, is."""
    if kind == "local":
        return ""
    with contextlib.suppress(Exception):  # a driver that cannot tell leaves the decision to loading
        return architecture_in(source.dump_device_info(source.query_available_devices()[0]["device_id"]))
    return ""


def _keep_for_ever(*objects: Any) -> None:
    """Take a reference that is never given back.

    At exit Python drops objects in any order: buffers that outlive their device crash the process, and closing
    a device in a forked child waits for threads that stayed in the parent.
    """
    for value in objects:
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(value))


def _usable(device: Device) -> Device:
    """Refuse a device whose threads were lost in a fork: calls would wait for ever."""
    if device.process != os.getpid():
        raise ArtifactError(
            f"the device '{device.driver}' was opened before this process was forked",
            note="load with threads=1, or start processes with multiprocessing's 'spawn'",
        )
    return device


def _allocators(driver: str) -> list[str] | None:
    """Keep freed memory of host devices: fresh pages cost more than small programs."""
    return ["caching"] if driver.startswith("local-") else None


@functools.cache
def _workers() -> list[int | None]:
    return []


def _set_workers(threads: int | None) -> None:
    """Choose the number of IREE's workers; the first choice holds for the process."""
    chosen = _workers()
    if not chosen:
        if threads is not None:
            iree_runtime().flags.parse_flags(f"--task_topology_group_count={threads}")
        chosen.append(threads)
    running = chosen[0] or usable_cores()
    if threads is not None and threads != running:
        raise ArtifactError(
            f"cannot use {threads} threads: this process already runs {running} workers",
            note="a process has one set of workers: load all programs with the same 'threads', or threads=1",
        )
