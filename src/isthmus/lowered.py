"""From captured entries to one lowered module, with everything a manifest says about it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from isthmus.signature import Layout, Signature

from .dialects.mlir import ir
from .entries import share_parameters
from .frontend.captured import Captured
from .lowering.border import to_border
from .lowering.driver import lower
from .lowering.estimate_work import estimate_work
from .lowering.link_entries import MAIN, link_entries
from .lowering.precision.parameters import convert
from .lowering.stages import BORDER, Stage

Array = np.ndarray[tuple[int, ...], np.dtype[np.generic]]


@dataclass(frozen=True)
class Common:
    """Hold entries lowered as far as all machines share: the module of each, its signature and parameters."""

    parts: Mapping[str, ir.Module]
    signatures: Mapping[str, Signature]
    parameters: Mapping[str, Mapping[str, Array]]


@dataclass(frozen=True)
class Lowered:
    """Hold a module that IREE reads for one kind of machine, and by entry how its functions take and give.

    `work` is that of the largest entry, as far as several threads can share it.
    """

    module: ir.Module
    layouts: Mapping[str, Layout]
    parameters: Mapping[str, Array]
    work: float


def lower_entries(
    captured: Mapping[str, Captured], stages: Sequence[Stage], progress: Callable[[str], None]
) -> Common:
    """Lower every entry in a module of its own, in place, up to the border."""
    signatures, parameters = {}, {}
    for name, one in captured.items():
        said = progress if name == MAIN else _of_entry(name, progress)
        inner = [stage for stage in stages if stage is not BORDER]
        signatures[name] = lower(one.module, one.signature, stages=inner, progress=said)
        parameters[name] = convert(one.module, one.parameters)
    return Common({name: one.module for name, one in captured.items()}, signatures, parameters)


def for_machine(common: Common, *, kernels: bool, progress: Callable[[str], None]) -> Lowered:
    """Take the entries over the border and link them; `kernels` lets simulations become kernels of our own."""
    crossed = {
        name: to_border(
            module,
            common.signatures[name],
            kernels=kernels,
            progress=progress if name == MAIN else _of_entry(name, progress),
        )
        for name, module in common.parts.items()
    }
    layouts = {name: one.layout for name, one in crossed.items()}
    work = max(
        0.0 if one.workgroups == 1 else estimate_work(common.parts[name]).total
        for name, one in crossed.items()
    )
    parts = {name: one.module for name, one in crossed.items()}
    if set(parts) == {MAIN}:
        return Lowered(parts[MAIN], layouts, common.parameters[MAIN], work)
    state = [value.name for signature in common.signatures.values() for value in signature.state]
    shared = share_parameters({name: (parts[name], common.parameters[name]) for name in parts}, state)
    return Lowered(link_entries(parts), layouts, shared, work)


def _of_entry(name: str, progress: Callable[[str], None]) -> Callable[[str], None]:
    return lambda text: progress(f"{name}: {text}")
