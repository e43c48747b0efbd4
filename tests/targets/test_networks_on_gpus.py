"""Networks for processors and GPUs in one artifact. The GPU modules are compiled here, and run only where a GPU is."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isthmus

TARGETS = ("cpu", "cuda:sm_80", "rocm:gfx942")
TOLERANCE = 1e-5
"""Of the largest element; f32 sums of at most a few hundred products."""


class TransformerBlock(nn.Module):
    """A pre-norm encoder block with two heads."""

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width) for _ in range(2)])
        self.projection, self.output = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.feed = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        batch, length, width = tokens.shape
        split = self.projection(self.norms[0](tokens)).view(batch, length, 3, 2, width // 2)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return tokens + self.feed(self.norms[1](tokens))


class FourierLayer(nn.Module):
    """Complex weights for the lowest modes, written into slices of a complex spectrum, then GELU."""

    def __init__(self, channels: int = 4, modes: int = 4) -> None:
        super().__init__()
        self.modes = modes
        shape = (2, channels, channels, modes, modes)
        self.weights = nn.Parameter(torch.randn(shape, dtype=torch.complex64) / channels)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, field: Tensor) -> Tensor:
        modes, spectrum = self.modes, torch.fft.rfft2(field)
        mixed = torch.zeros_like(spectrum)
        for rows, weight in zip((slice(modes), slice(-modes, None)), self.weights, strict=True):
            part = torch.einsum("bixy,ioxy->boxy", spectrum[:, :, rows, :modes], weight)
            mixed[:, :, rows, :modes] = part
        smooth = torch.fft.irfft2(mixed, s=field.shape[-2:])
        return functional.gelu(smooth + self.pointwise(field))


def perceptron() -> nn.Module:
    return nn.Sequential(nn.Linear(16, 32), nn.Tanh(), nn.Linear(32, 4))


def convolutions() -> nn.Module:
    layers = [nn.Conv2d(2, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 3))


NETWORKS = {
    "mlp": (perceptron, (8, 16)),
    "cnn": (convolutions, (2, 2, 16, 16)),
    "transformer": (TransformerBlock, (1, 8, 32)),
    "fno": (FourierLayer, (1, 4, 16, 16)),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_compiles_for_processors_and_gpus(name: str) -> None:
    torch.manual_seed(0)
    build, shape = NETWORKS[name]
    model, given = build().eval(), torch.randn(shape)
    artifact = isthmus.compile(model, (given,), target=TARGETS)
    assert {record.target for record in artifact.manifest.modules} == set(TARGETS)
    program = isthmus.load(artifact, device="local", threads=1)
    expected = model(given).detach()
    torch.testing.assert_close(program(given), expected, rtol=0, atol=TOLERANCE * expected.abs().max().item())
