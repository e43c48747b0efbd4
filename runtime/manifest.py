"""The manifest of an artifact: what is inside, what it needs, and what every file must hash to."""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any

from isthmus.dtypes import DTYPES
from isthmus.errors import ArtifactError
from isthmus.signature import Json, Layout, Signature, TensorType

from .validate import check_layout, check_signature

SCHEMA = 2
"""The version of the manifest this code writes, and the newest one it reads."""

MAIN = "main"
DEVICES = ("local", "cuda", "hip")
MANIFEST_FILE = "manifest.json"
PARAMETERS_FILE = "parameters.irpa"
GRAPH_FILE = "graph.json"
CAPTURED_FILE = "captured.mlirbc"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Requirements:
    """State what a machine must have to run a module.

    `architecture` is `x86_64` or `aarch64` for processors (with `features` in LLVM's spelling: `avx2`,
    `sse4.1`), `sm_80` for CUDA and `gfx90a` for ROCm.
    """

    architecture: str = ""
    features: tuple[str, ...] = ()


@dataclass(frozen=True)
class Attempt:
    """Record one try to compile a module: flags, seconds, and the error when it failed."""

    variant: str
    flags: tuple[str, ...] = ()
    seconds: float = 0.0
    error: str | None = None


@dataclass(frozen=True)
class ModuleRecord:
    """Describe one compiled module: its target as text, IREE's device kind, and the variant that won.

    `layouts` says for each entry point how its function takes and gives values; one not named has the plain layout.
    """

    target: str
    device: str
    requirements: Requirements
    path: str
    variant: str = ""
    attempts: tuple[Attempt, ...] = ()
    layouts: Mapping[str, Layout] = field(default_factory=dict)


@dataclass(frozen=True)
class FileRecord:
    """State the sha256 (hex) and the size in bytes of one file."""

    sha256: str
    size: int


@dataclass(frozen=True)
class Manifest:
    """Describe an artifact; `entries` maps entry points, of which a lone one is named `main`, to signatures.

    `created_with` holds the versions of `isthmus` and `iree`. `parameters` lists the arrays of
    `parameters.irpa`, state included. `files` is filled when the artifact is written. `precision` and `mesh`
    are opaque JSON; `callouts` names the runtime calls the modules import. `work` estimates one
    call in floating-point operations at a matrix product's speed (elementwise operations are about ten times
    slower and count so); the number of threads is chosen from it.
    """

    name: str
    entries: Mapping[str, Signature]
    modules: tuple[ModuleRecord, ...]
    created_with: Mapping[str, str] = field(default_factory=dict)
    parameters: tuple[TensorType, ...] = ()
    files: Mapping[str, FileRecord] = field(default_factory=dict)
    precision: Json = None
    mesh: Json = None
    callouts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    work: float | None = None
    schema: int = SCHEMA

    @property
    def signature(self) -> Signature:
        """The signature of the entry point `main`; an artifact without one is an `ArtifactError`."""
        if MAIN not in self.entries:
            names = ", ".join(map(repr, self.entries))
            raise ArtifactError(f"'{self.name}' has no entry point '{MAIN}': expected one of {names}")
        return self.entries[MAIN]

    @property
    def state(self) -> tuple[TensorType, ...]:
        """The arrays kept from call to call, by all entry points together."""
        return tuple(
            {value.name: value for signature in self.entries.values() for value in signature.state}.values()
        )

    def to_json(self) -> Json:
        """Give the form written into `manifest.json`."""
        return {
            "schema": self.schema,
            "name": self.name,
            "created_with": dict(self.created_with),
            "entries": {name: signature.to_json() for name, signature in self.entries.items()},
            "modules": [asdict(module) for module in self.modules],
            "parameters": [_parameter_to_json(parameter) for parameter in self.parameters],
            "files": {path: asdict(record) for path, record in self.files.items()},
            "precision": self.precision,
            "mesh": self.mesh,
            "callouts": list(self.callouts),
            "notes": list(self.notes),
            "work": self.work,
        }

    def to_text(self) -> str:
        """Give the text of `manifest.json`, its own checksum included."""
        data = self.to_json()
        return json.dumps({**data, "sha256": _digest(data)}, indent=1) + "\n"

    @staticmethod
    def from_json(data: Json) -> "Manifest":
        """Read the form written by `to_json`; a malformed or newer one is an `ArtifactError`."""
        _check_schema(data)
        try:
            data = _upgraded(data)
            return Manifest(
                name=_text(data["name"]),
                created_with={_text(key): _text(value) for key, value in data["created_with"].items()},
                entries={name: Signature.from_json(entry) for name, entry in data["entries"].items()},
                modules=tuple(_module_from_json(row) for row in data["modules"]),
                parameters=tuple(_parameter_from_json(row) for row in data["parameters"]),
                files={_checked_path(path): _file_from_json(row) for path, row in data["files"].items()},
                precision=data["precision"],
                mesh=data["mesh"],
                callouts=tuple(map(_text, data["callouts"])),
                notes=tuple(map(_text, data["notes"])),
                work=None if data["work"] is None else float(data["work"]),
            )
        except KeyError as error:
            raise _malformed(f"missing field {error}") from error
        except (AttributeError, TypeError, ValueError, RecursionError) as error:
            raise _malformed(str(error)) from error

    @staticmethod
    def from_text(text: str) -> "Manifest":
        """Read the text of `manifest.json`; a malformed or newer one is an `ArtifactError`."""
        try:
            data = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise _malformed(f"not JSON: {error}") from error
        _check_schema(data)
        stated = data.pop("sha256", None)
        if stated != _digest(data):
            raise _malformed("it was altered after it was written")
        manifest = Manifest.from_json(data)
        _check_consistency(manifest)
        return manifest


