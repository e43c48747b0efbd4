"""Changes its argument in place, and returns a sum."""

import numpy as np


def kernel(steps, n, a):
    for _ in range(steps):
        a[1:-1] = 0.5 * (a[2:] + a[:-2])
    return np.sum(a) / n
