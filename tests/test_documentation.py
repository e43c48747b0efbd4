"""What the documentation says: links lead somewhere, and the examples run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from isthmus.tools.main import COMMANDS, main

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")])


def anchor(heading: str) -> str:
    """Spell the anchor that a heading gets."""
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def blocks(page: Path, language: str) -> list[str]:
    """List the fenced blocks of a language on a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, fragment = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        headings = (
            re.findall(r"^#+ (.*)", target.read_text("utf-8"), re.MULTILINE) if target.is_file() else []
        )
        if not target.exists() or (fragment and fragment not in map(anchor, headings)):
            broken.append(link)
    assert not broken


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_are_named_exist(page: Path) -> None:
    layers = "dialects|docs|examples|frontend|lowering|runtime|src|targets|tests|tools|benchmarks"
    named = re.findall(rf"`((?:{layers})/[\w./-]+)`", page.read_text("utf-8"))
    invented = {"lowering/sink_transposes.py", "tests/lit/lowering/sink-transposes.mlir"}
    missing = [name for name in named if name not in invented and not (ROOT / name).exists()]
    assert not missing


def test_the_readme_example_runs(tmp_path: Path) -> None:
    (example,) = blocks(ROOT / "README.md", "python")
    assert len(example.splitlines()) <= 25
    script = tmp_path / "example.py"  # a file: functions are captured from their source
    script.write_text(example, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_the_examples_of_the_simulation_page_run(tmp_path: Path) -> None:
    script = tmp_path / "examples.py"  # a file: functions are captured from their source
    script.write_text("\n\n".join(blocks(ROOT / "docs" / "simulation.md", "python")), encoding="utf-8")
    environment = os.environ | {"ISTHMUS_CACHE": "off"}
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr


def test_the_commands_of_the_readme_exist() -> None:
    known = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for page in PAGES:
        for target in re.findall(r"^make (\w+)", page.read_text("utf-8"), re.MULTILINE):
            assert f"make {target} " in known, f"{page.name}: make {target}"


def invocations(page: Path) -> list[tuple[str, list[str]]]:
    """List the commands a page shows, in blocks and in text: the command's name and its options."""
    text = page.read_text("utf-8")
    lines = re.findall(r"^(?: {4,}|\$ )(isthmus(?:-opt)? .*?)(?:  # .*)?$", text, re.MULTILINE)
    lines += re.findall(r"`(isthmus(?:-opt)? [^`\n]*)`", text)
    words = [line.split() for line in lines]
    named = [("opt" if line[0] == "isthmus-opt" else line[1], line) for line in words]
    return [(name, [word for word in line if re.fullmatch(r"--[a-z-]+", word)]) for name, line in named]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_are_shown_exist(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unknown = []
    for name, options in invocations(page):
        if name.startswith("-") or not name.islower():
            continue
        if name not in COMMANDS:
            unknown.append(name)
        elif options:
            with pytest.raises(SystemExit) as done:
                raise SystemExit(main([name, "--help"]))
            help_text = capsys.readouterr().out
            assert done.value.code == 0
            unknown += [f"{name} {option}" for option in options if option not in help_text]
    assert not unknown
