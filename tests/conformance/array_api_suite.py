"""Runs data-apis/array-api-tests against the namespace of traced arrays.

    git clone --recursive https://github.com/data-apis/array-api-tests
    python tests/conformance/array_api_suite.py array-api-tests --examples 5 --json array-api.json

The suite tests a module of eager functions; Isthmus compiles. `array_api_module.py` is the bridge: each call is
captured with traced arrays in the places of the suite's, lowered and run by MLIR's JIT, and kept for calls of the same
shapes and dtypes. So the numbers count what capture makes of each function (values, dtypes, shapes), with few
examples of each test; that IREE computes the same is what `tests/frontend/numpy` and npbench's kernels show. Each of
the suite's files runs in a process of its own; a test that kills the process counts as crashed. Tests of results whose
size depends on data are counted like the others. Exit code 0 when the share of passes reaches `--require`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Json = Any


def main(argv: list[str] | None = None) -> int:
    """Run the script."""
    options = _parser().parse_args(argv)
    tests = options.checkout / "array_api_tests"
    files = sorted(path.name for path in tests.glob("test_*.py"))
    if not (options.checkout / "array-api" / "spec").exists():
        print(f"{options.checkout} lacks its submodule: git submodule update --init", file=sys.stderr)
        return 2
    files = [name for name in files if not options.only or any(part in name for part in options.only)]
    outcomes: list[Json] = []
    for name in files:
        found = _run_file(name, options)
        outcomes += found
        print(f"{name}: {_counts(found)}", flush=True)
        if options.json:
            options.json.write_text(
                json.dumps({"examples": options.examples, "outcomes": outcomes}, indent=1)
            )
    print(table(outcomes))
    ran = [row for row in outcomes if row["outcome"] != "skipped"]
    share = sum(row["outcome"] == "passed" for row in ran) / max(1, len(ran))
    return 0 if share * 100 >= options.require else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "checkout", type=Path, help="a checkout of data-apis/array-api-tests with its submodule"
    )
    parser.add_argument("--examples", type=int, default=5, help="hypothesis' examples for each test")
    parser.add_argument(
        "--only", nargs="+", metavar="PART", help="run the files whose name holds one of these"
    )
    parser.add_argument("--timeout", type=float, default=1200, help="seconds for one file")
    parser.add_argument("--json", type=Path, help="write every outcome to this file")
    parser.add_argument("--require", type=float, default=0, metavar="PERCENT", help="exit 1 below this share")
    return parser


def _run_file(name: str, options: argparse.Namespace) -> list[Json]:
    """Run one file, again without the tests that are done when one of them kills the process."""
    outcomes: dict[str, Json] = {}
    for _ in range(20):
        with tempfile.TemporaryDirectory() as folder:
            log = Path(folder) / "log.jsonl"
            log.touch()
            code = _pytest(name, log, list(outcomes), options)
            rows = [json.loads(line) for line in log.read_text().splitlines()]
        outcomes |= {row["test"]: {"reason": "", **row} for row in rows}
        if code in (0, 1, 5) or not rows:
            break
    return list(outcomes.values())


def _pytest(name: str, log: Path, done: list[str], options: argparse.Namespace) -> int:
    source = str(HERE.parents[1] / "src")
    environment = os.environ | {
        "ARRAY_API_TESTS_MODULE": "array_api_module",
        "ARRAY_API_LOG": str(log),
        "PYTHONPATH": os.pathsep.join([str(HERE), source, os.environ.get("PYTHONPATH", "")]),
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "array_api_log", "-p", "no:cacheprovider"]
    command += [f"array_api_tests/{name}", f"--max-examples={options.examples}", "--derandomize"]
    command += ["--disable-deadline", *(f"--deselect={test}" for test in done)]
    try:
        return subprocess.run(
            command,
            cwd=options.checkout,
            env=environment,
            timeout=options.timeout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ).returncode
    except subprocess.TimeoutExpired:
        return 124


def _counts(outcomes: list[Json]) -> str:
    counts = Counter(row["outcome"] for row in outcomes)
    return ", ".join(
        f"{counts[key]} {key}" for key in ("passed", "failed", "crashed", "skipped") if counts[key]
    )


def table(outcomes: list[Json]) -> str:
    """Write the counts of each file, and the failures by reason, the most frequent first."""
    files: dict[str, list[Json]] = defaultdict(list)
    reasons: dict[str, list[str]] = defaultdict(list)
    for row in outcomes:
        path, _, test = row["test"].partition("::")
        files[Path(path).name].append(row)
        if row["outcome"] in ("failed", "crashed"):
            reasons[row["reason"] or row["outcome"]].append(test)
    lines = ["| file | passed | failed | crashed | skipped |", "|---|---:|---:|---:|---:|"]
    for name, rows in [*files.items(), ("all", outcomes)]:
        counts = Counter(row["outcome"] for row in rows)
        cells = " | ".join(str(counts[key]) for key in ("passed", "failed", "crashed", "skipped"))
        lines.append(f"| {name} | {cells} |")
    lines += ["", "| failures | reason | tests |", "|---:|---|---|"]
    for reason, tests in sorted(reasons.items(), key=lambda item: -len(item[1])):
        shown = ", ".join(tests[:4]) + (f", … {len(tests) - 4} more" if len(tests) > 4 else "")
        lines.append(f"| {len(tests)} | {reason.replace('|', chr(92) + '|')} | {shown} |")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
