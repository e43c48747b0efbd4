"""The worker process: where it can start from, and that noise, death and hunger stay outside the protocol."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.targets import process
from isthmus.targets.process import WorkerError, run_worker


def test_noise_on_standard_output_does_not_mix_with_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A module found before IREE's own writes to standard output from Python and from below it.
    noise = "import os\nprint('noise {', flush=True)\nos.write(1, b'{\"done\": 0}\\n')\nraise ImportError('gone')\n"
    (tmp_path / "iree").mkdir()
    (tmp_path / "iree" / "__init__.py").write_text(noise)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    answer = run_worker({"do": "compile"}, 60)
    assert answer.data == {"ok": False, "exception": "ImportError: gone"}
    assert "noise {" in answer.log


def test_an_unknown_request_is_an_answer() -> None:
    assert run_worker({"do": "dance"}, 60).data["exception"] == "KeyError: 'dance'"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        (-9, "the compiler was killed by signal 9 (out of memory?)"),
        (-11, "the compiler was killed by signal 11 (SIGSEGV)"),
        (3, "the compiler ended with exit status 3"),
    ],
)
def test_a_death_is_told_in_words(code: int, text: str) -> None:
    assert process._death(code) == text


@pytest.mark.parametrize(
    ("code", "text"), [("os.kill(os.getpid(), 9)", "signal 9"), ("os._exit(3)", "status 3")]
)
def test_a_worker_that_dies_is_an_error_with_its_log(
    code: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "iree").mkdir()
    (tmp_path / "iree" / "__init__.py").write_text(f"import os\nos.write(2, b'last words')\n{code}\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    with pytest.raises(WorkerError, match=text) as caught:
        run_worker({"do": "compile"}, 60)
    assert caught.value.log == "last words"


def test_the_working_directory_shadows_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("iree", "isthmus", "json"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(9)")
    monkeypatch.chdir(tmp_path)
    flags = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
    assert run_worker({"do": "describe", "flags": flags}, 60).data["ok"]


def test_a_script_that_compiles_on_import_starts_one_worker_only(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from isthmus.targets.host import describe\nprint(describe('znver4', 'x86_64').name)\n")
    paths = os.pathsep.join(os.path.abspath(path) for path in sys.path)
    done = subprocess.run(
        [sys.executable, str(script)], env={**os.environ, "PYTHONPATH": paths}, capture_output=True, text=True
    )
    assert done.stdout == "znver4\n", done.stderr
