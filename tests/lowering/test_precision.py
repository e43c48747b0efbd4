"""The precision presets on whole programs: errors against f64, what is stored, what is left alone.

Errors are relative to the largest element of the result in f64. Rounding to bf16 is at most 2^-9 of a number, to f16
2^-12; a net of a few layers stays within 8 of those, and a run in f32 within 2e-6.
"""

import copy
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import isthmus
from isthmus.compiler import capture
from isthmus.frontend.captured import Captured
from isthmus.lowering.driver import lower
from isthmus.lowering.precision.parameters import convert
from isthmus.lowering.precision.report import Report, report
from isthmus.lowering.stages import stages_for
from isthmus.tools.inspect import main as inspect

ROUNDING = {"bf16": 2.0**-9, "f16": 2.0**-12, "f32": 2.0**-24}


class Block(nn.Module):
    """A transformer's block: attention and a perceptron, each after a normalisation, on looked-up vectors."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(32, 16)
        self.first, self.second = nn.LayerNorm(16), nn.LayerNorm(16)
        self.project, self.out = nn.Linear(16, 48), nn.Linear(16, 16)
        self.perceptron = nn.Sequential(nn.Linear(16, 32), nn.GELU(), nn.Linear(32, 16))

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        x = self.table(tokens)
        q, k, v = self.project(self.first(x)).chunk(3, dim=-1)
        x = x + self.out(nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True))
        return x + self.perceptron(self.second(x))


class Spectral(nn.Module):
    """A convolution in Fourier space between two layers."""

    def __init__(self) -> None:
        super().__init__()
        self.lift, self.project = nn.Linear(3, 8), nn.Linear(8, 2)
        self.response = nn.Parameter(torch.linspace(1.0, 0.2, 9).reshape(9, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        spectrum = torch.fft.rfft(self.lift(x), dim=1) * self.response
        return self.project(torch.tanh(torch.fft.irfft(spectrum, n=16, dim=1)))


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Linear(16, 64), nn.Tanh(), nn.Linear(64, 64), nn.SiLU(), nn.Linear(64, 4))


def convolutions() -> nn.Module:
    layers = [
        nn.Conv2d(3, 8, 3, padding=1),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 4, 3),
    ]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())


NETS: dict[str, tuple[Callable[[], nn.Module], Callable[[], torch.Tensor]]] = {
    "perceptron": (perceptron, lambda: torch.randn(8, 16)),
    "convolutions": (convolutions, lambda: torch.randn(2, 3, 12, 12)),
    "block": (Block, lambda: torch.randint(0, 32, (2, 8))),
    "spectral": (Spectral, lambda: torch.randn(2, 16, 3)),
}


@cache
def made(name: str) -> tuple[nn.Module, torch.Tensor]:
    torch.manual_seed(len(name))
    module, inputs = NETS[name]
    return module().eval(), inputs()


@cache
def compiled(name: str, precision: str | None) -> isthmus.Artifact:
    module, inputs = made(name)
    return isthmus.compile(module, (inputs,), precision=precision)


def error_of(name: str, precision: str | None) -> float:
    module, inputs = made(name)
    wide = inputs.double() if inputs.is_floating_point() else inputs
    wanted = copy.deepcopy(module).double()(wide).detach().numpy()
    got = isthmus.load(compiled(name, precision), threads=1)(inputs.numpy())
    assert got.dtype == np.float32
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


@pytest.mark.parametrize(
    ("name", "precision"),
    [(name, "bf16") for name in NETS] + [("perceptron", "f16"), ("block", "f16")],
)
def test_the_error_is_that_of_the_format(name: str, precision: str) -> None:
    as_written, narrow = error_of(name, None), error_of(name, precision)
    assert as_written < 2e-6
    assert 10 * as_written < narrow < 8 * ROUNDING[precision]


def test_an_f64_program_runs_in_f32_only_when_asked() -> None:
    module, inputs = copy.deepcopy(made("perceptron")[0]).double(), made("perceptron")[1].double()
    wanted = module(inputs).detach().numpy()
    errors = {}
    for precision in (None, "f32"):
        artifact = isthmus.compile(module, (inputs,), precision=precision)
        got = isthmus.load(artifact, threads=1)(inputs.numpy())
        assert got.dtype == np.float64
        errors[precision] = np.abs(got - wanted).max() / np.abs(wanted).max()
    assert errors[None] < 1e-14
    assert 1e-9 < errors["f32"] < 16 * ROUNDING["f32"]


def lowered(module: nn.Module, inputs: Any, precision: str | None) -> tuple[Captured, Report]:
    captured = capture(module, inputs, None)
    lower(captured.module, captured.signature, stages=stages_for(precision))
    return captured, report(captured.module, precision or "none")


def test_without_a_preset_f64_is_untouched() -> None:
    module, inputs = copy.deepcopy(made("perceptron")[0]).double(), made("perceptron")[1].double()
    captured, counts = lowered(module, (inputs,), None)
    assert counts.contractions == {"f64": 3}
    assert counts.parameters == {"f64": 6}
    assert "f32" not in str(captured.module)


def test_the_plan_says_what_is_narrow() -> None:
    plan: Any = compiled("block", "bf16").manifest.precision
    assert plan["preset"] == "bf16"
    assert plan["contractions"] == {"bf16": 6}
    assert plan["elementwise"]["bf16"] >= 4  # two normalisations, GELU, and the projections
    assert "bf16" not in plan["reductions"]
    assert plan["parameters"] == {"bf16": 5, "f32": 8}  # the table and four matrices; biases and scales stay
    assert compiled("block", None).manifest.precision is None


def test_fourier_transforms_stay_wide() -> None:
    plan: Any = compiled("spectral", "bf16").manifest.precision
    assert plan["contractions"]["bf16"] == 2
    assert plan["contractions"]["f32"] >= 2
    assert error_of("spectral", "bf16") < 8 * ROUNDING["bf16"]


def test_weights_take_half_the_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    narrow, wide = compiled("perceptron", "bf16"), compiled("perceptron", None)
    saved = 0
    for key, array in wide.parameters.items():
        is_weight = "weight" in key
        assert str(narrow.parameters[key].dtype) == ("bfloat16" if is_weight else "float32")
        saved += array.nbytes // 2 if is_weight else 0
    narrow.save(tmp_path / "narrow")
    wide.save(tmp_path / "wide")
    sizes = [(tmp_path / name / "parameters.irpa").stat().st_size for name in ("narrow", "wide")]
    assert sizes[1] - sizes[0] == pytest.approx(saved, abs=4096)  # the file grows in pages
    assert inspect([str(tmp_path / "narrow")]) == 0
    assert "precision: bf16\n  contractions: 3 in bf16\n" in capsys.readouterr().out


def test_state_and_signature_keep_their_types() -> None:
    class Running(nn.Module):
        total: torch.Tensor

        def __init__(self) -> None:
            super().__init__()
            self.register_buffer("total", torch.zeros(2, 4))
            self.layer = nn.Linear(8, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            self.total += self.layer(x)
            return self.total * 2

    captured, counts = lowered(Running(), (torch.randn(2, 8),), "f16")
    assert counts.contractions == {"f16": 1}
    assert [value.dtype for value in captured.signature.state] == ["f32"]
    assert convert(captured.module, captured.parameters)["total"].dtype == np.float32
    assert "func.func @main(%arg0: tensor<2x8xf32>, %arg1: tensor<2x4xf32>" in str(captured.module)


def test_a_table_tied_to_a_layer_is_stored_once() -> None:
    class Tied(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table, self.head = nn.Embedding(32, 16), nn.Linear(16, 32, bias=False)
            self.head.weight = self.table.weight

        def forward(self, tokens: torch.Tensor) -> Any:
            return self.head(torch.tanh(self.table(tokens)))

    captured, counts = lowered(Tied(), (torch.randint(0, 32, (4,)),), "bf16")
    assert counts.parameters == {"bf16": 1}
    assert len(convert(captured.module, captured.parameters)) == 1


def test_complex_products_are_narrowed_as_real_ones() -> None:
    class Mixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(4, 4, 9, dtype=torch.complex64))

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            spectrum = torch.einsum("bmi,iom->bmo", torch.fft.rfft(x, dim=1), self.weight)
            return torch.fft.irfft(spectrum, n=16, dim=1)

    captured, counts = lowered(Mixed(), (torch.randn(2, 16, 4),), "bf16")
    assert counts.contractions == {"bf16": 4, "f32": 2}  # the products of the parts; the two transforms
    assert convert(captured.module, captured.parameters)["weight"].dtype == np.complex64


def test_integers_are_unaffected() -> None:
    class Counts(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return (x @ x + 1).cumsum(0)

    texts = {
        str(lowered(Counts(), (torch.arange(16).reshape(4, 4),), p)[0].module) for p in (None, "f16", "f32")
    }
    assert len(texts) == 1


@pytest.mark.parametrize("precision", ["f8", "", "BF16"])
def test_an_unknown_preset_lists_the_choices(precision: str) -> None:
    with pytest.raises(isthmus.CompileError, match="expected one of 'f32', 'bf16', 'f16'"):
        isthmus.compile(nn.Linear(2, 2), (torch.zeros(1, 2),), precision=precision)


def test_a_weight_beyond_f16_is_refused() -> None:
    layer = nn.Linear(2, 2)
    layer.weight.data[0, 0] = 1e5
    with pytest.raises(
        isthmus.CompileError, match=r"parameter 'weight' holds 1e\+05, beyond the range of 'f16'"
    ):
        isthmus.compile(layer, (torch.zeros(1, 2),), precision="f16")


def test_an_activation_beyond_f16_becomes_infinite() -> None:
    layer = nn.Linear(2, 2, bias=False)
    layer.weight.data[:] = 1.0
    program = isthmus.load(isthmus.compile(layer, (torch.zeros(1, 2),), precision="f16"), threads=1)
    assert np.isinf(program(np.array([[1e5, 1.0]], np.float32))).all()
    # Sums are f32: only their terms must fit.
    assert (program(np.array([[6e4, 6e4]], np.float32)) == 120000).all()
