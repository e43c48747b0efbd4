from pathlib import Path

import numpy as np
import pytest

from isthmus.tools.bench import main as bench
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
