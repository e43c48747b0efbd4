"""Which body computes each ufunc: tables from the ufunc to a maker of bodies, given the dtypes of its loop."""

import math as numbers
from collections.abc import Callable
from typing import Any

import numpy as np

from ...dialects.mlir import arith, complex, ir, math
from . import ufunc_complex as cplx
from . import ufunc_floats as flt
from . import ufunc_integers as integer
from .elements import convert, is_float, is_unsigned
from .emitter import number
from .expression import Real, both, compare, either, opposite, select

Body = Callable[..., ir.Value]
Dtype = np.dtype[Any]
Maker = Callable[..., Body]
"""Takes the dtypes of the operands, then that of the result."""

_F = arith.CmpFPredicate


def _by_kind(
    floats: Body | None = None,
    integers: Body | None = None,
    complexes: Body | None = None,
    booleans: Body | None = None,
    unsigned: Body | None = None,
) -> Maker:
    def make(dtype: Dtype, *_: Dtype) -> Body:
        kind = "f" if is_float(dtype) else dtype.kind
        rows = {
            "f": floats,
            "i": integers,
            "u": unsigned or integers,
            "b": booleans or integers,
            "c": complexes,
        }
        found = rows[kind]
        if found is None:
            raise KeyError(kind)
        return found

    return make


def _op(operation: Any) -> Body:
    return lambda *values: operation(*values).result


def _of_dtype(floats: Body, integers: Callable[[Dtype], Body], complexes: Body | None = None) -> Maker:
    def make(dtype: Dtype, *_: Dtype) -> Body:
        if is_float(dtype):
            return floats
        return complexes if dtype.kind == "c" and complexes is not None else integers(dtype)

    return make


def _itself(x: ir.Value) -> ir.Value:
    return x


def _elementary(real: Any, complexes: Callable[..., cplx.Pair] | None = None) -> Maker:
    return _by_kind(_op(real), complexes=None if complexes is None else cplx.formula(complexes))


def _rounding(operation: Any) -> Maker:
    return _by_kind(_op(operation), _itself)


def _comparison(predicate: Any, name: str, on_complex: Callable[[cplx.Pair, cplx.Pair], ir.Value]) -> Maker:
    def make(left: Dtype, right: Dtype, *_: Dtype) -> Body:
        if left.kind == "c":
            return lambda x, y: on_complex(cplx.Pair.of(x), cplx.Pair.of(y))
        if is_float(left):
            return lambda x, y: arith.CmpFOp(predicate, x, y).result
        if left != right and {left.kind, right.kind} == {"i", "u"}:
            return lambda x, y: _mixed(name, x, y, is_unsigned(left))
        prefix = "" if name in ("eq", "ne") else "u" if is_unsigned(left) else "s"
        return lambda x, y: compare(prefix + name, x, y)

    return make


def _mixed(name: str, x: ir.Value, y: ir.Value, left_is_unsigned: bool) -> ir.Value:
    """Compare i64 with u64 as numbers: a negative one is less than any unsigned one."""
    signed = y if left_is_unsigned else x
    same = compare(name if name in ("eq", "ne") else "u" + name, x, y)
    wanted = name == "ne" or name in (("gt", "ge") if left_is_unsigned else ("lt", "le"))
    return select(compare("slt", signed, 0), number(wanted, same.type), same)


def _parts_equal(x: cplx.Pair, y: cplx.Pair) -> ir.Value:
    return both(x.re.equals(y.re), x.im.equals(y.im))


def _logical(combine: Callable[..., ir.Value]) -> Maker:
    def make(*dtypes: Dtype) -> Body:
        truth = np.dtype(bool)
        return lambda *values: combine(*(convert(v, d, truth) for v, d in zip(values, dtypes, strict=False)))

    return make


def _extremum(floats: Any, signed: Any, unsigned: Any, larger: bool, skips_nan: bool = False) -> Maker:
    def on_complex(x: ir.Value, y: ir.Value) -> ir.Value:
        a, b = cplx.Pair.of(x), cplx.Pair.of(y)
        wins = cplx.less(b, a, True) if larger else cplx.less(a, b, True)
        return select(either(wins, cplx.is_nan(y if skips_nan else x)), x, y)

    return _by_kind(_op(floats), _op(signed), on_complex, unsigned=_op(unsigned), booleans=_op(unsigned))


