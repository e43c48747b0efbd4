"""`--list-passes`: every pass with its options and, for ours, one line of description."""

import inspect
from collections.abc import Iterator

from ..lowering.pass_options import options_of
from ..lowering.registry import PASSES, pass_named
from ..lowering.upstream_passes import UPSTREAM_PASSES, upstream_defaults


def list_passes(pattern: str = "") -> str:
    """Describe the passes whose name contains `pattern`, ours first."""
    lines = ["Passes of Isthmus:"]
    lines += [line for name in PASSES if pattern in name for line in _own(name)]
    lines += ["", "Passes of MLIR, torch-mlir and StableHLO (their options with defaults):"]
    lines += [line for name in UPSTREAM_PASSES if pattern in name for line in _upstream(name)]
    return "\n".join(lines)


def _own(name: str) -> Iterator[str]:
    kind = pass_named(name)
    yield f"  {name}"
    yield f"      {(inspect.getdoc(kind) or '').partition(chr(10))[0]}"
    for option in options_of(kind).values():
        yield f"      {option}"


def _upstream(name: str) -> Iterator[str]:
    options = " ".join(f"{option}={default}" for option, default in upstream_defaults(name).items())
    yield f"  {name}" + (f" {{{options}}}" if options else "")
