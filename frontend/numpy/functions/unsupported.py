"""Functions that cannot be captured, each with its reason and the way out."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from ..where import error

_SIZE = "gives a result whose size depends on data: only the run knows it"
_FACTORS = "is not supported on traced values"

_REASONS: dict[str, tuple[str, str]] = {
    "argwhere": (_SIZE, "use numpy.where(condition, x, y), or a mask"),
    "extract": (_SIZE, "use numpy.where(condition, x, 0), or numpy.sum(a, where=mask)"),
    "intersect1d": (_SIZE, "compute it outside of the captured function"),
    "isin": ("is not supported on traced values", "compare: (a[:, None] == values).any(-1)"),
    "linalg.cond": (_FACTORS, "compute it outside of the captured function"),
    "linalg.eig": (_FACTORS, "compute it outside, and pass the result"),
    "linalg.eigh": (_FACTORS, "compute it outside, and pass the result"),
    "linalg.eigvals": (_FACTORS, "compute it outside, and pass the result"),
    "linalg.eigvalsh": (_FACTORS, "compute it outside, and pass the result"),
    "linalg.lstsq": (_FACTORS, "solve the normal equations: numpy.linalg.solve(a.T @ a, a.T @ b)"),
    "linalg.matrix_rank": (_FACTORS, "compute it outside of the captured function"),
    "linalg.pinv": (_FACTORS, "use numpy.linalg.inv(a.T @ a) @ a.T for a tall matrix of full rank"),
    "linalg.qr": (_FACTORS, "use numpy.linalg.cholesky(a.T @ a) for R, or compute it outside"),
    "linalg.svd": (_FACTORS, "compute it outside, and pass the result"),
    "linalg.svdvals": (_FACTORS, "compute it outside, and pass the result"),
    "linalg.tensorinv": (_FACTORS, "reshape to a matrix and use numpy.linalg.inv"),
    "linalg.tensorsolve": (_FACTORS, "reshape to a matrix and use numpy.linalg.solve"),
    "place": (
        _SIZE.replace("gives a result whose size", "takes values whose number"),
        "use numpy.where or a mask",
    ),
    "polyfit": (_FACTORS, "solve the normal equations with numpy.linalg.solve"),
    "roots": (_FACTORS, "compute them outside of the captured function"),
    "setdiff1d": (_SIZE, "compute it outside of the captured function"),
    "setxor1d": (_SIZE, "compute it outside of the captured function"),
    "union1d": (_SIZE, "compute it outside of the captured function"),
    "unique": (_SIZE, "compute it outside of the captured function, or sort"),
    "unique_all": (_SIZE, "compute it outside of the captured function, or sort"),
    "unique_counts": (_SIZE, "compute it outside of the captured function, or sort"),
    "unique_inverse": (_SIZE, "compute it outside of the captured function, or sort"),
    "unique_values": (_SIZE, "compute it outside of the captured function, or sort"),
}


def refuse(name: str, reason: str, note: str, *_: Any, **__: Any) -> Any:
    """Raise the error that says why."""
    raise error(f"'numpy.{name}' {reason}", note=note)


def _table() -> dict[Callable[..., Any], Callable[..., Any]]:
    rows: dict[Callable[..., Any], Callable[..., Any]] = {}
    for name, (reason, note) in _REASONS.items():
        owner: Any = np
        for part in name.split("."):
            owner = getattr(owner, part, None)
        if owner is not None:
            rows[owner] = partial(refuse, name, reason, note)
    return rows


TABLE = _table()
