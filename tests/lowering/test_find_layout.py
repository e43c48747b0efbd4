"""How a function takes and gives its values, read from its arguments."""

import pytest

from isthmus.dialects import mlir
from isthmus.errors import PassError
from isthmus.lowering.find_layout import find_layout
from isthmus.signature import Layout, Signature, TensorType, Tree

TREE = Tree("tuple", None, (Tree("tuple"), Tree("dict")))
X = TensorType("x", "f64", ("n",))


def layout(arguments: str, body: str = "") -> Layout:
    text = f"""func.func @main(%x: tensor<?xf64>{arguments}) -> tensor<?xf64> {{
      {body}
      return %x : tensor<?xf64>
    }}"""
    signature = Signature((X,), (X,), TREE, TREE, symbols={"n": (0, None)})
    return find_layout(mlir.parse(text, mlir.context()), signature)


def test_a_plain_function_has_the_plain_layout() -> None:
    assert layout(", %d: tensor<?xf64> {hpc.output = 0 : index}") == Layout()


def test_an_argument_that_holds_a_result_is_in_place() -> None:
    assert layout(" {hpc.output = 0 : index}").in_place == ((0, 0),)


def test_workspace_has_the_sizes_it_states() -> None:
    found = layout(
        ', %w: tensor<4x?xi1> {hpc.workspace = ["4", "2*n"]}, %v: tensor<8xcomplex<f32>> {hpc.workspace}'
    )
    assert list(map(str, found.workspace)) == ["workspace.0: bool[4, 2*n]", "workspace.1: c64[8]"]


def test_bytes_for_addresses_name_their_arguments() -> None:
    assert layout(", %a: tensor<8xi8> {hpc.addresses = array<i64: 0>}").addresses == ((0,),)


def test_an_argument_that_is_written_besides_is_overwritten() -> None:
    body = """%f = arith.constant 0.0 : f64
      %y = linalg.fill ins(%f : f64) outs(%x : tensor<?xf64>) -> tensor<?xf64>"""
    assert layout("", body).overwritten == (0,)
    assert layout(" {hpc.output = 0 : index}", body).overwritten == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ", %d: tensor<?xf64> {hpc.output = 0 : index}, %w: tensor<8xf64> {hpc.workspace}",
            "'main' takes destinations before workspace or addresses",
        ),
        (", %w: tensor<?xf64> {hpc.workspace}", "workspace.0 'tensor<\\?xf64>' has sizes that vary"),
        (", %w: tensor<8xindex> {hpc.workspace}", "no array holds elements of 'index'"),
    ],
)
def test_what_cannot_be_is_refused(arguments: str, message: str) -> None:
    with pytest.raises(PassError, match=message):
        layout(arguments)
