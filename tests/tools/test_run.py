from pathlib import Path

import numpy as np
import pytest

import isthmus
from isthmus.runtime.memory import Array
from isthmus.tools.bench import main as bench
from isthmus.tools.inspect import main as inspect
from isthmus.tools.run import main


@pytest.fixture
def x(tmp_path: Path) -> Path:
    path = tmp_path / "x.npy"
    np.save(path, np.ones((5, 3), np.float32))
    return path


def test_results_are_written_as_npy(artifact: Path, x: Path, tmp_path: Path) -> None:
    assert main([str(artifact), str(x), "-o", str(tmp_path / "y.npy")]) == 0
    np.testing.assert_allclose(np.load(tmp_path / "y.npy"), np.full((5, 4), 2.5), rtol=1e-6)


def test_several_results_are_written_by_name(two_inputs: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((5, 2)))
    arguments = [str(two_inputs), str(tmp_path / "x.npy"), "scale=3", "-o", str(tmp_path / "y.npz")]
    assert main(arguments) == 0
    found = np.load(tmp_path / "y.npz")
    shapes = sorted(found[name].shape for name in found)
    assert shapes == [(), (5, 2)]
    assert max(float(found[name].max()) for name in found) == 40.0


def test_without_a_file_the_results_are_described(
    artifact: Path, x: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(artifact), str(x)]) == 0
    assert "f32[5, 4] min 2.5 max 2.5 mean 2.5" in capsys.readouterr().out


def test_a_benchmark_prints_median_minimum_and_p90(
    artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--random", "--size", "n=7", "--benchmark", "--runs", "20", "--warmup", "1"]
    assert main([str(artifact), *arguments, "--threads", "1"]) == 0
    printed = capsys.readouterr().out
    assert "on local-sync: median " in printed
    assert "min " in printed and "p90 " in printed and "of 20 calls" in printed


def test_bench_times_artifacts_side_by_side(
    artifact: Path, two_inputs: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench([str(artifact), str(two_inputs), "--runs", "5", "--warmup", "1", "--threads", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 and all("median" in line for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "the program takes 1 inputs, got 0"),
        (["{wide}"], "expected"),
        (["{x}", "-o", "y.txt"], "expected a name that ends in .npy or .npz"),
        (["{x}", "--random"], "exclude each other"),
        (["--random", "--size", "m=3"], "the program has no size 'm'"),
        (["{x}", "--device", "tpu"], "unknown device 'tpu': expected one of"),
        (["{x}", "--device", "cuda"], "has no module for device 'cuda'"),
    ],
)
def test_wrong_requests_are_one_clear_error(
    arguments: list[str], message: str, artifact: Path, x: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = x.with_name("wide.npy")
    np.save(wide, np.ones((5, 9), np.float32))
    assert main([str(artifact), *(text.format(x=x, wide=wide) for text in arguments)]) == 1
    printed = capsys.readouterr().err
    assert message in printed
    assert "Traceback" not in printed and "internal error" not in printed


def test_what_is_no_artifact_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path), "--random"]) == 1
    assert "is no artifact" in capsys.readouterr().err


def test_a_wrong_size_is_a_usage_error() -> None:
    with pytest.raises(SystemExit) as caught:
        main(["x.isthmus", "--size", "n=big"])
    assert caught.value.code == 2


@pytest.fixture(scope="module")
def entries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An artifact with two entry points, one of which changes its argument."""

    def step(u: Array, dt: float) -> None:
        u += dt * u

    def mean(u: Array) -> Array:
        return u.mean()

    path = tmp_path_factory.mktemp("entries") / "entries.isthmus"
    u = np.ones((4, 4))
    isthmus.compile({"step": step, "mean": mean}, {"step": (u, 0.5), "mean": (u,)}).save(str(path))
    return path


def test_an_entry_point_is_run_by_name(entries: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(entries), "--entry", "mean", "--random", "--benchmark", "--runs", "3"]) == 0
    assert "median" in capsys.readouterr().out
    assert bench([str(entries), "--entry", "step", "--runs", "3"]) == 0
    assert main([str(entries), "--random"]) == 1
    assert "no entry point 'main': expected one of 'step', 'mean'" in capsys.readouterr().err


def test_arguments_that_change_are_results(entries: Path, tmp_path: Path) -> None:
    np.save(tmp_path / "u.npy", np.arange(16.0).reshape(4, 4))
    arguments = ["--entry", "step", str(tmp_path / "u.npy"), "dt=0.5", "-o", str(tmp_path / "v.npy")]
    assert main([str(entries), *arguments]) == 0
    np.testing.assert_array_equal(np.load(tmp_path / "v.npy"), 1.5 * np.arange(16.0).reshape(4, 4))


def test_inspect_lists_every_entry_point(entries: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert inspect([str(entries)]) == 0
    printed = capsys.readouterr().out
    assert "entry step" in printed and "entry mean" in printed and "updated in place" in printed
