"""From captured entries to one lowered module, with everything a manifest says about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.signature import Layout, Signature

from .dialects.mlir import ir
from .entries import share_parameters
from .frontend.captured import Captured
from .lowering.driver import lower
from .lowering.estimate_work import estimate_work
from .lowering.find_layout import find_layout
from .lowering.link_entries import MAIN, link_entries
from .lowering.precision.parameters import convert
from .lowering.stages import Stage

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


@dataclass(frozen=True)
class Lowered:
    """Hold a module that IREE reads, and by entry what its functions take and give.

    `parts` are the modules of the entries, as they were before they were linked. `work` is that of the largest entry.
    """

    module: ir.Module
    parts: Mapping[str, ir.Module]
    signatures: Mapping[str, Signature]
    layouts: Mapping[str, Layout]
    parameters: Mapping[str, Array]
    work: float


def lower_entries(
    captured: Mapping[str, Captured], stages: Sequence[Stage], progress: Callable[[str], None]
) -> Lowered:
    """Lower every entry in a module of its own, in place, and link them."""
    signatures, layouts, parameters = {}, {}, {}
    for name, one in captured.items():
        said = progress if name == MAIN else _of_entry(name, progress)
        signatures[name] = lower(one.module, one.signature, stages=stages, progress=said)
        layouts[name] = find_layout(one.module, signatures[name])
        parameters[name] = convert(one.module, one.parameters)
    parts = {name: one.module for name, one in captured.items()}
    work = max(estimate_work(module).total for module in parts.values())
    if set(parts) == {MAIN}:
        return Lowered(parts[MAIN], parts, signatures, layouts, parameters[MAIN], work)
    state = [value.name for signature in signatures.values() for value in signature.state]
    shared = share_parameters({name: (parts[name], parameters[name]) for name in parts}, state)
    return Lowered(link_entries(parts), parts, signatures, layouts, shared, work)


def _of_entry(name: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda text: progress(f"{name}: {text}")
