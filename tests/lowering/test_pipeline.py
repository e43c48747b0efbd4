from dataclasses import dataclass, field
from typing import ClassVar

import pytest

from isthmus.dialects.mlir import collect, context, ir, parse
from isthmus.errors import PassError
from isthmus.lowering import pipeline as pipeline_module
from isthmus.lowering.callbacks import Timing, combine
from isthmus.lowering.passes import Pass
from isthmus.lowering.pipeline import Pipeline, Step
from isthmus.lowering.registry import PASSES

TWICE = """
func.func @f(%a: f32) -> f32 {
  %0 = arith.addf %a, %a : f32
  %1 = arith.addf %a, %a : f32
  %2 = arith.mulf %0, %1 : f32
  return %2 : f32
}
"""


@dataclass(frozen=True)
class Mark(Pass):
    """Set an attribute on every function."""

    name: ClassVar[str] = "mark"
    label: str = "seen"
    fail: bool = False

    def apply(self, module: ir.Module) -> None:
        """Mark, or fail as the bindings do."""
        for function in collect(module, "func.func"):
            function.attributes["test.mark"] = ir.StringAttr.get(self.label)
            if self.fail:
                ir.Module.parse("not mlir")


@pytest.fixture(autouse=True)
def _mark_is_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PASSES, "mark", "nowhere:Mark")
    monkeypatch.setattr(pipeline_module, "pass_named", lambda name: Mark)


@dataclass
class Trace:
    """Record each call of a callback."""

    rows: list[tuple[str | None, int, str | None]] = field(default_factory=list)

    def __call__(self, previous: Step | None, module: ir.Module, following: Step | None) -> None:
        """Record the names and the number of additions."""
        additions = len(collect(module, "arith.addf"))
        names = [step.name if step else None for step in (previous, following)]
        self.rows.append((names[0], additions, names[1]))


def test_ours_and_upstreams_run_in_order_and_the_callback_sees_each_state() -> None:
    module, trace = parse(TWICE, context()), Trace()
    Pipeline.parse("mark{label=x},func.func(cse,canonicalize)").run(module, trace)
    assert trace.rows == [
        (None, 2, "mark"),
        ("mark", 2, "cse"),
        ("cse", 1, "canonicalize"),
        ("canonicalize", 1, None),
    ]
    assert 'test.mark = "x"' in str(module)


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("", ""),
        ("builtin.module()", ""),
        (" cse , canonicalize ", "cse,canonicalize"),
        ("builtin.module(func.func(cse,canonicalize))", "func.func(cse),func.func(canonicalize)"),
        ("func.func(scf.for(cse))", "func.func(scf.for(cse))"),
        ("mark{ label='a b'  fail=false }", 'mark{label="a b"}'),
        ("inline{op-pipelines=func.func(cse,sccp)},cse", "inline{op-pipelines=func.func(cse,sccp)},cse"),
    ],
)
def test_a_pipeline_prints_what_parses_again(text: str, canonical: str) -> None:
    parsed = Pipeline.parse(text)
    assert str(parsed) == canonical
    assert Pipeline.parse(canonical) == parsed


def test_an_option_survives_its_own_writing() -> None:
    parsed = Pipeline.parse("mark{label='a b'}")
    assert Pipeline.parse(str(parsed)).steps[0].own == Mark(label="a b")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cse(", "malformed pipeline 'cse(': expected ')' at the end"),
        ("cse)", "unexpected ')'"),
        ("cse,", "expected a pass between the commas"),
        ("a b", "expected a pass as in 'cse'"),
        ("csee", "unknown pass 'csee': did you mean 'cse'?"),
        ("func.func(mark)", "pass 'mark' runs on the whole module, not inside 'func.func(...)'"),
        ("func.func(convert-func-to-llvm)", "pass 'convert-func-to-llvm' runs on 'builtin.module' only"),
        ("mark{label}", "option 'label' of pass 'mark' has no value"),
        ("canonicalize{top-down=7}", "option 'top-down' of pass 'canonicalize' is '7': expected 'true' or"),
        ("canonicalize{max-iterations=x}", "expected an integer"),
        ("canonicalize{nope=1}", "pass 'canonicalize' has no option 'nope'"),
        ("fun.func(cse)", "'fun.func(...)' names no operation"),
    ],
)
def test_a_wrong_pipeline_is_one_clear_error(
    text: str, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(PassError) as caught:
        Pipeline.parse(text)
    assert message in str(caught.value)
    assert capfd.readouterr().err == ""  # nothing is printed behind the caller's back


def test_what_the_bindings_refuse_is_a_pass_error() -> None:
    module = parse(TWICE, context())
    with pytest.raises(PassError, match="is unknown"):
        Pipeline.parse("mark{fail=true}").run(module)


def test_a_failing_upstream_pass_tells_the_users_line() -> None:
    text = """func.func @f(%a: tensor<3xf32>) -> tensor<3xf32> {
      %0 = "x.y"(%a) : (tensor<3xf32>) -> tensor<3xf32> loc("net.py":41:0)
      return %0 : tensor<3xf32>
    }"""
    module = parse(text, context(allow_unregistered=True))
    with pytest.raises(PassError, match="was not bufferized") as caught:
        Pipeline.parse("one-shot-bufferize").run(module)
    assert caught.value.location == "net.py:41"


def test_timing_has_a_row_for_each_step() -> None:
    timing = Timing()
    Pipeline.parse("cse,mark").run(parse(TWICE, context()), combine(timing.stop, timing.start))
    assert [step.name for step, _ in timing.rows] == ["cse", "mark"]
    assert timing.report().splitlines()[-1].endswith("total")
