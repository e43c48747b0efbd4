"""Simulation and network as one program: a whole step of the coarse model as a PyTorch module.

The closure alone, compiled, still leaves the equations around it to NumPy. Here they are compiled with it:
f64 dynamics, f32 network, one call per time step.
"""

import torch
from forecast import COARSE_STEP
from model import WILKS, Parameters
from torch import Tensor, nn


class CoarseStep(nn.Module):
    """Advance X, `f64[n, K] -> f64[n, K]`, by one Runge-Kutta step with a network as the closure."""

    def __init__(self, closure: nn.Module, step: float = COARSE_STEP, parameters: Parameters = WILKS) -> None:
        super().__init__()
        self.closure, self.step, self.forcing = closure, step, parameters.forcing

    def tendency(self, x: Tensor) -> Tensor:
        """Compute dX/dt as `model.CoarseDynamics` does."""
        two_back, back, ahead = x.roll(2, 1), x.roll(1, 1), x.roll(-1, 1)
        subgrid: Tensor = self.closure(x.to(torch.float32)).to(torch.float64)
        return (ahead - two_back) * back - x + self.forcing - subgrid

    def forward(self, x: Tensor) -> Tensor:
        """Take the step."""
        first = self.tendency(x)
        second = self.tendency(x + self.step / 2 * first)
        third = self.tendency(x + self.step / 2 * second)
        fourth = self.tendency(x + self.step * third)
        return x + self.step / 6 * (first + 2 * second + 2 * third + fourth)
