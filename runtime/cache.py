"""A directory of artifacts by key: what `isthmus.jit` compiled before, for this process and the next."""

import os
import shutil
import stat
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from isthmus.errors import ArtifactError

from .artifact import Artifact

LIMIT = 2 << 30
"""Bytes that a cache may hold."""

_SUFFIX = ".isthmus"
_LEFT_BEHIND = (".partial", ".old", ".evicted")
_ATTEMPTS = 3
_ABANDONED = 3600.0
"""Seconds after which what a killed process left half written is removed."""


@dataclass(frozen=True)
class ArtifactCache:
    """Keep artifacts under `root`, which only this user may write to, `limit` bytes of them.

    Entries appear all at once, so that processes may share the directory; a damaged one counts as missing. A cache
    that cannot be written is a warning, never a failure.
    """

    root: Path
    limit: int = LIMIT

    def get(self, key: str) -> Artifact | None:
        """Give the artifact of a key, and make it the youngest; None where there is none, or a damaged one."""
        path = self._path(key)
        if not path.is_dir() or not self._is_ours():
            return None
        try:
            artifact = Artifact.open(path)
            os.utime(path)
        except ArtifactError:
            _remove(path)
            return None
        except OSError:  # another process removed it meanwhile
            return None
        return artifact

    def put(self, key: str, artifact: Artifact) -> None:
        """Keep an artifact under a key; the oldest ones go when all together are too large."""
        try:
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not self._is_ours():
                raise ArtifactError(f"'{self.root}' may be written by others")
            self._save(self._path(key), artifact)
            self._evict(keep=self._path(key))
        except (ArtifactError, OSError) as error:
            warnings.warn(f"not cached: {_first_line(error)}", RuntimeWarning, stacklevel=2)

    @staticmethod
    def _save(path: Path, artifact: Artifact) -> None:
        """Write an entry; other processes may put the same one there meanwhile, or remove the one to replace."""
        for attempt in range(_ATTEMPTS):
            try:
                artifact.save(path)
            except ArtifactError:
                if path.is_dir():  # equal keys name equal programs
                    return
                if attempt + 1 == _ATTEMPTS:
                    raise
            else:
                with suppress(OSError):  # removed at once, which is nobody's loss
                    os.utime(path)
                return

    def clear(self) -> None:
        """Remove every entry."""
        for path in self._entries():
            _remove(path)

    def _path(self, key: str) -> Path:
        return self.root / f"{key}{_SUFFIX}"

    def _is_ours(self) -> bool:
        """Tell whether nobody else can put compiled code there."""
        if not hasattr(os, "getuid"):
            return True
        found = self.root.stat()
        return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)

    def _entries(self) -> Iterator[Path]:
        with suppress(OSError):
            yield from (path for path in self.root.iterdir() if path.suffix == _SUFFIX)

    def _evict(self, keep: Path) -> None:
        """Remove the oldest entries over the limit, and what was left half written long ago."""
        for path in list(self.root.iterdir()):
            if path.suffix in _LEFT_BEHIND and _age(path) > _ABANDONED:
                shutil.rmtree(path, ignore_errors=True)
        sizes = {path: _size(path) for path in self._entries()}
        total = sum(sizes.values())
        for path in sorted(sizes, key=_age, reverse=True):
            if total <= self.limit:
                return
            if path != keep:
                _remove(path)
                total -= sizes[path]


def _remove(path: Path) -> None:
    """Take an entry out of sight in one step, then delete it: nobody opens half of one."""
    with suppress(OSError):
        aside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".evicted", dir=path.parent))
        with suppress(OSError):
            os.rename(path, aside / path.name)
        shutil.rmtree(aside, ignore_errors=True)


def _age(path: Path) -> float:
    try:
        return time.time() - path.stat().st_mtime
    except OSError:  # gone already
        return 0.0


def _size(path: Path) -> int:
    total = 0
    for folder, _, files in os.walk(path):
        for name in files:
            with suppress(OSError):
                total += os.stat(os.path.join(folder, name)).st_size
    return total


def _first_line(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]
