"""Arguments, results and signatures of captured functions."""

from collections.abc import Callable
from typing import Any

import numpy as np

from isthmus.dialects.mlir import collect, context
from isthmus.frontend.captured import Captured
from isthmus.frontend.numpy import capture
from isthmus.spec import Spec

Check = Callable[..., Any]
_TABLE = np.random.default_rng(1).normal(size=(40, 40))


def _captured(function: Callable[..., Any], *inputs: Any, static: Any = (), **kwargs: Any) -> Captured:
    return capture(function, inputs, kwargs, context(), static=static)


def test_values_nest_in_and_out(check: Check) -> None:
    def step(state: Any, options: Any, k: float, mode: str = "fast") -> Any:
        u, (v, n) = state
        options["w"][...] += u
        result = {"sum": u + v * n, "parts": [u, (v, None)], "k": k * 2, "mode": mode}
        return result, 7, "text", options["w"][0]

    u = np.arange(3.0)
    check(step, [u, (u + 1, 3)], {"w": u.copy(), "unused": u.astype(np.int32)}, 2.5)


def test_arguments_are_named_after_parameters() -> None:
    def step(u: Any, pair: Any, *, dt: float, steps: int = 3) -> Any:
        return u + pair[0] * dt

    signature = _captured(step, np.ones(3), (np.ones(3), 2), dt=0.5).signature
    names = [type_.name for type_ in signature.inputs]
    assert names == ["u", "pair_0", "pair_1", "dt"]
    assert signature.names == ("u", "pair")
    assert [type_.scalar for type_ in signature.inputs] == [False, False, True, True]


def test_changed_arguments_become_updates() -> None:
    def step(u: Any, v: Any, w: Any) -> Any:
        v[1:] = u[1:]
        w.T[0] = 1.0
        return u

    signature = _captured(step, np.ones(3), np.ones(3), np.ones((2, 2))).signature
    assert signature.updates == ((0, 1), (1, 2))
    assert [output.name for output in signature.outputs] == ["v", "w", "result"]
    assert list(signature.results.leaves()) == [2]


def test_an_argument_comes_back_as_it_is_or_twice(check: Check) -> None:
    def same(u: Any, v: Any) -> Any:
        return u, u, v[:], u.T

    check(same, np.arange(6.0).reshape(2, 3), np.arange(3))


def test_static_arguments_are_constants() -> None:
    def grow(u: Any, n: int, shape: Any) -> Any:
        return u[:n] * n + np.ones(shape)[0]

    captured = _captured(grow, np.ones(5), 3, (2, 3), static=("n", "shape"))
    assert [type_.name for type_ in captured.signature.inputs] == ["u"]
    assert captured.signature.outputs[0].shape == (3,)


def test_numbers_keep_their_dtypes() -> None:
    def same(*numbers: Any) -> Any:
        return numbers

    given = 1, 1.0, True, 1j, np.float32(1), np.int16(1), np.bool_(True), np.array(2.0)
    signature = _captured(same, *given).signature
    assert [type_.dtype for type_ in signature.inputs] == [
        "i64",
        "f64",
        "bool",
        "c128",
        "f32",
        "i16",
        "bool",
        "f64",
    ]
    assert [type_.scalar for type_ in signature.outputs] == [True] * 4 + [False] * 4


def test_sizes_that_vary_stay_symbols(check: Check) -> None:
    def stencil(u: Any, v: Any, w: Any) -> Any:
        v[1:-1, 1:-1] = u[2:, 1:-1] - u[:-2, 1:-1] + u[1:-1, 2:] * w
        v[0] = u[-1]
        return v[::2], u.T @ v if False else u.T + 1.0, u.reshape(-1), u[:, None, :2], v[1:-1].sum()

    specs = Spec("f64[n,m]"), Spec("f64[n,m]"), Spec("f64[]")
    captured = _captured(stencil, *specs)
    shapes = [output.shape for output in captured.signature.outputs]
    assert shapes[2] == ("m", "n")
    assert shapes[4] == ("n", 1, 2)
    u = np.random.default_rng(0).normal(size=(7, 5))
    check(stencil, u, u + 1, np.array(2.0), specs=specs, ulps=4)