def _bitwise(operation: Any) -> Maker:
    return _by_kind(integers=_op(operation))


def _invert(x: ir.Value) -> ir.Value:
    return arith.XOrIOp(x, number(-1, x.type)).result


def _constant_truth(value: bool) -> Body:
    return lambda _: number(value, ir.IntegerType.get_signless(1))


def _scaled(factor: float) -> Maker:
    return _by_kind(flt.formula(lambda x: x * factor))


def _then_scaled(
    compute: Callable[[cplx.Pair], cplx.Pair], factor: float
) -> Callable[[cplx.Pair], cplx.Pair]:
    return lambda z: compute(z).scaled(factor)


def _square(x: ir.Value) -> ir.Value:
    return arith.MulFOp(x, x).result


_BOOL_OR, _BOOL_AND = _op(arith.OrIOp), _op(arith.AndIOp)

BODIES: dict[np.ufunc, Maker] = {
    np.add: _by_kind(_op(arith.AddFOp), _op(arith.AddIOp), _op(complex.AddOp), _BOOL_OR),
    np.subtract: _by_kind(_op(arith.SubFOp), _op(arith.SubIOp), _op(complex.SubOp)),
    np.multiply: _by_kind(_op(arith.MulFOp), _op(arith.MulIOp), cplx.formula(lambda x, y: x * y), _BOOL_AND),
    np.true_divide: _by_kind(_op(arith.DivFOp), complexes=cplx.formula(cplx.divide)),
    np.floor_divide: _of_dtype(flt.formula(flt.floor_divide), integer.floor_divide),
    np.remainder: _of_dtype(flt.formula(flt.remainder), integer.remainder),
    np.fmod: _of_dtype(_op(arith.RemFOp), integer.truncated_remainder),
    np.power: _of_dtype(_op(math.PowFOp), integer.power, cplx.formula(cplx.power)),
    np.float_power: _by_kind(_op(math.PowFOp), complexes=cplx.formula(cplx.power)),
    np.negative: _by_kind(
        _op(arith.NegFOp), lambda x: arith.SubIOp(number(0, x.type), x).result, _op(complex.NegOp)
    ),
    np.positive: _by_kind(_itself, _itself, _itself),
    np.absolute: _of_dtype(_op(math.AbsFOp), integer.absolute, cplx.absolute),
    np.fabs: _by_kind(_op(math.AbsFOp)),
    np.sign: _of_dtype(flt.formula(flt.sign), integer.sign, cplx.formula(cplx.sign)),
    np.conjugate: _by_kind(_itself, _itself, cplx.formula(lambda z: cplx.Pair(z.re, -z.im))),
    np.square: _by_kind(
        _square, lambda x: arith.MulIOp(x, x).result, cplx.formula(lambda z: z * z), booleans=_itself
    ),
    np.reciprocal: _of_dtype(
        flt.formula(lambda x: 1.0 / x), integer.reciprocal, cplx.formula(cplx.fixed_power(-1))
    ),
    np.sqrt: _elementary(math.SqrtOp, cplx.sqrt),
    np.cbrt: _elementary(math.CbrtOp),
    np.exp: _elementary(math.ExpOp, cplx.exp),
    np.exp2: _elementary(math.Exp2Op, lambda z: cplx.exp(z.scaled(numbers.log(2)))),
    np.expm1: _elementary(math.ExpM1Op, cplx.expm1),
    np.log: _elementary(math.LogOp, cplx.log),
    np.log2: _elementary(math.Log2Op, _then_scaled(cplx.log, 1 / numbers.log(2))),
    np.log10: _elementary(math.Log10Op, _then_scaled(cplx.log, 1 / numbers.log(10))),
    np.log1p: _elementary(math.Log1pOp, cplx.log1p),
    np.logaddexp: _by_kind(flt.formula(flt.logaddexp)),
    np.logaddexp2: _by_kind(flt.formula(flt.logaddexp2)),
    np.sin: _elementary(math.SinOp, lambda z: cplx.sinh(z.times_i).over_i),
    np.cos: _elementary(math.CosOp, lambda z: cplx.cosh(z.times_i)),
    np.tan: _elementary(math.TanOp, lambda z: cplx.tanh(z.times_i).over_i),
    np.arcsin: _elementary(math.AsinOp, cplx.asin),
    np.arccos: _elementary(math.AcosOp, cplx.acos),
    np.arctan: _elementary(math.AtanOp, lambda z: cplx.atanh(z.times_i).over_i),
    np.arctan2: _elementary(math.Atan2Op),
    np.hypot: _by_kind(flt.formula(flt.hypot)),
    np.sinh: _elementary(math.SinhOp, cplx.sinh),
    np.cosh: _elementary(math.CoshOp, cplx.cosh),
    np.tanh: _elementary(math.TanhOp, cplx.tanh),
    np.arcsinh: _elementary(math.AsinhOp, cplx.asinh),
    np.arccosh: _elementary(math.AcoshOp, cplx.acosh),
    np.arctanh: _elementary(math.AtanhOp, cplx.atanh),
    np.degrees: _scaled(180 / numbers.pi),
    np.rad2deg: _scaled(180 / numbers.pi),
    np.radians: _scaled(numbers.pi / 180),
    np.deg2rad: _scaled(numbers.pi / 180),
    np.floor: _rounding(math.FloorOp),
    np.ceil: _rounding(math.CeilOp),
    np.trunc: _rounding(math.TruncOp),
    np.rint: _by_kind(
        _op(math.RoundEvenOp),
        complexes=cplx.formula(
            lambda z: cplx.Pair(z.re.apply(math.RoundEvenOp), z.im.apply(math.RoundEvenOp))
        ),
    ),
    np.isnan: _by_kind(lambda x: Real(x).is_nan(), _constant_truth(False), cplx.is_nan),
    np.isinf: _by_kind(flt.is_infinite, _constant_truth(False), cplx.is_inf),
    np.isfinite: _by_kind(flt.is_finite, _constant_truth(True), cplx.is_fin),
    np.signbit: _by_kind(flt.signbit),
    np.copysign: _by_kind(_op(math.CopySignOp)),
    np.nextafter: _by_kind(flt.next_after),
    np.spacing: _by_kind(flt.spacing),
    np.ldexp: _by_kind(flt.scale),
    np.heaviside: _by_kind(flt.formula(flt.heaviside)),
    np.maximum: _extremum(arith.MaximumFOp, arith.MaxSIOp, arith.MaxUIOp, True),
    np.minimum: _extremum(arith.MinimumFOp, arith.MinSIOp, arith.MinUIOp, False),
    np.fmax: _extremum(arith.MaxNumFOp, arith.MaxSIOp, arith.MaxUIOp, True, True),
    np.fmin: _extremum(arith.MinNumFOp, arith.MinSIOp, arith.MinUIOp, False, True),
    np.less: _comparison(_F.OLT, "lt", lambda x, y: cplx.less(x, y, False)),
    np.less_equal: _comparison(_F.OLE, "le", lambda x, y: cplx.less(x, y, True)),
    np.greater: _comparison(_F.OGT, "gt", lambda x, y: cplx.less(y, x, False)),
    np.greater_equal: _comparison(_F.OGE, "ge", lambda x, y: cplx.less(y, x, True)),
    np.equal: _comparison(_F.OEQ, "eq", _parts_equal),
    np.not_equal: _comparison(_F.UNE, "ne", lambda x, y: opposite(_parts_equal(x, y))),
    np.logical_and: _logical(both),
    np.logical_or: _logical(either),
    np.logical_xor: _logical(_op(arith.XOrIOp)),
    np.logical_not: _logical(opposite),
    np.bitwise_and: _bitwise(arith.AndIOp),
    np.bitwise_or: _bitwise(arith.OrIOp),
    np.bitwise_xor: _bitwise(arith.XOrIOp),
    np.invert: _by_kind(integers=_invert),
    np.left_shift: lambda dtype, *_: integer.left_shift(dtype),
    np.right_shift: lambda dtype, *_: integer.right_shift(dtype),
    np.bitwise_count: lambda dtype, *_: integer.bit_count(dtype),
    np.gcd: lambda dtype, *_: integer.gcd(dtype),
    np.lcm: lambda dtype, *_: integer.lcm(dtype),
}

SEVERAL_RESULTS: dict[np.ufunc, tuple[Maker, ...]] = {
    np.divmod: (BODIES[np.floor_divide], BODIES[np.remainder]),
    np.modf: (_by_kind(flt.formula(flt.fraction)), _by_kind(flt.formula(flt.whole))),
    np.frexp: (_by_kind(flt.mantissa), _by_kind(flt.exponent)),
}
