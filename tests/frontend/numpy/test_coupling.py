"""PyTorch inside of captured NumPy functions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import isthmus
from isthmus.dialects.mlir import collect, context
from isthmus.errors import CaptureError
from isthmus.frontend.numpy import capture

Check = Callable[..., None]
X = np.random.default_rng(0).standard_normal((5, 8))


@pytest.fixture(scope="module")
def net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 8)).double()


def captured(function: Callable[..., Any], *inputs: Any) -> Any:
    return capture(function, inputs, None, context())


def test_code_that_calls_a_network_runs_as_it_stands(check: Check, net: nn.Module) -> None:
    def step(x: Any, dt: float) -> Any:
        with torch.no_grad():
            slope = net(torch.from_numpy(x)).numpy()
        x += dt * slope
        with torch.inference_mode():
            return net(torch.as_tensor(x)).detach().cpu().numpy() * 2

    check(step, X.copy(), 0.1, ulps=64)


def test_a_network_in_a_loop_is_captured_once(check: Check, net: nn.Module) -> None:
    def run(x: Any, steps: int) -> None:
        for _ in range(steps):
            with torch.no_grad():
                half = x + 0.05 * net(torch.from_numpy(x)).numpy()
                x += 0.1 * net(torch.from_numpy(half)).numpy()

    check(run, X.copy(), 7, ulps=1024, compiled=True)
    program = captured(run, X, 7)
    assert len(collect(program.module, "scf.for")) == 1
    assert not collect(program.module, "func.call")
    assert sorted(program.parameters) == [
        *("Sequential.0.bias", "Sequential.0.weight", "Sequential.2.bias", "Sequential.2.weight")
    ]


def test_arrays_in_give_arrays_out(check: Check) -> None:
    class Plain(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.as_tensor(x).cumsum(0)

    plain = Plain()

    def function(x: Any) -> Any:
        return np.asarray(plain(x)) + 1

    check(function, X, ulps=8, compiled=True)


def test_precision_changes_where_the_code_says(check: Check) -> None:
    single = nn.Linear(8, 8)

    def function(x: Any) -> Any:
        with torch.no_grad():
            y = single(torch.from_numpy(x).float())
            return y.numpy(), single(torch.from_numpy(x.astype(np.float32)).double().float()).numpy()

    check(function, X, ulps=64)


def test_functions_of_torch_become_part_of_the_program(check: Check) -> None:
    def function(x: Any, scale: float) -> Any:
        t = torch.from_numpy(x)
        joined = torch.cat([t, torch.sigmoid(t) * 2, t - 1], dim=1)
        picked = joined[:, ::2].reshape(-1, 4).transpose(0, 1)
        return nn.functional.softplus(picked).mean(dim=-1, keepdim=True).numpy(), (scale * t.relu()).numpy()

    check(function, X, 0.5, ulps=16)


def test_from_numpy_shares_memory_and_tensor_copies(check: Check) -> None:
    def function(x: Any) -> Any:
        shared, copied = torch.from_numpy(x), torch.tensor(x)
        x[0] = 7.0
        before = shared.clone()
        shared.copy_(copied * 2)
        shared[1, 2] = 5.0
        return before.numpy(), copied.numpy(), shared.numpy()

    check(function, X.copy())


def test_a_tensor_is_carried_through_loops_and_branches(check: Check, net: nn.Module) -> None:
    def function(x: Any, steps: int) -> Any:
        t = torch.from_numpy(x)
        with torch.no_grad():
            for i in range(steps):
                t = net(t) if i % 2 == 0 else t * 0.5
        return t.numpy()

    check(function, X, 5, ulps=1024, compiled=True)


def test_tests_on_tensors_and_numpys_functions_of_them(check: Check) -> None:
    def function(x: Any) -> Any:
        t = torch.from_numpy(x)
        if t.sum() > 0:
            t = t * 2
        while t.abs().max() > 1.0:
            t = t / 2
        return np.asarray(t).sum(), np.asarray(t) - np.mean(x), t[0].numpy()

    check(function, X.copy(), ulps=64, compiled=True)


def test_modules_with_several_inputs_and_nested_outputs(check: Check) -> None:
    class Pair(nn.Module):
        def forward(self, pair: Any, *, scale: float) -> Any:
            a, b = pair
            return {"sum": (a + b) * scale, "parts": [a, b.sum(0)]}

    pair = Pair()

    def function(x: Any) -> Any:
        found = pair((torch.from_numpy(x), torch.from_numpy(x * 2)), scale=3.0)
        return found["sum"].numpy(), found["parts"][0].numpy(), found["parts"][1].numpy()

    check(function, X, ulps=8)


def test_fields_of_objects_and_decorated_functions(check: Check, net: nn.Module) -> None:
    class Model:
        def __init__(self) -> None:
            self.closure = net

        @torch.no_grad()
        def tendency(self, x: Any) -> Any:
            total = np.zeros_like(x)
            for k in range(x.shape[0]):
                total[k] = self.closure(torch.from_numpy(x[k])).numpy()
            return total

    model = Model()

    def function(x: Any) -> Any:
        return model.tendency(x) - x

    check(function, X, ulps=64)


def test_sizes_may_vary(net: nn.Module) -> None:
    def function(x: Any, steps: int) -> Any:
        with torch.no_grad():
            for _ in range(steps):
                x += 0.1 * net(torch.from_numpy(x)).numpy()
            return torch.cat([torch.from_numpy(x), torch.from_numpy(x)]).numpy()

    program = isthmus.load(isthmus.compile(function, (isthmus.Spec("f64[n,8]"), 1)))
    for size in (1, 3, 17):
        x = np.random.default_rng(size).standard_normal((size, 8))
        y = x.copy()
        np.testing.assert_allclose(program(x, 3), function(y, 3), rtol=1e-12)
        np.testing.assert_allclose(x, y, rtol=1e-12)


def test_compiled_torch_modules_and_exported_ones(check: Check, net: nn.Module) -> None:
    exported = torch.export.export(net, (torch.zeros(5, 8, dtype=torch.float64),)).module()

    def function(x: Any) -> Any:
        with torch.no_grad():
            return exported(torch.from_numpy(x)).numpy()

    check(function, X, ulps=64)


def mixes_dtypes(net: Any, x: Any) -> Any:
    return net(torch.from_numpy(x).float())


def changes_in_place(net: Any, x: Any) -> Any:
    torch.from_numpy(x).add_(1.0)
    return x


def counts(net: Any, x: Any) -> Any:
    return nn.BatchNorm1d(8).double()(torch.from_numpy(x))


def writes_outside(net: Any, x: Any) -> Any:
    buffer = torch.zeros(5, 8, dtype=torch.float64)
    np.copyto(buffer.numpy(), x)
    return net(buffer)


@pytest.mark.parametrize(
    ("function", "message", "note"),
    [
        (mixes_dtypes, "mixes float", "module.double()"),
        (changes_in_place, "'add_' changes a tensor", "use 'add'"),
        (counts, "changes its buffers 'running_mean'", "module.eval()"),
        (writes_outside, "array made outside", "create it inside"),
    ],
)
def test_what_cannot_be_captured_names_the_line(
    net: nn.Module, function: Callable[..., Any], message: str, note: str
) -> None:
    def call(x: Any) -> Any:
        return function(net, x)

    with pytest.raises(CaptureError, match=message) as caught:
        captured(call, X)
    assert note in str(caught.value)
    assert "test_coupling.py:" in str(caught.value)
    assert "site-packages" not in str(caught.value)


def test_a_compiled_program_becomes_part_where_its_ir_was_kept(net: nn.Module, tmp_path: Path) -> None:
    isthmus.compile(net, (isthmus.Spec("f64[n,8]"),), name="net", keep_ir=True).save(tmp_path / "net.isthmus")
    program = isthmus.load(tmp_path / "net.isthmus")

    def function(x: Any, steps: int) -> Any:
        for _ in range(steps):
            x += 0.1 * program(x)
        return program(x[:2])

    module = captured(function, X, 3)
    assert len(collect(module.module, "scf.for")) == 1
    assert sum(array.size for array in module.parameters.values()) == sum(p.numel() for p in net.parameters())
    x, y = X.copy(), X.copy()
    fast = isthmus.load(isthmus.compile(function, (x, 1)))
    np.testing.assert_allclose(fast(x, 3), function(y, 3), rtol=1e-12)
    np.testing.assert_allclose(x, y, rtol=1e-12)


def test_a_compiled_function_that_changes_its_arguments_does_so_inside(check: Check) -> None:
    def inner(u: Any, dt: float) -> Any:
        u *= dt
        return u.sum()

    program = isthmus.load(isthmus.compile(inner, (X[0], 0.5), keep_ir=True))

    def function(x: Any, dt: float) -> Any:
        return program(x[1], dt) + program(x[2], dt=2.0)

    check(function, X.copy(), 0.5, ulps=8, compiled=True)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda program, x: program(x, x), "takes 1 arguments"),
        (lambda program, x: program(x[0]), "is f64 of rank 1: expected"),
        (lambda program, x: program(x.astype(np.float32)), "is f32 of rank 2: expected"),
        (lambda program, x: program(x[:, :4]), "has size 4: expected 8"),
    ],
)
def test_a_call_of_a_compiled_program_is_checked(net: nn.Module, call: Any, message: str) -> None:
    program = isthmus.load(isthmus.compile(net, (isthmus.Spec("f64[n,8]"),), keep_ir=True))

    def function(x: Any) -> Any:
        return call(program, x)

    with pytest.raises(CaptureError, match=message):
        captured(function, X)


def test_a_compiled_program_is_refused_with_the_way_out(net: nn.Module) -> None:
    program = isthmus.load(isthmus.compile(net, (X,)))

    def function(x: Any) -> Any:
        return program(x) + 1

    with pytest.raises(CaptureError, match="machine code alone") as caught:
        captured(function, X)
    assert "keep_ir=True" in str(caught.value)