def test_shifted_slices_of_symbolic_sizes_are_not_clamped() -> None:
    def difference(u: Any) -> Any:
        return u[1:] - u[:-1]

    captured = _captured(difference, Spec("f64[n]"))
    assert captured.signature.outputs[0].shape == ("n + -1",)
    assert not collect(captured.module, ("arith.maxsi", "arith.minsi", "arith.select"))


def test_large_constants_are_parameters_and_small_ones_are_not(check: Check) -> None:
    weights, small = _TABLE, np.arange(3.0)

    def use(u: Any) -> Any:
        return u * weights, weights + u, weights[:3, 0] * small

    captured = _captured(use, np.float64(2))
    assert [array.shape for array in captured.parameters.values()] == [(40, 40)]
    assert len(collect(captured.module, "hpc.parameter")) == 1
    check(use, np.float64(2))


def test_one_generic_for_each_ufunc() -> None:
    def compute(u: Any, v: Any) -> Any:
        return 2.0 * u + v[:, None] * np.sin(u).T

    module = _captured(compute, np.ones((4, 4)), np.ones(4, np.float32)).module
    assert len(collect(module, "linalg.generic")) == 4
    assert not collect(module, ("tensor.expand_shape", "linalg.transpose", "linalg.broadcast"))


def test_augmented_assignment_through_a_slice_inserts_once() -> None:
    def step(u: Any, v: Any) -> None:
        u[1:-1] += v[2:] * 0.5

    module = _captured(step, np.ones(8), np.ones(8)).module
    assert len(collect(module, "tensor.insert_slice")) == 1
    assert len(collect(module, "tensor.extract_slice")) == 2


def test_loop_variables_give_slices_of_static_size() -> None:
    def sweep(u: Any) -> None:
        for i in range(1, 99):
            u[i : i + 1] = u[i - 1 : i] + u[i + 1]

    module = _captured(sweep, np.ones((100, 4))).module
    slices = [str(op.results[0].type) for op in collect(module, "tensor.extract_slice")]
    assert slices
    assert not any("?" in one for one in slices)
    assert not collect(module, ("arith.maxsi", "arith.minsi", "arith.select"))


def test_locations_name_the_users_line() -> None:
    def step(u: Any) -> Any:
        return np.exp(u)

    generic = collect(_captured(step, np.ones(3)).module, "linalg.generic")[0]
    assert "step||exp" in str(generic.location)
    assert f'test_capture.py":{step.__code__.co_firstlineno + 1}' in str(generic.location)


def test_two_hundred_statements_trace_in_a_moment(check: Check) -> None:
    source = "def many(u, v):\n" + "".join(f"    u[1:-1] = u[2:] * {k}.5 + v[:-2]\n" for k in range(200))
    names: dict[str, Any] = {}
    exec(source, names)
    captured = _captured(names["many"], np.ones(50), np.ones(50))
    assert len(collect(captured.module, "tensor.insert_slice")) == 200


def test_the_whole_chain_computes_what_numpy_does(check: Check) -> None:
    def step(u: Any, v: Any, k: float) -> Any:
        a = u + v * 2
        a[1:-1] = u[2:] - 2 * u[1:-1] + u[:-2]
        a[0] = k
        a.T[::-1][0] += 1.5
        u[:, 1] = 3
        return a, (a[1, 2] * k, 3), a[None, :, 0] > v.reshape(-1)[:8], np.where(v > 0, a, u)

    rng = np.random.default_rng(3)
    check(step, rng.normal(size=(8, 8)), rng.normal(size=(8, 8)), 2.5, compiled=True)
