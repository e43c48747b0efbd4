from itertools import pairwise

import pytest

from isthmus.dialects.mlir import context, parse
from isthmus.errors import VerifyError
from isthmus.lowering.contracts import Contract, OpSet
from isthmus.lowering.stages import STAGES

PROGRAM = """
func.func @f(%a: f32) -> f32 {
  %0 = math.tanh %a : f32 loc("layers.2|tanh|aten.tanh"("net.py":41:0))
  %1 = math.tanh %0 : f32 loc("net.py":42:0)
  %2 = math.sqrt %1 : f32
  "other.thing"(%2) : (f32) -> () loc("net.py":43:0)
  return %2 : f32
}
"""
SCALARS = OpSet(("func.*", "arith.*", "math.*"), refused=("math.tanh",))


def test_all_offenders_are_told_at_once_with_the_users_places() -> None:
    module = parse(PROGRAM, context(allow_unregistered=True))
    with pytest.raises(VerifyError) as caught:
        Contract("numerics", SCALARS, SCALARS).check_leaves(module)
    text = str(caught.value)
    assert text.startswith("stage 'numerics' must not leave 'math.tanh', 'other.thing'")
    assert "'math.tanh' (2x) at net.py:41 in layers.2 (aten.tanh), net.py:42" in text
    assert "'other.thing' (1x) at net.py:43" in text
    assert "math.sqrt" not in text


def test_a_kept_contract_is_silent() -> None:
    module = parse("func.func @f(%a: f32) -> f32 { return %a : f32 }", context())
    Contract("numerics", SCALARS, SCALARS).check_accepts(module)


def test_an_unregistered_operation_is_never_accepted() -> None:
    module = parse('"other.thing"() : () -> ()', context(allow_unregistered=True))
    everything = OpSet(("*",))
    with pytest.raises(VerifyError, match="does not accept"):
        Contract("border", everything, everything).check_accepts(module)


def test_sets_unite() -> None:
    both = SCALARS | OpSet(("math.tanh", "hpc.*"), refused=("hpc.call",))
    assert "math.tanh" in both and "hpc.fft" in both and "func.return" in both
    assert "hpc.call" not in both and "scf.for" not in both


def test_each_stage_accepts_what_the_one_before_leaves() -> None:
    for before, after in pairwise(STAGES):
        assert set(before.contract.leaves.allowed) <= set(after.contract.accepts.allowed)
    assert "hpc.fft" in STAGES[0].contract.accepts
    assert "hpc.fft" not in STAGES[-1].contract.leaves
