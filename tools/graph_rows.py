"""Items of a row side by side, each as near to where it wants to be as its neighbours let it."""

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar


class Placed(Protocol):
    """Something with a width and a middle."""

    width: float
    x: float
    is_bend: bool


_Item = TypeVar("_Item", bound=Placed)


def spread(row: Sequence[_Item], wanted: Mapping[_Item, float], gap: float) -> None:
    """Set the middles, in the given order and `gap` apart, so that the squared distances to `wanted` are least.

    Pool adjacent violators (Barlow et al., 1972): without the least distances it is a monotone regression.
    """
    starts, total = [], 0.0
    for place, item in enumerate(row):
        if place:
            total += (row[place - 1].width + item.width) / 2 + gap
        starts.append(total)
    pools: list[tuple[float, float, int]] = []  # mean, weight, how many
    for item, start in zip(row, starts, strict=True):
        mean, weight, count = wanted[item] - start, 4.0 if item.is_bend else 1.0, 1
        while pools and pools[-1][0] > mean:
            other, other_weight, others = pools.pop()
            mean = (mean * weight + other * other_weight) / (weight + other_weight)
            weight, count = weight + other_weight, count + others
        pools.append((mean, weight, count))
    means = [mean for mean, _, count in pools for _ in range(count)]
    for item, start, mean in zip(row, starts, means, strict=True):
        item.x = start + mean
