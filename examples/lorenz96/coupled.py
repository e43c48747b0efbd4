"""The coarse model with a network as its closure, as one would write it: NumPy around PyTorch, and a loop in time.

`CoupledModel.advance` runs as it stands: NumPy calls torch four times a step. `isthmus.compile` captures the same
function unchanged, network and loop included, and gives one program without either.
"""

from dataclasses import dataclass

import numpy as np
import torch
from forecast import COARSE_STEP
from model import WILKS, Array
from torch import nn


@dataclass(frozen=True)
class CoupledModel:
    """Advance X, `f64[n, K]`, by Runge-Kutta steps, with a network in f32 for the subgrid tendency."""

    network: nn.Module
    step: float = COARSE_STEP
    forcing: float = WILKS.forcing

    def tendency(self, x: Array) -> Array:
        """Compute dX/dt (Wilks 2005, eq. 3)."""
        two_back, back, ahead = np.roll(x, 2, axis=1), np.roll(x, 1, axis=1), np.roll(x, -1, axis=1)
        with torch.inference_mode():
            subgrid: Array = self.network(torch.from_numpy(x).float()).double().numpy()
        return (ahead - two_back) * back - x + self.forcing - subgrid

    def advance(self, x: Array, steps: int = 1) -> None:
        """Advance `x` in place by that many steps."""
        for _ in range(steps):
            first = self.tendency(x)
            second = self.tendency(x + self.step / 2 * first)
            third = self.tendency(x + self.step / 2 * second)
            fourth = self.tendency(x + self.step * third)
            x += self.step / 6 * (first + 2 * second + 2 * third + fourth)
