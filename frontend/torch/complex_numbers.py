"""Operators on complex tensors, taken apart into real ones where MLIR's torch dialect knows real ones only."""

from collections.abc import Callable, Sequence
from typing import Any

import torch

aten = torch.ops.aten
Rule = Callable[..., Any]


def complex_rules(others: dict[Any, Rule]) -> dict[Any, Rule]:
    """Map operators to rules that act on complex arguments; for real ones the rule in `others`, if any, stays."""
    return {operator: _guarded(rule, others.get(operator)) for operator, rule in _RULES.items()}


def _guarded(rule: Rule, other: Rule | None) -> Rule:
    def apply(*args: Any, **kwargs: Any) -> Any:
        if any(_is_complex(value) for value in torch.utils._pytree.tree_leaves((args, kwargs))):
            return rule(*args, **kwargs)
        return other(*args, **kwargs) if other else NotImplemented

    return apply


def _is_complex(value: object) -> bool:
    if isinstance(value, torch.dtype):
        return value.is_complex
    return isinstance(value, complex) or (isinstance(value, torch.Tensor) and value.is_complex())


def _parts(value: Any) -> tuple[Any, Any]:
    """Give real and imaginary part of a tensor or number; those of a real one are itself and 0."""
    if isinstance(value, torch.Tensor) and value.is_complex():
        pairs = torch.view_as_real(value)
        return pairs.select(-1, 0), pairs.select(-1, 1)
    if isinstance(value, complex):
        return value.real, value.imag
    return value, 0.0


def _join(real: Any, imaginary: Any) -> torch.Tensor:
    if not isinstance(imaginary, torch.Tensor):
        imaginary = torch.full_like(real, imaginary)
    if not isinstance(real, torch.Tensor):
        real = torch.full_like(imaginary, real)
    real, imaginary = torch.broadcast_tensors(real, imaginary)
    return torch.complex(real, imaginary)


def _convert(a: torch.Tensor, dtype: torch.dtype | None = None, **_: Any) -> torch.Tensor:
    """Change the dtype from or to a complex one; to a real one keeps the real part, as torch does."""
    real, imaginary = _parts(a)
    wanted = dtype or a.dtype
    if not wanted.is_complex:
        return real.to(wanted)
    part = wanted.to_real()
    return _join(real.to(part), imaginary.to(part) if isinstance(imaginary, torch.Tensor) else 0.0)


def _add(a: Any, b: Any, *, alpha: Any = 1) -> torch.Tensor:
    (ar, ai), (br, bi) = _parts(a), _parts(b)
    return _join(ar + alpha * br, ai + alpha * bi)


def _subtract(a: Any, b: Any, *, alpha: Any = 1) -> torch.Tensor:
    (ar, ai), (br, bi) = _parts(a), _parts(b)
    return _join(ar - alpha * br, ai - alpha * bi)


def _multiply(a: Any, b: Any) -> torch.Tensor:
    return _product(torch.mul, a, b)


def _product(product: Callable[[Any, Any], Any], a: Any, b: Any) -> torch.Tensor:
    """Apply a bilinear product to complex arguments."""
    (ar, ai), (br, bi) = _parts(a), _parts(b)
    if not _is_complex(a):
        return _join(product(a, br), product(a, bi))
    if not _is_complex(b):
        return _join(product(ar, b), product(ai, b))
    return _join(product(ar, br) - product(ai, bi), product(ar, bi) + product(ai, br))


def _divide(a: Any, b: Any) -> torch.Tensor:
    """Divide as Smith (1962) does: no overflow while the result is representable."""
    (ar, ai), (br, bi) = _parts(a), _parts(b)
    if not _is_complex(b):
        return _join(ar / b, ai / b)
    br, bi = torch.as_tensor(br), torch.as_tensor(bi)
    flat = br.abs() >= bi.abs()
    ratio = torch.where(flat, bi, br) / torch.where(flat, br, bi)
    scale = torch.where(flat, br + bi * ratio, bi + br * ratio)
    real = torch.where(flat, ar + ai * ratio, ar * ratio + ai) / scale
    imaginary = torch.where(flat, ai - ar * ratio, ai * ratio - ar) / scale
    return _join(real, imaginary)


def _negate(a: torch.Tensor) -> torch.Tensor:
    real, imaginary = _parts(a)
    return _join(-real, -imaginary)


def _conjugate(a: torch.Tensor) -> torch.Tensor:
    real, imaginary = _parts(a)
    return _join(real, -imaginary)


def _absolute(a: torch.Tensor) -> torch.Tensor:
    """Give the modulus, scaled so that squares neither overflow nor vanish."""
    real, imaginary = (part.abs() for part in _parts(a))
    large, small = torch.maximum(real, imaginary), torch.minimum(real, imaginary)
    ratio = torch.where(large == 0, torch.zeros_like(large), small / large)
    modulus = large * torch.sqrt(1 + ratio * ratio)
    return torch.where(torch.isinf(large), large, modulus)


def _angle(a: torch.Tensor) -> torch.Tensor:
    real, imaginary = _parts(a)
    return torch.atan2(imaginary, real)


def _exponential(a: torch.Tensor) -> torch.Tensor:
    real, imaginary = _parts(a)
    scale = torch.exp(real)
    return _join(scale * torch.cos(imaginary), scale * torch.sin(imaginary))


