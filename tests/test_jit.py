"""`isthmus.jit`: what compiles again and what does not, in this process and the next."""

import copy
import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch

import isthmus
from isthmus.errors import CaptureError, RunError

FACTOR = 2.0


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("ISTHMUS_CACHE", str(path))
    return path


def advance(u: Any, dt: float) -> Any:
    u += dt * u
    return u[0] * FACTOR


def helper(x: Any) -> Any:
    return x * FACTOR


def through(x: Any) -> Any:
    return helper(x) + 1


def test_arrays_are_changed_in_place_and_scalars_are_numpys() -> None:
    u, v = np.arange(1.0, 5.0), np.arange(1.0, 5.0)
    result = isthmus.jit(advance)(u, 0.5)
    expected = advance(v, 0.5)
    np.testing.assert_array_equal(u, v)
    assert type(result) is np.float64 and result == expected


def test_strided_arrays_are_changed_too() -> None:
    u, v = np.arange(1.0, 9.0), np.arange(1.0, 9.0)
    isthmus.jit(advance)(u[::2], 0.5)
    advance(v[::2], 0.5)
    np.testing.assert_array_equal(u, v)


def test_a_new_number_runs_the_same_code() -> None:
    fast = isthmus.jit(advance)
    for dt in (0.1, 0.2, -3.0):
        fast(np.ones(4), dt)
    assert len(fast.programs) == 1


@pytest.mark.parametrize("other", [np.ones(5), np.ones(4, np.float32), np.ones((4, 4))])
def test_new_shapes_and_dtypes_compile_again(other: Any) -> None:
    fast = isthmus.jit(advance)
    fast(np.ones(4), 0.1)
    fast(other, 0.1)
    assert len(fast.programs) == 2


def test_static_values_are_constants() -> None:
    @isthmus.jit(static="n")
    def power(x: Any, n: int) -> Any:
        return x * 2 if n == 2 else x * 3

    x = np.arange(4.0)
    np.testing.assert_array_equal(power(x, 2), x * 2)
    np.testing.assert_array_equal(power(x, n=3), x * 3)
    np.testing.assert_array_equal(power(x, 3), x * 3)
    assert len(power.programs) == 2
    with pytest.raises(CaptureError, match="static argument 'n' is a list"):
        power(x, [3])


def test_keywords_and_defaults_are_taken() -> None:
    @isthmus.jit
    def scaled(x: Any, factor: float = 2.0, *, shift: float = 0.0) -> Any:
        return x * factor + shift

    x = np.arange(4.0)
    np.testing.assert_array_equal(scaled(x), x * 2)
    np.testing.assert_array_equal(scaled(x, 3.0), x * 3)
    np.testing.assert_array_equal(scaled(factor=3.0, x=x, shift=1.0), x * 3 + 1)
    assert len(scaled.programs) == 1
    with pytest.raises(TypeError, match="unexpected keyword"):
        scaled(x, wrong=1)


def test_arguments_nest() -> None:
    @isthmus.jit
    def add(pair: Any, named: Any) -> Any:
        return {"sum": pair[0] + pair[1], "list": [named["a"], None]}

    x = np.arange(4.0)
    result = add((x, 2.0), {"a": x * 3})
    np.testing.assert_array_equal(result["sum"], x + 2)
    np.testing.assert_array_equal(result["list"][0], x * 3)
    assert result["list"][1] is None


class Setting(NamedTuple):
    factor: float
    shift: Any


@isthmus.jit
def decorated(x: Any, setting: Setting) -> Any:
    return x * setting.factor + setting.shift


def test_named_tuples_keep_their_fields() -> None:
    x = np.arange(4.0)
    np.testing.assert_array_equal(decorated(x, Setting(2.0, x)), 3 * x)


def test_static_values_may_be_objects_and_functions() -> None:
    def apply(x: Any, function: Any, times: int, y: Any) -> Any:
        for _ in range(times):
            x = function(x)
        return x + y

    fast = isthmus.jit(apply, static=("function", "times"))
    x = np.arange(4.0)
    for function in (np.sqrt, lambda x: x + 1):
        np.testing.assert_allclose(fast(x, function, 2, y=x), apply(x, function, 2, x), rtol=1e-15)
    assert len(fast.programs) == 2


def test_arrays_of_the_other_byte_order_are_converted() -> None:
    u, v = (np.arange(1.0, 5.0).astype(">f8") for _ in range(2))
    isthmus.jit(advance)(u, 0.5)
    advance(v, 0.5)
    np.testing.assert_array_equal(u, v)


def test_compiled_functions_are_copied_and_pickled_as_functions_are() -> None:
    assert copy.deepcopy(decorated) is decorated
    assert isinstance(pickle.loads(pickle.dumps(isthmus.jit(helper))), type(decorated))


def test_methods_have_their_objects_fields_as_constants() -> None:
    class Model:
        def __init__(self, factor: float) -> None:
            self.factor = factor

        @isthmus.jit
        def scaled(self, x: Any) -> Any:
            return x * self.factor

    x = np.arange(4.0)
    first, second = Model(2.0), Model(3.0)
    np.testing.assert_array_equal(first.scaled(x), x * 2)
    np.testing.assert_array_equal(second.scaled(x), x * 3)
    np.testing.assert_array_equal(isthmus.jit(first.scaled.uncompiled)(x), x * 2)
    assert len(first.scaled.programs) == 1


def test_a_compiled_function_inside_another_is_inlined() -> None:
    inner = isthmus.jit(helper)

    @isthmus.jit
    def outer(x: Any) -> Any:
        return inner(x) + inner(x + 1)

    x = np.arange(4.0)
    np.testing.assert_array_equal(outer(x), 2 * x + 2 * (x + 1))
    assert not inner.programs


