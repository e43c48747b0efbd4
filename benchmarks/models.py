"""The networks the benchmarks measure: what scientific users put in place of, or beside, a simulation step."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional


@dataclass(frozen=True)
class Case:
    """Describe one row of the table: a network, the shape and dtype of its one input, and how to build it."""

    name: str
    build: Callable[[], nn.Module]
    shape: tuple[int, ...]
    dtype: torch.dtype = torch.float32

    def create(self) -> tuple[nn.Module, Tensor]:
        """Build the network in evaluation mode and an input, the same ones in every process."""
        torch.manual_seed(0)
        model = self.build().eval()
        randomise_statistics(model)
        model.requires_grad_(False)
        generator = torch.Generator().manual_seed(1)
        return model.to(self.dtype), torch.randn(self.shape, generator=generator, dtype=self.dtype)


def randomise_statistics(model: nn.Module) -> None:
    """Give every batch norm running statistics and weights that matter, as training would."""
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            assert module.running_mean is not None and module.running_var is not None
            nn.init.normal_(module.running_mean, 0.0, 0.1)
            nn.init.uniform_(module.running_var, 0.5, 1.5)
            nn.init.uniform_(module.weight, 0.5, 1.5)
            nn.init.normal_(module.bias, 0.0, 0.1)


def mlp() -> nn.Module:
    """Build a closure network: three hidden layers of 256."""
    sizes = [64, 256, 256, 256, 64]
    layers: list[nn.Module] = []
    for width, following in itertools.pairwise(sizes):
        layers += [nn.Linear(width, following), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def cnn() -> nn.Module:
    """Build a field-to-field network: four 3x3 convolutions with 32 channels between."""
    channels = [4, 32, 32, 32, 4]
    layers: list[nn.Module] = []
    for width, following in itertools.pairwise(channels):
        layers += [nn.Conv2d(width, following, 3, padding=1), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


class DoubleConvolution(nn.Sequential):
    """Twice: 3x3 convolution, batch norm, ReLU."""

    def __init__(self, inputs: int, outputs: int) -> None:
        layers: list[nn.Module] = []
        for width in (inputs, outputs):
            layers += [
                nn.Conv2d(width, outputs, 3, padding=1, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(),
            ]
        super().__init__(*layers)


class UNet(nn.Module):
    """A U-Net of three levels with transposed convolutions on the way up."""

    def __init__(self, channels: int = 4, width: int = 16) -> None:
        super().__init__()
        self.enter = DoubleConvolution(channels, width)
        self.down = nn.ModuleList([DoubleConvolution(width << i, width << (i + 1)) for i in range(3)])
        self.grow = nn.ModuleList(
            [nn.ConvTranspose2d(width << (i + 1), width << i, 2, stride=2) for i in reversed(range(3))]
        )
        self.up = nn.ModuleList([DoubleConvolution(width << (i + 1), width << i) for i in reversed(range(3))])
        self.leave = nn.Conv2d(width, channels, 1)

    def forward(self, field: Tensor) -> Tensor:
        field = self.enter(field)
        skipped = []
        for level in self.down:
            skipped.append(field)
            field = level(functional.max_pool2d(field, 2))
        for grow, level in zip(self.grow, self.up, strict=True):
            field = level(torch.cat([skipped.pop(), grow(field)], dim=1))
        return self.leave(field)


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions with batch norm beside a shortcut."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.first_norm = nn.BatchNorm2d(outputs)
        self.second = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.second_norm = nn.BatchNorm2d(outputs)
        self.shortcut: nn.Module = nn.Identity()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, field: Tensor) -> Tensor:
        inner = functional.relu(self.first_norm(self.first(field)))
        return functional.relu(self.shortcut(field) + self.second_norm(self.second(inner)))


def resnet() -> nn.Module:
    """Build ResNet-18."""
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    widths = [64, 64, 128, 256, 512]
    blocks: list[nn.Module] = []
    for level, (inputs, outputs) in enumerate(itertools.pairwise(widths)):
        blocks += [ResidualBlock(inputs, outputs, 1 if level == 0 else 2), ResidualBlock(outputs, outputs, 1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))


class TransformerBlock(nn.Module):
    """A pre-norm encoder block with eight heads; attention by `scaled_dot_product_attention`."""

    def __init__(self, width: int = 256, heads: int = 8) -> None:
        super().__init__()
        self.heads = heads
        self.attention_norm = nn.LayerNorm(width)
        self.projection = nn.Linear(width, 3 * width)
        self.output = nn.Linear(width, width)
        self.feed_norm = nn.LayerNorm(width)
        self.feed = nn.Sequential(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))

    def forward(self, tokens: Tensor) -> Tensor:
        batch, length, width = tokens.shape
        split = self.projection(self.attention_norm(tokens)).view(batch, length, 3, self.heads, -1)
        query, key, value = split.permute(2, 0, 3, 1, 4).unbind(0)
        mixed = functional.scaled_dot_product_attention(query, key, value)
        tokens = tokens + self.output(mixed.transpose(1, 2).reshape(batch, length, width))
        return tokens + self.feed(self.feed_norm(tokens))


def encoder() -> nn.Module:
    """Build an encoder of six transformer blocks and a final norm."""
    return nn.Sequential(*[TransformerBlock() for _ in range(6)], nn.LayerNorm(256))


class SpectralConvolution(nn.Module):
    """Multiply the lowest Fourier modes of every channel by learned complex weights.

    `real_arithmetic` computes the same with real products: the exporter to ONNX knows no complex ones.
    """

    real_arithmetic = False

    def __init__(self, channels: int, modes: int) -> None:
        super().__init__()
        self.modes = modes
        self.low = nn.Parameter(torch.randn(channels, channels, modes, modes, 2) / channels)
        self.high = nn.Parameter(torch.randn(channels, channels, modes, modes, 2) / channels)

    def forward(self, field: Tensor) -> Tensor:
        modes, (height, width) = self.modes, field.shape[-2:]
        spectrum = torch.fft.rfft2(field)
        low = self._mix(spectrum[:, :, :modes, :modes], self.low)
        high = self._mix(spectrum[:, :, -modes:, :modes], self.high)
        gap = low.new_zeros(*low.shape[:2], height - 2 * modes, modes, 2)
        kept = torch.cat([low, gap, high], dim=2)
        mixed = functional.pad(kept, (0, 0, 0, width // 2 + 1 - modes))
        return torch.fft.irfft2(torch.view_as_complex(mixed), s=(height, width))

    def _mix(self, spectrum: Tensor, weight: Tensor) -> Tensor:
        subscripts = "bixy,ioxy->boxy"
        if not self.real_arithmetic:
            return torch.view_as_real(torch.einsum(subscripts, spectrum, torch.view_as_complex(weight)))
        real, imaginary = torch.view_as_real(spectrum).unbind(-1)
        parts = [
            torch.einsum(subscripts, real, weight[..., 0])
            - torch.einsum(subscripts, imaginary, weight[..., 1]),
            torch.einsum(subscripts, real, weight[..., 1])
            + torch.einsum(subscripts, imaginary, weight[..., 0]),
        ]
        return torch.stack(parts, dim=-1)


class FourierLayer(nn.Module):
    """A spectral convolution beside a pointwise one, then GELU."""

    def __init__(self, channels: int, modes: int) -> None:
        super().__init__()
        self.spectral = SpectralConvolution(channels, modes)
        self.pointwise = nn.Conv2d(channels, channels, 1)

    def forward(self, field: Tensor) -> Tensor:
        return functional.gelu(self.spectral(field) + self.pointwise(field))


def fno() -> nn.Module:
    """Build a two-dimensional Fourier neural operator: lift, four layers of 12 modes, project."""
    layers = [FourierLayer(32, 12) for _ in range(4)]
    return nn.Sequential(nn.Conv2d(1, 32, 1), *layers, nn.Conv2d(32, 128, 1), nn.GELU(), nn.Conv2d(128, 1, 1))


CASES = (
    Case("mlp-1", mlp, (1, 64)),
    Case("mlp-64", mlp, (64, 64)),
    Case("mlp-4096", mlp, (4096, 64)),
    Case("cnn-64", cnn, (1, 4, 64, 64)),
    Case("cnn-256", cnn, (1, 4, 256, 256)),
    Case("unet", UNet, (1, 4, 128, 128)),
    Case("resnet-18", resnet, (1, 3, 224, 224)),
    Case("transformer", TransformerBlock, (1, 256, 256)),
    Case("encoder-6", encoder, (1, 256, 256)),
    Case("fno-2d", fno, (1, 1, 64, 64)),
    Case("mlp-1-f64", mlp, (1, 64), torch.float64),
    Case("mlp-64-f64", mlp, (64, 64), torch.float64),
    Case("mlp-4096-f64", mlp, (4096, 64), torch.float64),
    Case("fno-2d-f64", fno, (1, 1, 64, 64), torch.float64),
)
