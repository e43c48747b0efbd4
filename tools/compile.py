"""`isthmus compile`: from a program in a file, written with PyTorch or NumPy, to an artifact."""

import argparse
import inspect
import sys
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isthmus.errors import ArtifactError, CaptureError

from .console import Parser, guarded
from .progress import Progress
from .units import seconds, size

if TYPE_CHECKING:
    from ..runtime.artifact import Artifact
    from .compile_inputs import Inputs

PROGRAM = "isthmus compile"

_EPILOG = """\
inputs:
  one --input for each argument of the program, in order or by name: a spec or an example array
    --input 'f32[8,64]'         a fixed shape
    --input 'f32[?,64]'         a size that varies
    --input 'f64[n,n]'          sizes that vary together
    --input mask='bool[8]'      an argument by keyword
    --input x.npy               dtype and shape of an array in a file

examples:
  isthmus compile net.py:model --input 'f32[?,64]' -o net.isthmus
  isthmus compile net.py:Net --input 'f32[1,3,64,64]' --target cpu:x86-64-v3 --target cuda:sm_80 -o net.isthmus
  isthmus compile step.py:step --input 'f64[256,256]' -o step.isthmus
  isthmus compile exported.pt2 -o net.isthmus

exit codes: 0 success, 1 the program cannot be compiled, 2 wrong arguments, 70 a bug in isthmus
"""


def parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Describe the command line."""
    made = Parser(program, __doc__, _EPILOG)
    add = made.add_argument
    add(
        "program",
        metavar="PROGRAM",
        help="FILE.py:OBJECT (a module, a class or function that gives one, or a function written with NumPy) or "
        "FILE.pt2",
    )
    add("-o", "--output", type=Path, metavar="DIR", help="the artifact to write (default: OBJECT.isthmus)")
    add("--input", action="append", default=[], metavar="SPEC", help="one input of the program; see below")
    add(
        "--target",
        action="append",
        metavar="TARGET",
        help="cpu, cpu:x86-64-v3, cuda:sm_80, rocm:gfx942 (default: cpu)",
    )
    add(
        "--precision",
        choices=("f32", "bf16", "f16"),
        help="narrow the arithmetic (default: exactly as written)",
    )
    add(
        "--mode",
        choices=("eval", "train", "keep"),
        default="eval",
        help="the mode of the module (default: eval)",
    )
    add("--name", help="the program's name inside the artifact")
    add("-q", "--quiet", action="store_true", help="show no progress and no summary")
    return made


def main(argv: Sequence[str] | None = None, program: str = PROGRAM) -> int:
    """Run the tool; returns the exit code."""
    arguments = parser(program).parse_args(argv)
    return guarded(program, lambda: _main(arguments, program))


def _main(arguments: argparse.Namespace, program: str) -> int:
    from ..targets.registry import parse_targets
    from .compile_inputs import read_inputs

    started = time.monotonic()
    targets = arguments.target or ["cpu"]
    parse_targets(targets)  # wrong names are told before the script runs
    inputs = read_inputs(arguments.input)
    output = arguments.output or Path(f"{_name(arguments.program)}.isthmus")
    _check_output(output)
    with Progress(program, arguments.quiet) as progress:
        artifact = _compile(arguments, inputs, targets, progress)
        progress(f"writing {output}")
        artifact.save(output)
    if not arguments.quiet:
        print(_summary(artifact, output, time.monotonic() - started))
    return 0


def _compile(
    arguments: argparse.Namespace, inputs: "Inputs", targets: list[str], progress: Progress
) -> "Artifact":
    progress("importing torch")
    import torch

    import isthmus

    from .script import load_program

    progress(f"loading {arguments.program}")
    program = load_program(arguments.program)
    if isinstance(program, torch.nn.Module):
        if arguments.mode != "keep":
            program.train(arguments.mode == "train")
        _check_count(program, inputs)
    given = inputs.positional or inputs.keyword or isinstance(program, torch.nn.Module)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # torch warns about its own code
        return isthmus.compile(
            program,
            inputs.positional if given else None,
            kwargs=inputs.keyword or None,
            target=targets,
            precision=arguments.precision,
            name=arguments.name or _name(arguments.program),
            progress=progress,
        )


def _check_count(module: Any, inputs: "Inputs") -> None:
    """Compare the inputs with the parameters of `forward` before the exporter does in its own words."""
    signature = inspect.signature(module.forward)
    try:
        signature.bind(*inputs.positional, **inputs.keyword)
    except TypeError as error:
        names = ", ".join(f"'{name}'" for name in signature.parameters) or "none"
        raise CaptureError(
            f"the inputs do not fit the program: {error}",
            note=f"give one --input SPEC for each argument of its forward: {names}",
        ) from error


def _name(program: str) -> str:
    file, _, name = program.rpartition(":")
    return name.replace(".", "_") if file and name.replace(".", "_").isidentifier() else Path(program).stem


def _check_output(output: Path) -> None:
    """Refuse a place that cannot be written before the long work."""
    if not output.absolute().parent.is_dir():
        raise ArtifactError(f"cannot write '{output}': no such directory '{output.parent}'")
    if output.is_file():
        raise ArtifactError(f"cannot write '{output}': it is a file", note="an artifact is a directory")


def _summary(artifact: "Artifact", output: Path, elapsed: float) -> str:
    lines = [f"wrote {output} in {seconds(elapsed)}"]
    for record in artifact.manifest.modules:
        failed = sum(attempt.error is not None for attempt in record.attempts)
        skipped = f", {failed} variants failed first" if failed else ""
        code = size(len(artifact.modules[record.path]))
        lines.append(f"  {record.target}: variant {record.variant}, {code}{skipped}")
    if artifact.parameters:
        count = sum(array.nbytes for array in artifact.parameters.values())
        lines.append(f"  {len(artifact.parameters)} parameters, {size(count)}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
