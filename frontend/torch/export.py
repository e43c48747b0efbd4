"""torch.export with sizes that vary, and its failures in the user's terms."""

import logging
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from io import StringIO
from pathlib import Path
from typing import Any

import torch
from torch.export import Dim, ExportedProgram, ShapesCollection
from torch.export.dynamic_shapes import refine_dynamic_shapes_from_suggested_fixes

import isthmus
from isthmus.errors import CaptureError
from isthmus.spec import Spec

from .examples import Examples

_ATTEMPTS = 4
_LIBRARIES = tuple(
    Path(file).resolve().parent
    for file in (torch.__file__, traceback.__file__, isthmus.__file__, Path(__file__).parent)
)
"""Where torch, Python's own modules and ours lie: a user's line is in none of them."""
_FIXES = "Suggested fixes:"
_PRODUCTS = tuple(
    getattr(torch.ops.aten, name).default
    for name in ("linear", "mm", "bmm", "addmm", "matmul", "baddbmm", "mv")
)
_CONTROL_FLOW = "use torch.where, or torch.while_loop for loops, so that both outcomes stay in the program"


def export(module: torch.nn.Module, examples: Examples) -> ExportedProgram:
    """Export a module on example inputs; sizes named in specs stay symbolic.

    Relations between sizes that the program needs (n even, n equal to m) are found and kept. Raises
    `CaptureError` with the user's file and line where the exporter cannot follow the program.
    """
    shapes = _dynamic_shapes(module, examples)
    for _ in range(_ATTEMPTS):
        try:
            with quiet():
                exported = torch.export.export(
                    module, examples.args, examples.kwargs, dynamic_shapes=shapes, strict=False
                )
            _check_products(exported)
            return exported
        except CaptureError:
            raise
        except torch._dynamo.exc.UserError as error:
            shapes = _refined(error, shapes)
        except Exception as error:  # the user's own program runs in there: anything may be raised
            traced = _export_by_bytecode(module, examples) if shapes is None else None
            if traced is not None:
                return traced
            raise explain(error) from None
    raise CaptureError("the relations between symbolic sizes could not be settled", note="name fewer sizes")


def _check_products(program: ExportedProgram) -> None:
    """Refuse products of different float dtypes, as torch does when it runs them; its exporter lets them pass."""
    for node in program.graph.nodes:
        if node.target not in _PRODUCTS:
            continue
        values = [x.meta["val"] for x in node.args if isinstance(x, torch.fx.Node)]
        dtypes = {x.dtype for x in values if isinstance(x, torch.Tensor) and x.dtype.is_floating_point}
        if len(dtypes) > 1:
            names = " and ".join(sorted(str(dtype).removeprefix("torch.") for dtype in dtypes))
            lines = [line.strip() for line in (node.stack_trace or "").splitlines() if "File " in line]
            lines = [line for line in lines if "site-packages" not in line] or lines
            raise CaptureError(
                f"'{node.target}' mixes {names}: torch refuses that",
                location=lines[-1] if lines else None,
                note="convert the module or its inputs: module.double(), x.float()",
            )


def _export_by_bytecode(module: torch.nn.Module, examples: Examples) -> ExportedProgram | None:
    """Try the exporter's other mode, which keeps arithmetic on numbers read from tensors; None when it fails."""
    try:
        with quiet():
            return torch.export.export(module, examples.args, examples.kwargs, strict=True)
    except Exception:  # the first mode's error is the one to tell
        return None


@contextmanager
def quiet() -> Iterator[None]:
    """Keep torch's own chatter off the user's terminal; its errors still arrive as exceptions."""
    logger = logging.getLogger("torch")
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings(), redirect_stderr(StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


def _dynamic_shapes(module: torch.nn.Module, examples: Examples) -> Any:
    if not examples.specs:
        return None
    collection = ShapesCollection()
    dims: dict[str, Any] = {}
    for number, (tensor, spec) in enumerate(examples.specs):
        collection[tensor] = {
            axis: dims.setdefault(name, Dim(name))
            for axis, size in enumerate(spec.shape)
            if isinstance(size, str)
            for name in [f"_{number}_{axis}" if size == Spec.ANY else size]
        }
    try:
        return collection.dynamic_shapes(module, examples.args, examples.kwargs)
    except Exception as error:
        raise explain(error) from None


def _refined(error: Exception, shapes: Any) -> Any:
    """Take up the relations that the exporter suggests; one that fixes a size is the user's to decide."""
    text = str(error)
    if shapes is None or _FIXES not in text:
        raise explain(error) from None
    problem, fixes = text.split(_FIXES, 1)
    lines = [line for line in fixes.strip().splitlines() if " = " in line]
    for line in lines:
        name, _, value = line.strip().partition(" = ")
        if value.strip().isdigit():
            raise CaptureError(
                f"size {_readable(name)} cannot vary: the program makes it {value.strip()}",
                note=f"write {value.strip()} in its spec, or look for a place that uses the example's size",
            ) from None
    try:
        fixes = "\n".join([problem + _FIXES, *lines])
        return refine_dynamic_shapes_from_suggested_fixes(fixes, shapes)
    except Exception:
        raise explain(error) from None


def _readable(name: str) -> str:
    parts = name.split("_")
    if len(parts) == 3 and not parts[0] and parts[1].isdigit() and parts[2].isdigit():
        return f"{parts[2]} of symbolic input {parts[1]}"
    return f"'{name}'"


def explain(error: BaseException) -> CaptureError:
    """Describe an exception of torch, or of the user's own code inside it, with the user's line."""
    name = type(error).__name__
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [name]
    first = lines[0]
    if first.startswith("Constraints violated"):
        reasons = [line.removeprefix("- ") for line in lines[1:] if line.startswith("- ")]
        return CaptureError(
            "the sizes cannot vary as asked: " + "; ".join(reasons), location=user_line(error)
        )
    place = user_line(error)
    if "DataDependent" in name or "data-dependent" in first:
        what = "the program's path depends on the values of a tensor, which only the run knows"
        return CaptureError(what, location=place, note=_CONTROL_FLOW)
    if name == "Unsupported":
        return CaptureError(f"the exporter cannot follow the program: {first}", location=place)
    return CaptureError(f"the program cannot be captured: {name}: {first}", location=place)


def user_line(error: BaseException) -> str | None:
    """Find the innermost line of the user's own code in an exception: 'net.py:12 in forward: `if x > 0:`'."""
    seen: BaseException | None = error
    while seen is not None:
        for frame in reversed(traceback.extract_tb(seen.__traceback__)):
            if not _is_library(frame.filename):
                return f"{frame.filename}:{frame.lineno} in {frame.name}: `{frame.line}`"
        seen = seen.__cause__ or seen.__context__
    return None


def _is_library(filename: str) -> bool:
    if filename.startswith("<"):
        return True
    path = Path(filename).resolve()
    return "site-packages" in path.parts or any(path.is_relative_to(root) for root in _LIBRARIES)
