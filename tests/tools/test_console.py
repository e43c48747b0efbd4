from pathlib import Path

import pytest

from isthmus.errors import RunError
from isthmus.tools.console import (
    INTERNAL_ERROR,
    INTERRUPTED,
    USAGE_ERROR,
    USER_ERROR,
    Parser,
    guarded,
)


@pytest.fixture(autouse=True)
def _files_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def _guarded(error: BaseException) -> int:
    def action() -> int:
        raise error

    return guarded("tool", action)


MISSING = FileNotFoundError(2, "No such file or directory", "x.npy")
NO_TORCH = ModuleNotFoundError("no 'torch'", name="torch")
OURS_MISSING = ModuleNotFoundError("no 'isthmus.x'", name="isthmus.x")
LOCATED = RunError("bad", location="net.py:3", note="do better")


@pytest.mark.parametrize(
    ("error", "code", "text"),
    [
        (LOCATED, USER_ERROR, "tool: error: bad\n  at net.py:3\nnote: do better\n"),
        (MISSING, USER_ERROR, "cannot use 'x.npy': no such file or directory"),
        (MemoryError(), USER_ERROR, "tool: error: out of memory"),
        (KeyboardInterrupt(), INTERRUPTED, "tool: interrupted"),
        (NO_TORCH, USER_ERROR, "'torch' is not installed\nnote: pip install 'isthmus[compiler]'"),
        (OURS_MISSING, INTERNAL_ERROR, "internal error: ModuleNotFoundError"),
        (TypeError("a\nb"), INTERNAL_ERROR, "tool: error: internal error: TypeError: a\nnote: this is a bug"),
    ],
)
def test_every_exception_becomes_a_message_and_an_exit_code(
    error: BaseException, code: int, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _guarded(error) == code
    printed = capsys.readouterr().err
    assert text in printed
    assert "Traceback" not in printed


def test_an_internal_error_keeps_its_traceback_in_a_file(tmp_path: Path) -> None:
    _guarded(ZeroDivisionError("division by zero"))
    (file,) = tmp_path.iterdir()
    assert "Traceback" in file.read_text() and "division by zero" in file.read_text()


def test_a_usage_error_is_one_line_and_a_note(capsys: pytest.CaptureFixture[str]) -> None:
    parser = Parser("tool")
    parser.add_argument("--mode", choices=("a", "b"))
    with pytest.raises(SystemExit) as caught:
        parser.parse_args(["--mode", "c"])
    assert caught.value.code == USAGE_ERROR
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("tool: error: argument --mode: invalid choice: 'c'")
    assert lines[1] == "note: 'tool --help' lists the arguments"
