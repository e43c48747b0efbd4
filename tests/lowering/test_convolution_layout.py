"""Convolutional networks keep their numbers through the layout passes, whatever stands between convolutions."""

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import isthmus

TOLERANCE = 2e-6
"""Relative to the largest result; float32 sums in another order differ by about 5e-7."""


class Neighbours(nn.Module):
    """Pooling, concatenation, a residual, a slice and a mean around convolutions."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(3, 8, 3, padding=1)
        self.norm = nn.BatchNorm2d(8)
        self.second = nn.Conv2d(16, 8, 3, padding=1, stride=2)
        self.last = nn.Linear(8, 2)

    def forward(self, image: Tensor) -> Tensor:
        field = torch.relu(self.norm(self.first(image)))
        pooled = functional.max_pool2d(field, 3, 1, 1)
        field = self.second(torch.cat([field + pooled, pooled], dim=1))
        return self.last(field[:, :, 1:, :-1].mean((2, 3)))


class Upward(nn.Module):
    """Transposed convolutions that do not overlap, that overlap, and with a bias or none."""

    def __init__(self) -> None:
        super().__init__()
        self.enter = nn.Conv2d(3, 6, 1)
        self.apart = nn.ConvTranspose2d(6, 5, (3, 2), stride=(3, 2))
        self.plain = nn.ConvTranspose2d(5, 4, 2, stride=2, bias=False)
        self.overlapping = nn.ConvTranspose2d(4, 3, 3, stride=2, padding=1)

    def forward(self, image: Tensor) -> Tensor:
        return self.overlapping(self.plain(torch.tanh(self.apart(self.enter(image)))))


class Wide(nn.Module):
    """Weights whose rows would meet in the cache: 256 channels."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv2d(4, 256, 3), nn.ReLU(), nn.Conv2d(256, 4, 3))

    def forward(self, image: Tensor) -> Tensor:
        return self.body(image)


class Line(nn.Module):
    """Convolutions over one dimension."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Conv1d(3, 8, 5, padding=2), nn.GELU(), nn.Conv1d(8, 3, 3))

    def forward(self, signal: Tensor) -> Tensor:
        return self.body(signal)


@pytest.mark.parametrize(
    ("kind", "shape"),
    [(Neighbours, (2, 3, 9, 8)), (Upward, (2, 3, 5, 4)), (Wide, (1, 4, 8, 8)), (Line, (2, 3, 20))],
)
def test_the_layout_passes_keep_the_numbers(kind: type[nn.Module], shape: tuple[int, ...]) -> None:
    torch.manual_seed(0)
    model = kind().eval()
    image = torch.randn(shape)
    expected = model(image).detach()

    found = isthmus.load(isthmus.compile(model, (image,)), threads=1)(image)

    assert (found - expected).abs().max() <= TOLERANCE * expected.abs().max()


def test_a_batch_known_only_at_run_time_keeps_the_numbers() -> None:
    torch.manual_seed(0)
    model = Neighbours().eval()
    program = isthmus.load(isthmus.compile(model, (isthmus.Spec("f32[?,3,9,8]"),)), threads=1)
    for batch in (1, 3):
        image = torch.randn(batch, 3, 9, 8)
        expected = model(image).detach()
        assert (program(image) - expected).abs().max() <= TOLERANCE * expected.abs().max()
