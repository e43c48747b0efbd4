"""Checksums of files, computed without holding a file in memory."""

import hashlib
from pathlib import Path

from isthmus.errors import ArtifactError

from .manifest import FileRecord


def record_of(path: Path) -> FileRecord:
    """Measure the size and sha256 of a file as it lies on disk."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return FileRecord(digest.hexdigest(), path.stat().st_size)


def check_file(path: Path, expected: FileRecord) -> None:
    """Refuse a file that is missing, truncated or altered with an `ArtifactError`."""
    if not path.is_file():
        raise _damaged(f"missing file '{path}'")
    size = path.stat().st_size
    if size != expected.size:
        raise _damaged(f"'{path}' has {size} bytes: expected {expected.size}")
    if record_of(path) != expected:
        raise _damaged(f"'{path}' was altered: its checksum is not the one in the manifest")


def read_checked(path: Path, expected: FileRecord) -> bytes:
    """Read a file whole and refuse it unless those very bytes match."""
    if not path.is_file():
        raise _damaged(f"missing file '{path}'")
    data = path.read_bytes()
    if len(data) != expected.size:
        raise _damaged(f"'{path}' has {len(data)} bytes: expected {expected.size}")
    if hashlib.sha256(data).hexdigest() != expected.sha256:
        raise _damaged(f"'{path}' was altered: its checksum is not the one in the manifest")
    return data


def _damaged(message: str) -> ArtifactError:
    return ArtifactError(
        message, note="the artifact is damaged: copy it again, or write it again with save()"
    )
