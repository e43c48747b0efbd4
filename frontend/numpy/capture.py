"""Capture of a NumPy function: trace it once on stand-ins for its arguments."""

from collections.abc import Callable, Collection, Mapping
from typing import Any

from isthmus.errors import CaptureError, IsthmusError
from isthmus.signature import Signature

from ...dialects.attributes import SIMULATION
from ...dialects.mlir import func, ir, verify
from ..captured import Captured
from ..inline_calls import inline_calls
from . import where
from .arguments import Arguments, bind
from .emitter import Trace, tracing
from .regions import destroying_discarded
from .results import Results
from .rewrite import rewrite


def capture(
    function: Callable[..., Any],
    inputs: object,
    kwargs: Mapping[str, Any] | None,
    context: ir.Context,
    *,
    static: Collection[str] = (),
) -> Captured:
    """Capture a function on example arguments; names in `static` are constants of the program.

    Arrays that the function changes in place become outputs that update the caller's. Raises `CaptureError` with the
    user's file, line and source text.
    """
    arguments = bind(function, inputs, kwargs, static)
    with context, ir.Location.unknown():
        module = ir.Module.create()
        with ir.InsertionPoint(module.body):
            main = func.FuncOp("main", ([], []))
        entry = main.add_entry_block()
        trace = Trace(context, module, entry)
        with tracing(trace), ir.InsertionPoint(entry), destroying_discarded():
            positional, keyword = arguments.trace(entry)
            returned = _run(rewrite(function), positional, keyword)
            results = Results.of(returned, arguments)
            func.ReturnOp(results.values)
        types = [argument.type for argument in entry.arguments], [value.type for value in results.values]
        main.attributes[SIMULATION] = ir.UnitAttr.get(context)
        main.attributes["function_type"] = ir.TypeAttr.get(ir.FunctionType.get(*types))
        inline_calls(module)
    verify(module)
    return Captured(module, _signature(arguments, results), trace.parameters)


def _run(function: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return function(*args, **kwargs)
    except IsthmusError:
        raise
    except Exception as error:
        place = where.raised_at(error)
        raise CaptureError(
            f"the function raised {type(error).__name__}: {error}",
            location=None if place is None else str(place),
        ) from error


def _signature(arguments: Arguments, results: Results) -> Signature:
    return Signature(
        inputs=arguments.types,
        outputs=results.types,
        arguments=arguments.tree,
        results=results.tree,
        names=arguments.names,
        updates=results.updates,
        symbols=arguments.ranges(),
    )