def _logarithm(a: torch.Tensor) -> torch.Tensor:
    return _join(torch.log(_absolute(a)), _angle(a))


def _square_root(a: torch.Tensor) -> torch.Tensor:
    """Give the principal root through half sums of modulus and real part, without cancellation."""
    real, imaginary = _parts(a)
    modulus = _absolute(a)
    half = torch.sqrt((modulus + real.abs()) / 2)
    other = torch.where(half == 0, torch.zeros_like(half), imaginary.abs() / (2 * half))
    right = real >= 0
    sign = torch.where(imaginary < 0, -torch.ones_like(half), torch.ones_like(half))
    return _join(torch.where(right, half, other), sign * torch.where(right, other, half))


def _power(a: Any, exponent: Any) -> torch.Tensor:
    """Raise to a power: by repeated squares for whole numbers up to 64, else through the logarithm."""
    if isinstance(exponent, int | float) and float(exponent).is_integer() and abs(exponent) <= 64:
        return _whole_power(a, int(exponent))
    if not _is_complex(a):
        a = torch.complex(a, torch.zeros_like(a))
    return _exponential(_multiply(_logarithm(a), exponent))


def _whole_power(a: torch.Tensor, exponent: int) -> torch.Tensor:
    if exponent < 0:
        return _reciprocal(_whole_power(a, -exponent))
    result = _join(torch.ones_like(_parts(a)[0]), 0.0)
    for bit in bin(exponent)[2:]:
        result = _multiply(result, result)
        if bit == "1":
            result = _multiply(result, a)
    return result


def _reciprocal(a: torch.Tensor) -> torch.Tensor:
    return _divide(complex(1.0), a)


def _sine(a: torch.Tensor) -> torch.Tensor:
    real, imaginary = _parts(a)
    return _join(torch.sin(real) * torch.cosh(imaginary), torch.cos(real) * torch.sinh(imaginary))


def _cosine(a: torch.Tensor) -> torch.Tensor:
    real, imaginary = _parts(a)
    return _join(torch.cos(real) * torch.cosh(imaginary), -torch.sin(real) * torch.sinh(imaginary))


def _sum(a: torch.Tensor, dim: Sequence[int] | None = None, keepdim: bool = False, **_: Any) -> torch.Tensor:
    real, imaginary = _parts(a)
    axes = list(range(a.dim())) if dim is None or len(dim) == 0 else list(dim)
    return _join(torch.sum(real, axes, keepdim), torch.sum(imaginary, axes, keepdim))


def _sum_all(a: torch.Tensor, **options: Any) -> torch.Tensor:
    return _sum(a, **options)


def _mean(a: torch.Tensor, dim: Sequence[int] | None = None, keepdim: bool = False, **_: Any) -> torch.Tensor:
    real, imaginary = _parts(a)
    axes = list(range(a.dim())) if dim is None or len(dim) == 0 else list(dim)
    return _join(torch.mean(real, axes, keepdim), torch.mean(imaginary, axes, keepdim))


def _mean_all(a: torch.Tensor, **options: Any) -> torch.Tensor:
    return _mean(a, **options)


def _addmm(bias: torch.Tensor, a: Any, b: Any, *, beta: Any = 1, alpha: Any = 1) -> torch.Tensor:
    return bias * beta + _product(torch.mm, a, b) * alpha


def _where(condition: torch.Tensor, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    (ar, ai), (br, bi) = _parts(a), _parts(b)
    return _join(torch.where(condition, ar, br), torch.where(condition, ai, bi))


def _equal(a: Any, b: Any) -> torch.Tensor:
    (ar, ai), (br, bi) = _parts(a), _parts(b)
    return torch.logical_and(ar == br, ai == bi)


def _different(a: Any, b: Any) -> torch.Tensor:
    return torch.logical_not(_equal(a, b))


_RULES: dict[Any, Rule] = {
    aten._to_copy.default: _convert,
    torch.ops.prims.convert_element_type.default: _convert,
    aten.add.Tensor: _add,
    aten.add.Scalar: _add,
    aten.sub.Tensor: _subtract,
    aten.sub.Scalar: _subtract,
    aten.mul.Tensor: _multiply,
    aten.mul.Scalar: _multiply,
    aten.div.Tensor: _divide,
    aten.div.Scalar: _divide,
    aten.neg.default: _negate,
    aten._conj.default: _conjugate,
    aten._conj_physical.default: _conjugate,
    aten.abs.default: _absolute,
    aten.angle.default: _angle,
    aten.exp.default: _exponential,
    aten.log.default: _logarithm,
    aten.sqrt.default: _square_root,
    aten.pow.Tensor_Scalar: _power,
    aten.pow.Tensor_Tensor: _power,
    aten.reciprocal.default: _reciprocal,
    aten.sin.default: _sine,
    aten.cos.default: _cosine,
    aten.sum.default: _sum_all,
    aten.sum.dim_IntList: _sum,
    aten.mean.default: _mean_all,
    aten.mean.dim: _mean,
    aten.mm.default: lambda a, b: _product(torch.mm, a, b),
    aten.bmm.default: lambda a, b: _product(torch.bmm, a, b),
    aten.mv.default: lambda a, b: _product(torch.mv, a, b),
    aten.dot.default: lambda a, b: _product(torch.dot, a, b),
    aten.addmm.default: _addmm,
    aten.where.self: _where,
    aten.eq.Tensor: _equal,
    aten.ne.Tensor: _different,
}
