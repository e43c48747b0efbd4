"""What the environment decides: the order in which native things start, and where compiled code is kept."""

import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from isthmus.errors import ArtifactError

# IREE starts an MPI of its own when a device is created and one of these is set; see docs/runtime.md.
_MPI_LAUNCHER_VARIABLES = ("PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MPIEXEC_HOSTNAME")
_ENVIRONMENT_LOCK = threading.Lock()


@functools.cache
def iree_runtime() -> ModuleType:
    """Import IREE's runtime, silenced at exit: its leak checker prints pages after any uncaught error."""
    try:
        import iree.runtime as runtime
    except ImportError as error:
        raise ArtifactError(
            f"cannot import IREE's runtime: {error}", note="pip install iree-base-runtime"
        ) from error
    runtime._binding.disable_leak_checker()
    return runtime


def iree_version() -> str:
    """Give the version of IREE's runtime, such as '3.13.0'."""
    iree_runtime()
    from iree.runtime.version import VERSION

    return VERSION


@contextmanager
def hidden_mpi_launcher() -> Iterator[None]:
    """Hide the MPI launcher's variables while a device is created, then put them back."""
    with _ENVIRONMENT_LOCK:
        hidden = {name: os.environ.pop(name) for name in _MPI_LAUNCHER_VARIABLES if name in os.environ}
        try:
            yield
        finally:
            os.environ.update(hidden)


def cache_directory() -> Path | None:
    """Give the directory for compiled functions, `$ISTHMUS_CACHE` or `isthmus` in the user's cache; None for 'off'."""
    named = os.environ.get("ISTHMUS_CACHE", "")
    if named.lower() in ("off", "0", "none"):
        return None
    if named:
        return Path(named).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if os.path.isabs(base) else Path.home() / ".cache") / "isthmus"
