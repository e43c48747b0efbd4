"""The IR tests: runs lit over tests/lit, so that one pytest run covers everything."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_every_lit_test_passes() -> None:
    (ROOT / "out" / "lit").mkdir(parents=True, exist_ok=True)
    lit = "import sys; from lit.main import main; sys.exit(main())"
    command = [sys.executable, "-c", lit, "-j2", "--verbose", "--quiet", str(ROOT / "tests" / "lit")]
    result = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert result.returncode == 0, result.stdout + result.stderr
