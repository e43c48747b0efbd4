import os
import subprocess
import sys
from pathlib import Path

import pytest

import isthmus
from isthmus.tools.main import COMMANDS, main


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    assert all(name in text and words in text for name, (_, words) in COMMANDS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_describes_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([name, "--help"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: isthmus {name} ")


def test_an_unknown_command_is_a_usage_error_with_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspct"]) == 2
    assert "unknown command 'inspct': did you mean 'inspect'?" in capsys.readouterr().err


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out.startswith("isthmus ")


WITHOUT_COMPILER = """
import sys
for name in ("torch", "torch_mlir", "iree.compiler"):
    sys.modules[name] = None
from isthmus.tools.main import main
sys.exit(main(sys.argv[1:]))
"""


def _without_compiler(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", WITHOUT_COMPILER, *arguments]
    environment = os.environ | {"PYTHONPATH": str(Path(isthmus.__file__).parents[1])}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)


def test_what_needs_the_compiler_says_so_where_it_is_missing() -> None:
    done = _without_compiler("opt", "x.mlir")
    assert done.returncode == 1
    assert "is not installed" in done.stderr and "pip install 'isthmus[compiler]'" in done.stderr


@pytest.mark.parametrize(
    "arguments", [["run", "{}", "--random"], ["inspect", "{}"], ["bench", "{}", "--runs", "3"]]
)
def test_what_only_runs_needs_no_compiler(arguments: list[str], artifact: Path) -> None:
    done = _without_compiler(*(text.format(artifact) for text in arguments))
    assert done.returncode == 0, done.stderr
    assert "f32[" in done.stdout or "median" in done.stdout