def test_other_integers_and_numpys_scalars_keep_their_dtypes() -> None:
    @isthmus.jit
    def times(x: Any, factor: Any) -> Any:
        return x * factor

    x = np.arange(4, dtype=np.float32)
    for factor in (2, 2.0, np.float32(2), np.float64(2), np.int64(2), True, np.float64(3)):
        expected, found = x * factor, times(x, factor)
        np.testing.assert_array_equal(found, expected)
        assert found.dtype == expected.dtype
    assert len(times.programs) == 6  # one for each type


def test_an_array_that_overlaps_a_changed_one_is_refused() -> None:
    @isthmus.jit
    def add(u: Any, v: Any) -> None:
        u += v

    u = np.arange(8.0)
    with pytest.raises(RunError, match="share memory"):
        add(u[:4], u[2:6])
    add(u[::2], u[1::2])
    np.testing.assert_array_equal(u, [1, 1, 5, 3, 9, 5, 13, 7])


def test_the_ir_and_the_artifact_can_be_had(tmp_path: Path) -> None:
    fast = isthmus.jit(advance)
    assert "func.func @main" in fast.lower(np.ones(4), 0.1)
    fast.compile(np.ones(4), 0.1).save(tmp_path / "f.isthmus")
    u = np.ones(4)
    isthmus.load(tmp_path / "f.isthmus")(u, 1.0)
    np.testing.assert_array_equal(u, 2 * np.ones(4))
    assert not fast.programs


@pytest.mark.parametrize(
    ("make", "message", "note"),
    [
        (lambda: isthmus.jit(torch.nn.Linear(2, 2)), "got a 'Linear' of torch", "isthmus.compile"),
        (lambda: isthmus.jit(int), "got a class", "pass a function"),
        (lambda: isthmus.jit(advance, static="v"), "static names 'v', no parameter", ""),
        (
            lambda: isthmus.jit(advance)(torch.ones(3), 0.1),
            "argument 'u' is a 'Tensor' of torch",
            "x.numpy()",
        ),
        (lambda: isthmus.jit(advance)(np.ma.ones(3), 0.1), "argument 'u' is a 'MaskedArray'", "filled"),
        (lambda: isthmus.jit(advance)(np.ones(3), object()), "argument 'dt' is a 'object'", 'static="dt"'),
    ],
)
def test_what_cannot_be_compiled_is_refused(make: Callable[[], Any], message: str, note: str) -> None:
    with pytest.raises(CaptureError, match=message) as caught:
        make()
    assert note in str(caught.value)


def test_an_error_of_capture_names_the_line() -> None:
    def broken(x: Any) -> Any:
        return np.unique(x)

    with pytest.raises(CaptureError) as caught:
        isthmus.jit(broken)(np.ones(3))
    assert "test_jit.py" in str(caught.value)


def test_processes_share_what_they_compile(cache: Path) -> None:
    command = [
        *(sys.executable, "-c"),
        "import sys; sys.path.insert(0, sys.argv[1]); import numpy as np, test_jit as t, isthmus\n"
        "print(isthmus.jit(t.through)(np.ones(3)), 'torch_mlir' in sys.modules)",
        str(Path(__file__).parent),
    ]
    at_once = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert {one.communicate(timeout=120)[0].strip() for one in at_once} == {"[3. 3. 3.] True"}
    later = subprocess.run(command, capture_output=True, text=True, check=True)
    assert later.stdout.strip() == "[3. 3. 3.] False"
    assert len(list(cache.iterdir())) == 1


def test_a_changed_constant_is_not_taken_from_the_cache(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    x = np.ones(3)
    np.testing.assert_array_equal(isthmus.jit(through)(x), 3 * x)
    monkeypatch.setitem(globals(), "FACTOR", 5.0)
    np.testing.assert_array_equal(isthmus.jit(through)(x), 6 * x)
    assert len(list(cache.iterdir())) == 2


def test_a_damaged_entry_is_compiled_again(cache: Path) -> None:
    x = np.ones(3)
    isthmus.jit(through)(x)
    (module,) = cache.glob("*.isthmus/modules/*.vmfb")
    module.write_bytes(module.read_bytes()[:100])
    np.testing.assert_array_equal(isthmus.jit(through)(x), 3 * x)
    (module,) = cache.glob("*.isthmus/modules/*.vmfb")
    assert module.stat().st_size > 100


def test_the_cache_can_be_left_out(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    isthmus.jit(through, cache=False)(np.ones(3))
    monkeypatch.setenv("ISTHMUS_CACHE", "off")
    isthmus.jit(through)(np.ones(3))
    assert not list(cache.iterdir())


def test_forgetting_reads_constants_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    fast = isthmus.jit(through)
    fast(np.ones(3))
    monkeypatch.setitem(globals(), "FACTOR", 7.0)
    np.testing.assert_array_equal(fast(np.ones(3)), 3 * np.ones(3))
    fast.clear()
    np.testing.assert_array_equal(fast(np.ones(3)), 8 * np.ones(3))


def test_threads_compile_once() -> None:
    fast = isthmus.jit(through)
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(fast(np.ones(3)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4 and len(fast.programs) == 1


@pytest.mark.skipif("CI_SLOW" in os.environ, reason="a measurement")
def test_a_call_costs_little_more_than_the_programs_own() -> None:
    fast, x = isthmus.jit(through), np.ones(3)
    fast(x)
    (program,) = fast.programs

    def best(call: Callable[[Any], Any]) -> float:
        times = []
        for _ in range(20):
            began = time.perf_counter()
            for _ in range(200):
                call(x)
            times.append((time.perf_counter() - began) / 200)
        return min(times)

    assert best(fast) < best(program) + 15e-6
