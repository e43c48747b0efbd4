"""A script with small networks, and an artifact compiled from it once by the command itself."""

from pathlib import Path

import pytest

SCRIPT = """
import torch


class Net(torch.nn.Module):
    def __init__(self, width: int = 4) -> None:
        super().__init__()
        self.layer = torch.nn.Linear(3, width)
        self.drop = torch.nn.Dropout(0.5)
        torch.nn.init.constant_(self.layer.weight, 0.5)
        torch.nn.init.constant_(self.layer.bias, 1.0)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.drop(self.layer(x)))


class Two(torch.nn.Module):
    def forward(self, x: torch.Tensor, scale: torch.Tensor) -> dict[str, torch.Tensor]:
        return {"product": x * scale, "total": (x + scale).sum()}


class Branching(torch.nn.Module):
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        if x.sum() > 0:
            return x
        return -x


class Holder:
    net = Net()


def build() -> Net:
    return Net()


class Wide(Net):
    def __init__(self, width: int) -> None:
        super().__init__(width)


def smooth(u, rate):
    for _ in range(20):
        u[1:-1] += rate * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    return u.sum()


def broken() -> Net:
    return undefined_name


def gives_text() -> str:
    return "text"


model = Net()
number = 3
"""


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("script") / "small_nets.py"
    path.write_text(SCRIPT)
    return path


@pytest.fixture(scope="session")
def artifact(script: Path) -> Path:
    from isthmus.tools.compile import main

    path = script.with_name("net.isthmus")
    assert main([f"{script}:model", "--input", "f32[n,3]", "-o", str(path), "--quiet"]) == 0
    return path


@pytest.fixture(scope="session")
def two_inputs(script: Path) -> Path:
    from isthmus.tools.compile import main

    path = script.with_name("two.isthmus")
    inputs = ["--input", "f64[n,2]", "--input", "scale=f64[]"]
    assert main([f"{script}:Two", *inputs, "-o", str(path), "--quiet"]) == 0
    return path
