"""Artifacts: a compiled program as a directory, written so that a failure never harms an older one."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from isthmus.errors import ArtifactError

from .checksums import check_file, read_checked, record_of
from .manifest import CAPTURED_FILE, GRAPH_FILE, MANIFEST_FILE, PARAMETERS_FILE, FileRecord, Manifest
from .memory import Array
from .parameters import ArchivedParameters, describe, write_archive
from .replace import replaced_directory


@dataclass(frozen=True, eq=False)
class Artifact:
    """Hold a compiled program: its manifest, its modules by path, and its parameters by name.

    An opened artifact gives its parameters as views of the file, read only when used. `path` is where it was
    opened from or None. `graph` is what `isthmus.graph.to_text` gave, empty when the program was not described.
    `captured` is the program before it was lowered, as MLIR bytecode, where it was kept.
    """

    manifest: Manifest
    modules: Mapping[str, bytes]
    parameters: Mapping[str, Array] = field(default_factory=dict)
    path: Path | None = None
    graph: str = ""
    captured: bytes = b""

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the artifact as a directory, replacing an older artifact there only when all is written.

        On any failure (a full disk, no permission) the older one stays whole, nothing is left behind, and an
        `ArtifactError` is raised.
        """
        target = Path(path).absolute()
        _check_replaceable(target)
        try:
            with replaced_directory(target) as aside:
                self._write(aside)
        except OSError as error:
            raise ArtifactError(
                f"cannot write '{path}': {error.strerror or error}",
                note="an older artifact there is unchanged",
            ) from error

    @staticmethod
    def open(path: str | os.PathLike[str]) -> "Artifact":
        """Read an artifact and check every file against the manifest; no native code is loaded.

        Anything missing, truncated, altered, malformed or written by a newer Isthmus is an `ArtifactError`.
        """
        try:
            return _read(Path(path))
        except OSError as error:
            raise ArtifactError(f"cannot read '{path}': {error.strerror or error}") from error

    def _write(self, root: Path) -> None:
        listed = {module.path for module in self.manifest.modules}
        if listed != set(self.modules):
            raise ArtifactError(f"the manifest lists modules {sorted(listed)}: got {sorted(self.modules)}")
        files: dict[str, FileRecord] = {}
        for name, data in self.modules.items():
            file = root / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)
            files[name] = record_of(file)
        if self.parameters:
            write_archive(root / PARAMETERS_FILE, self.parameters)
            files[PARAMETERS_FILE] = record_of(root / PARAMETERS_FILE)
        if self.graph:
            (root / GRAPH_FILE).write_text(self.graph, encoding="utf-8")
            files[GRAPH_FILE] = record_of(root / GRAPH_FILE)
        if self.captured:
            (root / CAPTURED_FILE).write_bytes(self.captured)
            files[CAPTURED_FILE] = record_of(root / CAPTURED_FILE)
        manifest = replace(self.manifest, files=files, parameters=describe(self.parameters))
        text = manifest.to_text()
        Manifest.from_text(text)  # what cannot be read back is never written
        (root / MANIFEST_FILE).write_text(text, encoding="utf-8")


def _read(root: Path) -> Artifact:
    manifest = _read_manifest(root)
    modules = {
        module.path: read_checked(root / module.path, manifest.files[module.path])
        for module in manifest.modules
    }
    for name, record in manifest.files.items():
        if name not in modules:
            check_file(root / name, record)
    graph = _read_graph(root, manifest)
    captured = b""
    if CAPTURED_FILE in manifest.files:
        captured = read_checked(root / CAPTURED_FILE, manifest.files[CAPTURED_FILE])
    if not manifest.parameters:
        return Artifact(manifest, modules, {}, root, graph, captured)
    parameters = ArchivedParameters(root / PARAMETERS_FILE, manifest.parameters)
    return Artifact(manifest, modules, parameters, root, graph, captured)


def _read_graph(root: Path, manifest: Manifest) -> str:
    if GRAPH_FILE not in manifest.files:
        return ""
    try:
        return read_checked(root / GRAPH_FILE, manifest.files[GRAPH_FILE]).decode("utf-8")
    except UnicodeDecodeError as error:
        raise ArtifactError(f"malformed graph: '{root / GRAPH_FILE}' is not text") from error


def _read_manifest(root: Path) -> Manifest:
    if not root.exists():
        raise ArtifactError(f"no artifact at '{root}': there is no such directory")
    if not root.is_dir():
        raise ArtifactError(
            f"'{root}' is no artifact: expected a directory",
            note="an artifact is what Artifact.save() writes",
        )
    file = root / MANIFEST_FILE
    if not file.is_file():
        raise ArtifactError(
            f"'{root}' is no artifact: it holds no {MANIFEST_FILE}",
            note="an artifact is what Artifact.save() writes",
        )
    try:
        return Manifest.from_text(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ArtifactError(f"malformed manifest: '{file}' is not text") from error


def _check_replaceable(target: Path) -> None:
    """Refuse to replace what is not an artifact: someone's data may live there."""
    if target.is_symlink() and not target.exists():
        raise ArtifactError(f"cannot write '{target}': it is a dangling link")
    if not target.exists() or (target.is_dir() and (target / MANIFEST_FILE).is_file()):
        return
    if target.is_dir() and not any(target.iterdir()):
        return
    raise ArtifactError(f"'{target}' exists and is no artifact", note="choose another name, or remove it")
