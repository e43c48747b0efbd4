"""The runtime half alone: an environment that holds NumPy, ml_dtypes and IREE's runtime, and no compiler."""

import json
import os
import subprocess
import sys
import venv
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
import pytest
import torch

import isthmus

BASE = ("iree-base-runtime", "ml_dtypes", "numpy")


@pytest.fixture(scope="module")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the environment from links to the installed base dependencies and the wheel, without a network."""
    folder = tmp_path_factory.mktemp("base")
    venv.create(folder, with_pip=False, symlinks=True)
    python = folder / "bin" / "python"
    site = next(folder.glob("lib/python*/site-packages"))
    for name in BASE:
        found = distribution(name)
        for file in found.files or ():
            target = site / file
            if target.resolve().is_relative_to(site):  # console scripts lie elsewhere
                target.parent.mkdir(parents=True, exist_ok=True)
                target.symlink_to(Path(str(found.locate_file(file))).resolve())
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q", "--no-deps", "--no-index"]
    subprocess.run([*pip, str(wheel)], check=True, capture_output=True)
    return python


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, torch.nn.Module]:
    """Compile a small network here, where the compiler is."""
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(8, 16), torch.nn.Tanh(), torch.nn.Linear(16, 4)).double()
    path = tmp_path_factory.mktemp("artifact") / "net.isthmus"
    isthmus.compile(net, (isthmus.Spec("f64[n,8]"),)).save(path)
    return path, net


def run(python: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a command in the environment, without a trace of this one."""
    clean = {"PATH": os.defpath, "HOME": str(python.parent)}
    return subprocess.run([str(python), *arguments], env=clean, capture_output=True, text=True, timeout=120)


def test_the_environment_has_no_compiler(python: Path) -> None:
    code = "from importlib.util import find_spec as f; import iree.runtime; print(*map(f, {names!r}))"
    done = run(python, "-c", code.format(names=("torch", "torch_mlir", "iree.compiler", "sympy")))
    assert done.stdout.split() == ["None"] * 4, done.stderr


def test_an_artifact_runs_without_a_compiler(
    python: Path, artifact: tuple[Path, torch.nn.Module], tmp_path: Path
) -> None:
    path, net = artifact
    x = np.random.default_rng(0).standard_normal((5, 8))
    np.save(tmp_path / "x.npy", x)
    code = (
        "import sys, numpy, isthmus; x = numpy.load(sys.argv[2]);"
        "print(isthmus.load(sys.argv[1])(x).tolist());"
        "assert not {'torch', 'torch_mlir', 'iree.compiler'} & set(sys.modules)"
    )
    done = run(python, "-c", code, str(path), str(tmp_path / "x.npy"))
    assert done.returncode == 0, done.stderr
    expected = net(torch.from_numpy(x)).detach().numpy()
    np.testing.assert_allclose(json.loads(done.stdout), expected, rtol=1e-12, atol=1e-14)


def test_compiling_names_the_extra(python: Path) -> None:
    done = run(python, "-c", "import isthmus; isthmus.compile(None, ())")
    assert "isthmus[compiler]" in done.stderr
    assert "isthmus.errors.CompileError" in done.stderr


@pytest.mark.parametrize("command", [["--help"], ["inspect", "ARTIFACT"], ["doctor"]])
def test_the_command_line_works(
    python: Path, artifact: tuple[Path, torch.nn.Module], command: list[str]
) -> None:
    arguments = [str(artifact[0]) if word == "ARTIFACT" else word for word in command]
    done = run(python, str(python.parent / "isthmus"), *arguments)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
