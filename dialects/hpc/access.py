"""The accesses of `hpc.stencil`: from a point of the results' domain to an element of an input."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..mlir import ir


@dataclass(frozen=True, slots=True)
class Place:
    """Hold one index of an access: the domain's index along `dimension` plus `offset`, or `offset` alone."""

    dimension: int | None
    offset: int


@dataclass(frozen=True, slots=True)
class Access:
    """Hold one access: which input, and the place along each of its dimensions."""

    source: int
    places: tuple[Place, ...]

    def to_map(self, rank: int) -> ir.AffineMap:
        """Write the places as an affine map from a domain of `rank` dimensions."""
        return ir.AffineMap.get(rank, 0, [_expression(place) for place in self.places])


def places_of(entry: ir.AffineMap) -> tuple[Place, ...] | None:
    """Read a map whose results are `dk + constant`, `dk` or `constant`; None for any other."""
    if entry.n_symbols:
        return None
    places = [_place(result) for result in entry.results]
    return None if None in places else tuple(place for place in places if place is not None)


def access_of(source: int, entry: ir.AffineMap) -> Access:
    """Read a map that the verifier has accepted."""
    places = places_of(entry)
    if places is None:
        raise ValueError(f"no access of a stencil: {entry}")
    return Access(source, places)


def problem_of(entry: ir.AffineMap, source: ir.RankedTensorType, extents: Sequence[int | None]) -> str:
    """Say what is wrong with an access of `source` from a domain of these extents; None stands for a dynamic one."""
    places = places_of(entry)
    if places is None:
        return f"is {entry}: expected results of the form dk, dk + constant or constant"
    if entry.n_dims != len(extents) or len(places) != source.rank:
        return f"maps {entry.n_dims} to {len(places)} indices, expected {len(extents)} to {source.rank}"
    for axis, place in enumerate(places):
        extent = 1 if place.dimension is None else extents[place.dimension]
        if extent == 0:
            continue
        if place.offset < 0:
            return f"reads index {place.offset} of dimension {axis}"
        last = None if extent is None else place.offset + extent - 1
        if last is not None and not source.is_dynamic_dim(axis) and last >= source.shape[axis]:
            return f"reads index {last} of dimension {axis}, whose extent is {source.shape[axis]}"
    return ""


def _place(expression: ir.AffineExpr) -> Place | None:
    if isinstance(expression, ir.AffineConstantExpr):
        return Place(None, expression.value)
    if isinstance(expression, ir.AffineDimExpr):
        return Place(expression.position, 0)
    if not isinstance(expression, ir.AffineAddExpr):
        return None
    left, right = expression.lhs, expression.rhs
    if not (isinstance(left, ir.AffineDimExpr) and isinstance(right, ir.AffineConstantExpr)):
        return None
    return Place(left.position, right.value)


def _expression(place: Place) -> ir.AffineExpr:
    if place.dimension is None:
        return ir.AffineExpr.get_constant(place.offset)
    dimension = ir.AffineExpr.get_dim(place.dimension)
    return dimension + place.offset if place.offset else dimension
