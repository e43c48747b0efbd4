"""The guards of the MLIR bindings: each way to crash them is an error, or does no harm."""

import subprocess
import sys

import pytest

from isthmus.dialects.mlir import (
    arith,
    collect,
    context,
    erase,
    ir,
    operations,
    parse,
    replace,
    run_passes,
    to_bytecode,
    verify,
)
from isthmus.errors import PassError, VerifyError

TWO_ADDS = """func.func @main(%a: f32, %b: f32) -> f32 {
  %0 = arith.addf %a, %b : f32
  %1 = arith.addf %0, %b : f32
  return %1 : f32
}"""


def test_erasing_an_operation_in_use_is_an_error() -> None:
    module = parse(TWO_ADDS, context())
    with pytest.raises(PassError, match=r"'arith.addf' still has uses"):
        erase(collect(module, "arith.addf")[0])


def test_replacing_by_the_wrong_number_of_values_is_an_error() -> None:
    module = parse(TWO_ADDS, context())
    with pytest.raises(PassError, match="has 1 results: cannot be replaced by 2 values"):
        replace(collect(module, "arith.addf")[0], [module.body.operations[0].arguments[0]] * 2)


def test_replacing_by_a_value_of_another_context_is_an_error() -> None:
    module, other = parse(TWO_ADDS, context()), parse(TWO_ADDS, context())
    with pytest.raises(PassError, match="another context"):
        replace(collect(module, "arith.addf")[0], [other.body.operations[0].arguments[0]])


def test_replacing_an_operation_by_itself_is_an_error_not_a_hang() -> None:
    module = parse(TWO_ADDS, context())
    last = collect(module, "arith.addf")[1]
    with pytest.raises(PassError, match="by a result of its own"):
        replace(last, [last.results[0]])
    verify(module)


def test_nesting_that_overflows_the_parser_is_an_error() -> None:
    deep = "func.func @f() { " + "scf.execute_region { " * 5000 + "} " * 5000 + "return }"
    with pytest.raises(VerifyError, match="nesting deeper than"):
        parse(deep, context())


def test_arrows_do_not_hide_nesting() -> None:
    opened = "".join(f"%r{level} = scf.if %c -> (i32) {{ " for level in range(5000))
    with pytest.raises(VerifyError, match="nesting deeper than"):
        parse(f"func.func @f(%c: i1) {{ {opened}", context())


def test_brackets_in_strings_and_comments_are_no_nesting() -> None:
    text = "".join(f'// ((((\nfunc.func private @f{n}() loc("a (((( \\" ((")\n' for n in range(200))
    assert len(collect(parse(text, context()), "func.func")) == 200


def test_a_parse_error_names_the_line() -> None:
    with pytest.raises(VerifyError, match=r"custom op 'arith\.nonsense'") as caught:
        parse("func.func @f() {\n  arith.nonsense\n  return\n}", context())
    assert caught.value.location == "-:2"


def test_a_verifier_error_names_the_user_s_line() -> None:
    text = 'func.func @f() {\n  %0 = "hpc.parameter"() {key = ""} : () -> tensor<3xf32> loc("net.py":41:0)\n  return\n}'
    with pytest.raises(VerifyError, match="needs a key") as caught:
        parse(text, context())
    assert caught.value.location == "net.py:41"


def test_an_unknown_pass_is_an_error_and_a_failing_one_carries_its_diagnostic() -> None:
    module = parse(TWO_ADDS, context())
    with pytest.raises(PassError, match="does not refer to a registered pass"):
        run_passes(module, "no-such-pass")
    verify(module)


def test_modules_survive_bytecode_with_their_locations() -> None:
    here = context()
    module = parse('func.func @f() {\n  return loc("net.py":7:0)\n}', here)
    again = parse(to_bytecode(module), here)
    assert 'loc("net.py":7:0)' in again.operation.get_asm(enable_debug_info=True)


def test_damaged_bytecode_is_an_error_in_a_process_of_its_own() -> None:
    """Every truncation and many flipped bytes of a module: an error each, or a module, never a dead process."""
    code = f"""
from isthmus.dialects.mlir import context, parse, to_bytecode
from isthmus.errors import VerifyError
data = to_bytecode(parse({TWO_ADDS!r}, context()))
for cut in range(4, len(data), 23):
    try:
        parse(data[:cut], context())
    except VerifyError:
        pass
print("alive")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert done.stdout.strip() == "alive", done.stderr


def test_edits_while_walking_are_safe_through_collect() -> None:
    module = parse(TWO_ADDS, context())
    for op in reversed(collect(module, "arith.addf")):
        with ir.InsertionPoint(op), op.location:
            replace(op, [arith.MulFOp(op.operands[0], op.operands[1]).result])
    verify(module)
    assert [op.name for op in operations(module)].count("arith.mulf") == 2
