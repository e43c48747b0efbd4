"""The border to IREE: parameters, destinations, and names that try to break the text they end in."""

import numpy as np
import pytest

from isthmus.errors import CompileError
from isthmus.targets.compiler import compile_module
from isthmus.targets.registry import parse_target

from .conftest import Run, to_bytecode

HOSTILE = [
    'a"b',
    "a\\b",
    "layers.0.weight",
    "größe→",
    "a>b<c::d",
    "tab\tline\n",
    "'",
    "%x @y #z",
    "a\\22",
]


def literal(text: str) -> str:
    return '"' + "".join(f"\\{byte:02X}" for byte in text.encode()) + '"'


def test_parameters_of_any_name_are_loaded_by_their_keys(run: Run) -> None:
    lines, previous = [], "%x"
    for index, key in enumerate([*HOSTILE, HOSTILE[0]]):
        location = f"loc({literal(key + '|node|op')}({literal(key)}:1:2))"
        lines.append(
            f'%w{index} = "hpc.parameter"() {{key = {literal(key)}}} : () -> tensor<4xf64> {location}'
        )
        lines.append(f'%s{index} = arith.addf {previous}, %w{index} {{hpc.note = "x"}} : tensor<4xf64>')
        previous = f"%s{index}"
    text = f"""func.func @main(%x: tensor<4xf64>, %d: tensor<4xf64> {{hpc.output = 0 : index, hpc.name = "d"}})
      -> tensor<4xf64> {{\n{chr(10).join(lines)}\nreturn {previous} : tensor<4xf64>\n}}"""
    compiled = compile_module(to_bytecode(text), parse_target("cpu:x86-64"))
    weights = {key: np.full(4, 2.0**index) for index, key in enumerate(HOSTILE)}
    expected = np.full(4, 2.0 ** len(HOSTILE))  # 0 + 1 + 2 + 4 … and the first key once more
    np.testing.assert_array_equal(run(compiled, np.zeros(4), np.empty(4), parameters=weights), expected)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_location_of_any_name_reaches_the_error_whole(name: str) -> None:
    text = f"""func.func @main(%x: tensor<8xf64>) -> tensor<8xf64> {{
      "stranger.op"(%x) : (tensor<8xf64>) -> () loc({literal(name + "|node|op")}("f.py":1:2))
      return %x : tensor<8xf64>
    }}"""
    with pytest.raises(CompileError) as caught:
        compile_module(to_bytecode(text), parse_target("cpu:x86-64"))
    assert f"cannot compile '{name}' (op): " in caught.value.message
