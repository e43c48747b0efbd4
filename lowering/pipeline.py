"""Pipelines as text, our passes mixed with upstream's, and the one loop that runs them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from isthmus.errors import PassError

from ..dialects.mlir import PassManager, diagnostics, ir, run_passes
from .pass_options import make_pass, write_options
from .passes import Pass
from .registry import PASSES, pass_named, unknown_pass
from .upstream_passes import upstream_defaults

_ELEMENT = re.compile(r"(?P<name>[\w.-]+)\s*(\{(?P<options>.*)\}|\((?P<nested>.*)\))?", re.DOTALL)
_BRACKETS = {"(": ")", "{": "}", "[": "]", "<": ">"}
_ROOT = "builtin.module"


@dataclass(frozen=True)
class Step:
    """Hold one pass of a pipeline: ours when `own` is set, otherwise upstream's.

    `text` is how it stands in a pipeline, with its options and the anchors around it.
    """

    name: str
    text: str
    own: Pass | None = None

    def run(self, module: ir.Module) -> None:
        """Apply the pass in place; failures are `PassError`s that hold MLIR's diagnostics."""
        if self.own is None:
            run_passes(module, self.text)
            return
        with module.context, ir.Location.unknown(), diagnostics(module.context, PassError):
            self.own.apply(module)


Callback = Callable[[Step | None, ir.Module, Step | None], None]
"""Called around each step with `(previous, module, next)`: None before the first and after the last."""


@dataclass(frozen=True)
class Pipeline:
    """Hold the steps of a pipeline in order."""

    steps: tuple[Step, ...]

    @staticmethod
    def parse(text: str) -> "Pipeline":
        """Read `"clean,func.func(cse),expand-math{ulp=4}"`, with or without `builtin.module(...)` around it.

        Names, anchors and options are checked at once: what is wrong is a `PassError` that lists the choices.
        """
        elements = _elements(text)
        if len(elements) == 1 and (match := _match(elements[0])) and match["name"] in (_ROOT, "any"):
            elements = _elements(match["nested"] or "")
        steps = tuple(step for element in elements for step in _steps(element, ()))
        _check_upstream([step for step in steps if step.own is None])
        return Pipeline(steps)

    def __str__(self) -> str:
        return ",".join(step.text for step in self.steps)

    def run(self, module: ir.Module, callback: Callback | None = None) -> None:
        """Run every step in place; verification, printing, timing and tracing hang from `callback`.

        An exception of a step or of the callback ends the run and leaves the module as it then is.
        """
        previous: Step | None = None
        for step in self.steps:
            if callback:
                callback(previous, module, step)
            step.run(module)
            previous = step
        if callback:
            callback(previous, module, None)


def _steps(text: str, anchors: tuple[str, ...]) -> Iterator[Step]:
    """Read one element; a nested pipeline gives one step for each of its passes."""
    match = _match(text)
    name, options, nested = match["name"], match["options"], match["nested"]
    if nested is not None:
        for inner in _elements(nested):
            yield from _steps(inner, (*anchors, name))
    elif name not in PASSES:
        opened = "".join(f"{anchor}(" for anchor in anchors)
        yield Step(name, opened + text + ")" * len(anchors))
    elif anchors:
        raise PassError(
            f"pass '{name}' runs on the whole module, not inside '{anchors[-1]}(...)'",
            note="write it beside the nested pipeline, not inside",
        )
    else:
        own = make_pass(pass_named(name), tuple(_assignments(name, options or "")))
        yield Step(name, name + write_options(own), own)


def _assignments(name: str, text: str) -> Iterator[tuple[str, str]]:
    for part in _split(text, " \t\n"):
        option, equals, value = part.partition("=")
        if not equals:
            raise PassError(
                f"option '{part}' of pass '{name}' has no value", note=f"write it as {part}=VALUE"
            )
        yield option, value.strip("\"'")


def _match(text: str) -> re.Match[str]:
    match = _ELEMENT.fullmatch(text)
    if not match:
        raise _malformed(text, "expected a pass as in 'cse' or 'canonicalize{top-down=true}'")
    return match


def _elements(text: str) -> list[str]:
    parts = _split(text, ",", keep_empty=True)
    if len(parts) > 1 and "" in parts:
        raise _malformed(text, "expected a pass between the commas")
    return [part for part in parts if part]


def _split(text: str, separators: str, keep_empty: bool = False) -> list[str]:
    """Cut text at separators that stand outside of brackets and quotes."""
    parts, closers, quote = [""], [], ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in _BRACKETS:
            closers.append(_BRACKETS[character])
        elif character in _BRACKETS.values() and (not closers or closers.pop() != character):
            raise _malformed(text, f"unexpected '{character}'")
        if character in separators and not closers and not quote:
            parts.append("")
        else:
            parts[-1] += character
    if quote or closers:
        raise _malformed(text, f"expected '{quote or closers[-1]}' at the end")
    return [part.strip() for part in parts if keep_empty or part.strip()]


def _malformed(text: str, why: str) -> PassError:
    return PassError(f"malformed pipeline '{text}': {why}")


def _check_upstream(steps: Sequence[Step]) -> None:
    """Let the bindings parse each upstream step in a context of its own."""
    context = ir.Context()
    context.load_all_available_dialects()
    for step in steps:
        for anchor in re.findall(r"([\w.-]+)\(", step.text.partition("{")[0]):
            if not context.is_registered_operation(anchor):
                raise PassError(
                    f"'{anchor}(...)' names no operation: expected one as in 'func.func({step.name})'"
                )
        _check_values(step)
        try:
            with context:
                PassManager.parse(f"{_ROOT}({step.text})")
        except ValueError as error:
            raise _upstream_error(step, str(error)) from None


def _check_values(step: Step) -> None:
    """Refuse a number or boolean of the wrong type, which the bindings report on stderr alone."""
    options = re.fullmatch(r"[^{]*\{(.*)\}\)*", step.text, re.DOTALL)
    defaults = upstream_defaults(step.name) if options else {}
    for name, value in _assignments(step.name, options[1] if options else ""):
        default = defaults.get(name, "")
        expected = "'true' or 'false'" if default in ("true", "false") else "an integer"
        form = r"true|false|0|1" if default in ("true", "false") else r"-?\d+"
        if re.fullmatch(r"true|false|-?\d+", default) and not re.fullmatch(form, value):
            raise PassError(f"option '{name}' of pass '{step.name}' is '{value}': expected {expected}")


def _upstream_error(step: Step, why: str) -> PassError:
    if "does not refer to a registered pass" in why:
        return unknown_pass(step.name)
    defaults = ", ".join(f"{name}={value}" for name, value in upstream_defaults(step.name).items())
    note = f"its options: {defaults}" if defaults else f"in '{step.text}'"
    if option := re.search(r"no such option (\S+)", why):
        return PassError(f"pass '{step.name}' has no option '{option[1]}'", note=note)
    if "restricted to" in why and (anchor := re.search(r"restricted to '([^']+)'", why)):
        return PassError(f"pass '{step.name}' runs on '{anchor[1]}' only", note=f"in '{step.text}'")
    first = next((line for line in why.splitlines() if line.strip()), "it cannot be parsed")
    return PassError(f"pass '{step.name}': {first[:1].lower()}{first[1:].rstrip('. ')}", note=note)