def _digest(data: Json) -> str:
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _check_schema(data: Json) -> None:
    if not isinstance(data, dict) or type(data.get("schema")) is not int:
        raise _malformed("expected an object with a number 'schema'")
    if data["schema"] > SCHEMA:
        raise ArtifactError(
            f"the artifact was written by a newer Isthmus: expected schema {SCHEMA}, got {data['schema']}",
            note=f"update isthmus{_version_written(data)}, or compile the program again with this version",
        )
    if data["schema"] < 1:
        raise _malformed(f"schema {data['schema']} does not exist")


def _version_written(data: Json) -> str:
    created = data.get("created_with")
    version = created.get("isthmus") if isinstance(created, dict) else None
    return f" to {version} or newer" if isinstance(version, str) else ""


def _upgraded(data: Json) -> Json:
    """Give a manifest of schema 1, where modules of all machines had one layout, as one of schema 2."""
    if data["schema"] != 1:
        return data
    layouts = {
        name: {"workspace": [], "in_place": [], "overwritten": entry["overwritten"], "addresses": []}
        for name, entry in data["entries"].items()
    }
    return {**data, "modules": [{**row, "layouts": layouts} for row in data["modules"]]}


def _check_consistency(manifest: Manifest) -> None:
    if not manifest.entries:
        raise _malformed("no entry point")
    for signature in manifest.entries.values():
        check_signature(signature)
        if any(value not in manifest.state for value in signature.state):
            raise _malformed("entry points differ in the type of a state array")
    if "iree" not in manifest.created_with:
        raise _malformed("it does not say which version of iree compiled the modules")
    for record in manifest.modules:
        if record.path not in manifest.files:
            raise _malformed(f"no checksum for module '{record.path}'")
        for name, layout in record.layouts.items():
            if name not in manifest.entries:
                raise _malformed(f"module '{record.path}' describes an entry point '{name}'")
            check_layout(layout, manifest.entries[name])
    if manifest.parameters and PARAMETERS_FILE not in manifest.files:
        raise _malformed(f"no checksum for '{PARAMETERS_FILE}'")
    missing = {value.name for value in manifest.state} - {value.name for value in manifest.parameters}
    if missing:
        raise _malformed(f"no initial values for state {', '.join(map(repr, sorted(missing)))}")


def _module_from_json(data: Json) -> ModuleRecord:
    requirements = data["requirements"]
    return ModuleRecord(
        target=_text(data["target"]),
        device=_one_of(data["device"], DEVICES),
        requirements=Requirements(
            _text(requirements["architecture"]), tuple(map(_text, requirements["features"]))
        ),
        path=_checked_path(data["path"]),
        variant=_text(data["variant"]),
        attempts=tuple(_attempt_from_json(row) for row in data["attempts"]),
        layouts={_text(name): Layout.from_json(row) for name, row in data["layouts"].items()},
    )


def _attempt_from_json(data: Json) -> Attempt:
    error = data["error"]
    return Attempt(
        variant=_text(data["variant"]),
        flags=tuple(map(_text, data["flags"])),
        seconds=float(data["seconds"]),
        error=None if error is None else _text(error),
    )


def _parameter_to_json(parameter: TensorType) -> Json:
    return {"name": parameter.name, "dtype": parameter.dtype, "shape": list(parameter.shape)}


def _parameter_from_json(data: Json) -> TensorType:
    shape = tuple(_whole(size) for size in data["shape"])
    return TensorType(_text(data["name"]), _one_of(data["dtype"], DTYPES), shape)


def _file_from_json(data: Json) -> FileRecord:
    digest = _text(data["sha256"])
    if not _SHA256.fullmatch(digest):
        raise ValueError(f"'{digest}' is no sha256")
    return FileRecord(digest, _whole(data["size"]))


def _checked_path(path: Any) -> str:
    """Accept only plain relative paths that stay inside the artifact."""
    parts = _text(path).split("/")
    inside = bool(PurePosixPath(path).name) and all(part not in ("", ".", "..") for part in parts)
    if not inside or "\\" in path or ":" in path or "\0" in path or path == MANIFEST_FILE:
        raise ArtifactError(f"malformed manifest: the path {path!r} is not inside the artifact")
    return str(path)


def _text(value: Any) -> str:
    return str(_typed(value, lambda value: isinstance(value, str), "a text"))


def _whole(value: Any) -> int:
    return int(_typed(value, lambda value: type(value) is int and value >= 0, "a whole number"))


def _one_of(value: Any, choices: Any) -> str:
    return str(_typed(value, lambda value: value in choices, "one of " + ", ".join(map(repr, choices))))


def _typed(value: Any, accepts: Callable[[Any], bool], expected: str) -> Any:
    if not accepts(value):
        raise ValueError(f"got {value!r}: expected {expected}")
    return value


def _malformed(why: str) -> ArtifactError:
    return ArtifactError(
        f"malformed manifest: {why}",
        note="the artifact is damaged or no artifact: write it again with save()",
    )
