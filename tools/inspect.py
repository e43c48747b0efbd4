"""`isthmus inspect`: what an artifact takes, gives, holds and needs."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from isthmus.dtypes import DTYPES
from isthmus.signature import Json, Signature, TensorType

from .console import Parser, guarded
from .units import seconds, size

if TYPE_CHECKING:
    from ..runtime.artifact import Artifact
    from ..runtime.manifest import Manifest, ModuleRecord

PROGRAM = "isthmus inspect"

_EPILOG = """\
examples:
  isthmus inspect net.isthmus
  isthmus inspect net.isthmus --json | jq .modules
  isthmus inspect net.isthmus --graph net.svg
  isthmus inspect step.py:step --input 'f64[256,256]' --graph step.svg

exit codes: 0 success, 1 a damaged or foreign artifact or a program that cannot be captured, 2 wrong arguments,
70 a bug in isthmus
"""


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the command line."""
    made = Parser(program, __doc__, _EPILOG)
    made.add_argument(
        "artifact",
        help="the artifact to look into (every checksum is verified, nothing is run); with --graph also a "
        "program, FILE.py:OBJECT, which needs the compiler",
    )
    made.add_argument("--json", action="store_true", help="print the manifest as JSON")
    made.add_argument("--parameters", action="store_true", help="list every parameter")
    made.add_argument(
        "--graph",
        type=Path,
        metavar="OUT.svg",
        help="draw what is computed, line by line and layer by layer, with loops, stencils and networks",
    )
    made.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="SPEC",
        help="with --graph and a program: one input, written as for 'isthmus compile'",
    )
    return made


def main(argv: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the tool; returns the exit code."""
    made = parser(program)
    arguments = made.parse_args(argv)
    if arguments.graph and (arguments.json or arguments.parameters):
        made.error("--graph draws instead of printing: give it without --json and --parameters")
    return guarded(program, lambda: _main(arguments))


def _main(arguments: argparse.Namespace) -> int:
    if arguments.graph:
        return _draw(arguments)
    from ..runtime.artifact import Artifact

    artifact = Artifact.open(arguments.artifact)
    if arguments.json:
        print(json.dumps(artifact.manifest.to_json(), indent=1))
    else:
        print("\n".join(_report(artifact, arguments.parameters)))
    return 0


def _draw(arguments: argparse.Namespace) -> int:
    from .graph_svg import to_svg
    from .inspect_graph import read_graphs, write_graph

    name, graphs = read_graphs(arguments.artifact, arguments.input)
    write_graph(arguments.graph, to_svg(name, graphs))
    nodes = sum(len(graph.nodes) for graph in graphs.values())
    print(f"wrote {arguments.graph}: {nodes} nodes")
    return 0


def _report(artifact: "Artifact", all_parameters: bool) -> Iterator[str]:
    manifest = artifact.manifest
    created = ", ".join(f"{name} {version}" for name, version in manifest.created_with.items())
    yield f"{manifest.name} (schema {manifest.schema}, created with {created})"
    for entry, signature in manifest.entries.items():
        yield f"entry {entry}"
        yield from _signature(signature)
    for record in manifest.modules:
        yield from _module(record, manifest)
    yield from _parameters(manifest.parameters, all_parameters)
    yield from _precision(manifest.precision)
    if manifest.mesh:
        yield f"mesh: {manifest.mesh}"
    yield from (f"note: {note}" for note in manifest.notes)
    yield f"total: {size(sum(record.size for record in manifest.files.values()))} in {len(manifest.files)} files"


def _signature(signature: Signature) -> Iterator[str]:
    updates = {place: output for output, place in signature.updates}
    for index, value in enumerate(signature.inputs):
        yield f"  input  {value}" + (", updated in place" if index in updates else "")
    for index, value in enumerate(signature.outputs):
        if index not in updates.values():
            yield f"  output {value}"
    yield from (f"  state  {value}" for value in signature.state)
    for name, (low, high) in signature.symbols.items():
        yield f"  size   {name}: {low} to {'any' if high is None else high}"


def _module(record: "ModuleRecord", manifest: "Manifest") -> Iterator[str]:
    yield f"module {record.target} on '{record.device}', {size(manifest.files[record.path].size)}"
    needs = ", ".join(filter(None, [record.requirements.architecture, *record.requirements.features]))
    yield f"  needs {needs or 'nothing special'}"
    for entry, layout in record.layouts.items():
        if layout.workspace:
            workspace = ", ".join(
                f"{value.dtype}[{', '.join(map(str, value.shape))}]" for value in layout.workspace
            )
            yield f"  {entry} computes in {workspace}"
    yield f"  variant {record.variant or 'unknown'}"
    for attempt in record.attempts:
        result = "compiled" if attempt.error is None else f"failed: {attempt.error.splitlines()[0]}"
        yield f"    {attempt.variant}, {seconds(attempt.seconds)}: {result}"


def _parameters(parameters: Sequence[TensorType], listed: bool) -> Iterator[str]:
    total = sum(map(_bytes, parameters))
    yield f"parameters: {len(parameters)}, {size(total)}"
    if listed:
        yield from (f"  {parameter} ({size(_bytes(parameter))})" for parameter in parameters)


def _precision(plan: Json) -> Iterator[str]:
    """Show the preset, and how many operations of each kind are computed in which format."""
    if not isinstance(plan, dict):
        yield f"precision: {plan or 'as written'}"
        return
    yield f"precision: {plan.get('preset', 'mixed')}"
    for kind, counts in plan.items():
        if isinstance(counts, dict) and counts:
            yield f"  {kind}: " + ", ".join(f"{count} in {name}" for name, count in counts.items())


def _bytes(parameter: TensorType) -> int:
    count = DTYPES[parameter.dtype].itemsize
    for extent in parameter.shape:
        count *= int(extent)
    return count


if __name__ == "__main__":
    sys.exit(main())
