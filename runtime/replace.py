"""Replacing a directory all at once: write aside, flush to disk, exchange, remove the old one."""

import ctypes
import errno
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@contextmanager
def replaced_directory(target: Path) -> Iterator[Path]:
    """Give an empty directory beside `target` to fill; on success it takes `target`'s place.

    On failure it is removed and `target` is as it was.
    """
    target = target.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".partial", dir=target.parent))
    try:
        yield aside
        _flush(aside)
        aside.chmod(0o777 & ~_umask())
        _put_in_place(aside, target)
        _flush_one(target.parent)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _put_in_place(aside: Path, target: Path) -> None:
    """Make `target` the new directory; afterwards `aside` is the old one or gone."""
    if not target.exists():
        os.rename(aside, target)
    elif not _exchange(aside, target):
        _swap_in_two_steps(aside, target)


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two directories in one step (Linux); False when the system cannot."""
    if sys.platform != "linux":
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(first), _AT_FDCWD, os.fsencode(second), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in (errno.ENOSYS, errno.EINVAL):  # old kernels, some network file systems
        return False
    raise OSError(code, os.strerror(code), str(second))


def _swap_in_two_steps(aside: Path, target: Path) -> None:
    old = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".old", dir=target.parent))
    os.rename(target, old / "old")
    try:
        os.rename(aside, target)
    except BaseException:
        os.rename(old / "old", target)
        raise
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)


def _flush(root: Path) -> None:
    for directory, _, files in os.walk(root, topdown=False):
        for name in files:
            path = Path(directory) / name
            path.chmod(0o666 & ~_umask())
            _flush_one(path)
        _flush_one(Path(directory))


def _flush_one(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # Windows cannot open directories
        return
    descriptor = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
