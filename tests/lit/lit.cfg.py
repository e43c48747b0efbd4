"""How lit runs the IR tests: `isthmus-opt` and `filecheck` of the running Python, installed or not."""

# ruff: noqa: F821  (lit defines `config` before it runs this file)

import os
import shlex
import sys
from pathlib import Path

import lit.formats

HERE = Path(__file__).resolve().parent
PYTHON = shlex.quote(sys.executable)

config.name = "isthmus"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = str(HERE)
config.test_exec_root = str(HERE.parents[1] / "out" / "lit")
config.environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
config.environment["PYTHONPATH"] = str(HERE.parents[1] / "src")
# Reproducers of passes that fail on purpose stay inside the checkout's own output.
config.environment["TMPDIR"] = str(HERE.parents[1] / "out" / "lit")
config.substitutions.append((r"\bisthmus-opt\b", f"{PYTHON} -m isthmus.tools.opt"))
config.substitutions.append((r"\bisthmus-crash\b", f"{PYTHON} {HERE / 'tools' / 'Inputs' / 'crash.py'}"))
config.substitutions.append((r"\bfilecheck\b", f"{PYTHON} -m filecheck"))
