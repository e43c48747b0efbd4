"""The neural closure in PyTorch: the network, its training, and its use from the coarse model.

A closure that is local in k (Wilks 2005, Rasp 2020) cannot know whether X_k is rising or falling, and Y lags
behind X. The resolved neighbours carry that: X_{k-2}, X_{k-1} and X_{k+1} set dX_k/dt, and their own tendencies
reach further. So the network sees X_{k-3} ... X_{k+3}, and is the same for every k.
"""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from model import Array
from torch import Tensor, nn

REACH = 3
"""Neighbours on each side that the network sees."""


LEARNING_RATE = 5e-3


class ClosureNetwork(nn.Module):
    """Map the resolved state X to the subgrid tendency U, `f32[n, K] -> f32[n, K]`, in physical units.

    One small perceptron is applied at every k to the window X_{k-3} ... X_{k+3}; the scaling is part of it.
    """

    def __init__(self, width: int = 32) -> None:
        super().__init__()
        self.perceptron = nn.Sequential(
            nn.Linear(2 * REACH + 1, width),
            nn.Tanh(),
            nn.Linear(width, width),
            nn.Tanh(),
            nn.Linear(width, 1),
        )
        self.register_buffer("x_scale", torch.ones(2))
        self.register_buffer("subgrid_scale", torch.ones(2))

    def scale_to(self, x: Tensor, subgrid: Tensor) -> None:
        """Take the mean and standard deviation of the training data as the units inside."""
        self.x_scale = torch.stack([x.mean(), x.std()])
        self.subgrid_scale = torch.stack([subgrid.mean(), subgrid.std()])

    def forward(self, x: Tensor) -> Tensor:
        """Compute U of every member and every k."""
        size = x.shape[1]
        scaled = (x - self.x_scale[0]) / self.x_scale[1]
        circle = torch.cat([scaled[:, -REACH:], scaled, scaled[:, :REACH]], dim=1)
        windows = torch.stack([circle[:, i : i + size] for i in range(2 * REACH + 1)], dim=-1)
        subgrid: Tensor = self.perceptron(windows).squeeze(-1)
        return subgrid * self.subgrid_scale[1] + self.subgrid_scale[0]


class TorchClosure:
    """Call a network in torch eager mode on f32 copies of the state."""

    def __init__(self, network: nn.Module, members: int, size: int) -> None:
        self._network = network
        self._input = torch.zeros(members, size)
        self._input_array = self._input.numpy()

    def call(self) -> Tensor:
        """Run the network alone on the last state given."""
        with torch.inference_mode():
            subgrid: Tensor = self._network(self._input)
            return subgrid

    def __call__(self, x: Array, out: Array) -> None:
        """Compute U in f32."""
        np.copyto(self._input_array, x, casting="same_kind")
        np.copyto(out, self.call().numpy())


def train(
    x: Array,
    subgrid: Array,
    epochs: int = 20,
    batch: int = 64,
    seed: int = 2005,
    progress: Callable[[str], None] = lambda text: None,
) -> tuple[ClosureNetwork, list[float]]:
    """Fit a network to samples `[sample, K]` of X and U; give it and the loss of each epoch.

    Minimises the mean squared error over the variance of U with Adam, the rate falling along a cosine.
    """
    torch.manual_seed(seed)
    network = ClosureNetwork()
    inputs, targets = torch.from_numpy(x).float(), torch.from_numpy(subgrid).float()
    network.scale_to(inputs, targets)
    optimizer = torch.optim.Adam(network.parameters(), lr=LEARNING_RATE)
    steps = epochs * -(-len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, steps)
    losses = []
    for epoch in range(epochs):
        total = 0.0
        for chosen in torch.randperm(len(inputs)).split(batch):
            loss = ((network(inputs[chosen]) - targets[chosen]) / network.subgrid_scale[1]).square().mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(chosen)
        losses.append(total / len(inputs))
        if (epoch + 1) % 5 == 0:
            progress(f"epoch {epoch + 1}/{epochs}: unexplained variance {losses[-1]:.4f}")
    return network.eval(), losses


def reorder_hidden_units(network: ClosureNetwork, seed: int = 7) -> ClosureNetwork:
    """Give the same function with its hidden units in another order: equal but for f32 rounding."""
    twin = ClosureNetwork()
    twin.load_state_dict(network.state_dict())
    generator = torch.Generator().manual_seed(seed)
    linears = [layer for layer in twin.perceptron if isinstance(layer, nn.Linear)]
    with torch.no_grad():
        for layer, following in pairwise(linears):
            order = torch.randperm(layer.out_features, generator=generator)
            layer.weight.copy_(layer.weight[order])
            layer.bias.copy_(layer.bias[order])
            following.weight.copy_(following.weight[:, order])
    return twin.eval()
