"""The graph that `isthmus inspect --graph` draws: of an artifact, or of a program that is captured for it."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from isthmus.errors import ArtifactError
from isthmus.graph import Graph, from_text


def read_graphs(text: str, inputs: Sequence[str]) -> tuple[str, Mapping[str, Graph]]:
    """Give the name of an artifact or of a program `FILE.py:OBJECT`, and the graph of each of its entry points."""
    if Path(text).is_dir() or not _is_program(text):
        return _of_artifact(text)
    return _of_program(text, inputs)


def write_graph(path: Path, drawing: str) -> None:
    """Write the drawing; a place that cannot be written is an `ArtifactError`."""
    try:
        path.write_text(drawing, encoding="utf-8")
    except OSError as error:
        raise ArtifactError(f"cannot write '{path}': {error.strerror or error}") from error


def _is_program(text: str) -> bool:
    return ".py:" in text or text.endswith((".py", ".pt2"))


def _of_artifact(path: str) -> tuple[str, Mapping[str, Graph]]:
    from ..runtime.artifact import Artifact

    artifact = Artifact.open(path)
    if not artifact.graph:
        raise ArtifactError(
            f"'{path}' holds no graph",
            note="an older Isthmus wrote it: compile the program again, or name the program as FILE.py:OBJECT",
        )
    return artifact.manifest.name, from_text(artifact.graph)


def _of_program(text: str, inputs: Sequence[str]) -> tuple[str, Mapping[str, Graph]]:
    from ..compiler import capture_program, describe_graphs
    from .compile_inputs import read_inputs
    from .script import load_program

    given = read_inputs(list(inputs))
    program = load_program(text)
    captured = capture_program(program, given.positional or None, given.keyword or None)
    return text, describe_graphs(program, captured)
