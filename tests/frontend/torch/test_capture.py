"""Capture: nesting, keywords, dtypes, state, updates, tied weights, loops and user operators, against torch."""

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import isthmus
from isthmus import CaptureError, CompileError
from isthmus.compiler import capture
from isthmus.dialects.mlir import collect

from .conftest import Check, assert_close

torch.manual_seed(0)


class Nested(nn.Module):
    def forward(self, x: Any, pair: Any, *, options: Any) -> Any:
        total = options["k"].sum()
        return {"a": x + pair[0], "b": (pair[1] * 2, [total, 3, None, x.shape[0]])}


def test_nested_inputs_keywords_and_outputs(check: Check) -> None:
    inputs = (torch.randn(2, 3), (torch.randn(3), torch.randn(4)))
    check(Nested(), inputs, {"options": {"k": torch.rand(5)}})


@pytest.mark.parametrize(
    "dtype", [torch.float64, torch.float16, torch.bfloat16, torch.int64, torch.uint8, torch.complex128]
)
def test_dtypes_are_kept(check: Check, dtype: torch.dtype) -> None:
    class Affine(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x * x + x

    x = (torch.randn(4, 5, dtype=torch.complex128 if dtype.is_complex else torch.float64) * 3).to(dtype)
    tolerance = {torch.float64: 1e-15, torch.complex128: 1e-15, torch.float16: 2e-3}.get(dtype, 1e-2)
    check(Affine(), (x,), tolerance=tolerance)


class Counter(nn.Module):
    total: torch.Tensor
    calls: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("total", torch.zeros(3))
        self.register_buffer("calls", torch.tensor(0), persistent=False)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        self.total += x
        self.calls += 1
        return self.total * 2, self.calls


def test_buffers_that_change_are_state() -> None:
    module = Counter()
    program = isthmus.load(isthmus.compile(module, (torch.zeros(3),)))
    for _ in range(3):
        assert_close(program(torch.ones(3)), module(torch.ones(3)), 0.0)
    assert {name: array.tolist() for name, array in program.state.items()} == {"total": [3, 3, 3], "calls": 3}
    program.reset()
    assert program(torch.ones(3))[1] == 1


def test_compiling_leaves_the_module_as_it_was() -> None:
    module = Counter()
    isthmus.compile(module, (torch.zeros(3),))
    assert module.calls == 0


def test_arguments_that_change_change_for_the_caller() -> None:
    class Update(nn.Module):
        def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
            x.add_(y)
            y[0] = 5
            return x.sum()

    program = isthmus.load(isthmus.compile(Update(), (torch.ones(3), torch.ones(3))))
    x, y = np.ones(3, np.float32), np.ones(3, np.float32)
    assert program(x, y) == 6
    assert (x.tolist(), y.tolist()) == ([2, 2, 2], [5, 1, 1])


def test_tied_weights_are_stored_once(check: Check) -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.embed, self.head = nn.Embedding(10, 16), nn.Linear(16, 10, bias=False)
            self.head.weight = self.embed.weight

        def forward(self, tokens: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.head(self.embed(tokens))
            return logits

    check(Tied(), (torch.tensor([3, 4]),))
    captured = capture(Tied(), (torch.tensor([3, 4]),), None)
    assert list(captured.parameters) == ["embed.weight"]


def test_weights_stay_outside_the_ir_and_share_the_module_s_memory() -> None:
    module = nn.Linear(64, 64)
    captured = capture(module, (torch.randn(2, 64),), None)
    assert np.shares_memory(captured.parameters["weight"], module.weight.detach().numpy())
    assert len(str(captured.module)) < 4000


def test_an_exported_program_is_captured_as_it_is() -> None:
    module = nn.Sequential(nn.Linear(8, 4), nn.GELU())
    x = torch.randn(3, 8)
    artifact = isthmus.compile(torch.export.export(module, (x,)))
    assert_close(isthmus.load(artifact)(x), module(x), 1e-6)


def test_a_loop_runs_as_often_as_torch_s(check: Check) -> None:
    class Loop(nn.Module):
        def forward(self, x: torch.Tensor) -> Any:
            def going(i: torch.Tensor, x: torch.Tensor) -> Any:
                return i < 5

            def step(i: torch.Tensor, x: torch.Tensor) -> Any:
                return i + 1, x * 2

            return torch._higher_order_ops.while_loop(going, step, (torch.tensor(0), x))

    check(Loop(), (torch.randn(3),))


def test_sizes_that_depend_on_values(check: Check) -> None:
    class Where(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.nonzero(x > 0)

    check(Where(), (torch.randn(16),))


def test_networks_of_several_kinds(check: Check) -> None:
    class Several(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = nn.Sequential(nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU())
            self.recurrent = nn.LSTM(8, 5, batch_first=True)
            self.norm = nn.LayerNorm(5)

        def forward(self, x: torch.Tensor) -> Any:
            y = self.convolution(x).flatten(2).transpose(1, 2)
            z, (h, c) = self.recurrent(y)
            return self.norm(z), h, c

    module = Several().eval()
    module.convolution[1].get_buffer("running_var").uniform_(0.5, 2.0)
    check(module, (torch.randn(2, 3, 6, 6),))


@torch.library.custom_op("physics::flux", mutates_args=())
def flux(x: torch.Tensor, other: torch.Tensor, limit: float) -> torch.Tensor:
    return x.clamp(max=limit)


@flux.register_fake
def _(x: torch.Tensor, other: torch.Tensor, limit: float) -> torch.Tensor:
    return torch.empty_like(x)


class Flux(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        limited: torch.Tensor = flux(x, x.double(), 2.0)
        return limited + 1


def test_a_user_operator_arrives_as_a_call_with_its_constants() -> None:
    call = collect(capture(Flux(), (torch.randn(3),), None).module, "hpc.call")[0]
    assert call.attributes["callee"].value == "physics::flux"
    assert call.attributes["arguments"]["limit"].value == 2.0
    assert len(call.operands) == 2


def test_an_operator_without_registration_is_named_with_the_user_s_line() -> None:
    with pytest.raises(CompileError, match="no registration for operator 'physics::flux'") as caught:
        isthmus.compile(Flux(), (torch.randn(3),))
    assert "test_capture.py" in str(caught.value.location)


class Branch(nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.sum() > 0:  # the line the error must name
            return x
        return -x


def test_control_flow_on_values_names_the_line() -> None:
    with pytest.raises(CaptureError, match="depends on the values of a tensor") as caught:
        isthmus.compile(Branch(), (torch.randn(3),))
    assert "the line the error must name" in str(caught.value.location)
    assert "torch.where" in str(caught.value.note)


@pytest.mark.parametrize(
    ("program", "inputs", "message"),
    [
        (nn.Linear(3, 4), (torch.randn(2, 5),), "same reduction dim"),
        (nn.Linear(3, 4), (torch.randn(2, 3), torch.randn(2)), "too many positional arguments"),
        (nn.Linear(3, 4), (object(),), "input 0 is of type 'object'"),
        (nn.Linear(3, 4), (np.array(["a"]),), "unsupported array dtype"),
        ([1, 2], (torch.randn(3),), "cannot capture an object of type 'list'"),
    ],
)
def test_what_cannot_be_captured_says_why(program: Any, inputs: tuple[Any, ...], message: str) -> None:
    with pytest.raises(CaptureError, match=message):
        isthmus.compile(program, inputs)


def test_arguments_go_by_position_or_by_name() -> None:
    module, x = nn.Sequential(nn.Linear(3, 4)), torch.randn(2, 3)
    program = isthmus.load(isthmus.compile(module, (x,)))
    assert_close(program(input=x), module(x), 1e-6)
    with pytest.raises(isthmus.RunError, match="missing argument 'input'"):
        program()
