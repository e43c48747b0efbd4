"""Devices and threads, each choice in a process of its own: IREE's workers are one set per process."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.runtime.conftest import artifact, signature

from isthmus.errors import ArtifactError
from isthmus.runtime.boot import hidden_mpi_launcher
from isthmus.runtime.device import open_device, usable_cores

SOURCE = Path(__file__).parents[2] / "src"
KIND = signature("x: f32[n]; y: f32[n]", "z: f32[n]")
PROLOGUE = "import os, sys, time, numpy as np\nfrom isthmus.runtime.loader import load\npath = sys.argv[1]\n"


@pytest.fixture(scope="module")
def add(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("add") / "add.isthmus"
    artifact("add", KIND).save(path)
    return path


def said(code: str, path: Path, **environment: str) -> list[str]:
    """Run code in a fresh process and give the lines it printed."""
    done = subprocess.run(
        [sys.executable, "-c", PROLOGUE + code, str(path)],
        env=os.environ | {"PYTHONPATH": str(SOURCE)} | environment,
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout.splitlines()


def test_one_thread_runs_inside_the_caller(add: Path) -> None:
    assert said("print(load(path, threads=1).device)", add) == ["local-sync"]


def test_more_threads_are_workers(add: Path) -> None:
    assert said("p = load(path, threads=3); print(p.device, p([1], [2]))", add) == ["local-task [3.]"]


def test_a_process_bound_to_one_core_gets_no_workers(add: Path) -> None:
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("needs sched_setaffinity")
    code = "os.sched_setaffinity(0, list(os.sched_getaffinity(0))[:1]); print(load(path).device)"
    assert said(code, add) == ["local-sync"]


def test_small_programs_run_inside_the_caller(tmp_path: Path) -> None:
    for name, work in (("small", 1e3), ("big", 1e12)):
        artifact("add", KIND, work=work).save(tmp_path / name)
    expected = "local-task" if usable_cores() > 1 else "local-sync"
    code = "print(load(path + '/small').device, load(path + '/big').device)"
    assert said(code, tmp_path) == [f"local-sync {expected}"]


def test_a_second_set_of_workers_is_refused(add: Path) -> None:
    code = "load(path, threads=2), load(path, threads=1), load(path, threads=2)\n"
    code += "try: load(path, threads=3)\nexcept Exception as error: print(error)"
    lines = said(code, add)
    assert lines[0].endswith("cannot use 3 threads: this process already runs 2 workers")
    assert lines[1].startswith("note: a process has one set of workers")


def test_no_threads_are_refused() -> None:
    with pytest.raises(ArtifactError, match="threads is 0: expected a number of at least 1"):
        open_device("local", threads=0)


@pytest.mark.parametrize("variable", ["PMI_SIZE", "OMPI_COMM_WORLD_SIZE", "MPIEXEC_HOSTNAME"])
def test_iree_starts_no_mpi_and_the_launchers_variable_stays(add: Path, variable: str) -> None:
    code = f"print(load(path)([1], [2]), os.environ['{variable}'])"
    assert said(code, add, **{variable: "2"}) == ["[3.] 2"]


def test_the_variables_come_back_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PMI_SIZE", "4")
    with contextlib.suppress(RuntimeError), hidden_mpi_launcher():
        assert "PMI_SIZE" not in os.environ
        raise RuntimeError
    assert os.environ["PMI_SIZE"] == "4"


def test_an_uncaught_error_prints_no_leaks(add: Path) -> None:
    command = [sys.executable, "-c", PROLOGUE + "p = load(path); p.bind(np.ones(3)); ", str(add)]
    source = {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(command, env=os.environ | source, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and "missing argument 'y'" in done.stderr and "leak" not in done.stderr


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize(
    ("threads", "expected"), [(1, "[3.]"), (2, "this program was loaded before the process")]
)
def test_a_forked_child_never_hangs(add: Path, threads: int, expected: str) -> None:
    code = (
        f"program = load(path, threads={threads}); x = np.ones(1, np.float32)\n"
        "step = program.bind(x, 2 * x); step()\n"
        "if os.fork(): os.wait(); sys.exit()\n"
        "for call in (step, lambda: program(x, 2 * x)):\n"
        "    try: print(call())\n"
        "    except Exception as error: print(error.message)\n"
        "print(step._lock is program._engine.executor.lock)\n"
    )
    *lines, one_lock = said(code, add)
    assert len(lines) == 2 and all(line.startswith(expected) for line in lines)
    assert one_lock == "True"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_child_can_load_for_itself(add: Path) -> None:
    code = (
        "load(path, threads=2)\n"
        "if os.fork(): os.wait(); sys.exit()\n"
        "print(load(path, threads=1)([1], [2]))\n"
        "try: load(path, threads=2)\nexcept Exception as error: print(error)\n"
    )
    lines = said(code, add)
    assert lines[0] == "[3.]" and "was opened before this process was forked" in lines[1]


def test_an_interrupt_leaves_the_program_usable(add: Path) -> None:
    code = (
        "import signal, threading\n"
        "program = load(path, threads=1); x = np.ones(1 << 20, np.float32); step = program.bind(x, x)\n"
        "threading.Timer(0.2, lambda: os.kill(os.getpid(), signal.SIGINT)).start()\n"
        "try:\n    while True: step()\n"
        "except KeyboardInterrupt: print('interrupted')\n"
        "print(step()[0], program([1], [2]))\n"
    )
    assert said(code, add) == ["interrupted", "2.0 [3.]"]
