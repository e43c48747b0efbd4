"""The registries: every row resolves, and one name is used everywhere."""

import importlib
import re
from pathlib import Path

import pytest

from isthmus.lowering.passes import Pass
from isthmus.lowering.registry import PASSES, pass_named
from isthmus.targets.registry import TARGETS, target_class
from isthmus.targets.target import Target
from isthmus.tools.main import COMMANDS

ROOT = Path(__file__).parents[1]


def camel(name: str) -> str:
    """Spell a kebab-case name as a class name."""
    return "".join(part.capitalize() for part in name.split("-"))


@pytest.mark.parametrize("name", PASSES)
def test_a_pass_has_one_name_everywhere(name: str) -> None:
    found = pass_named(name)
    assert issubclass(found, Pass)
    assert found.name == name
    assert found.__name__ == camel(name)
    assert PASSES[name] == f"{name.replace('-', '_')}:{camel(name)}"
    assert found.__doc__, "the first line of a pass's docstring describes it in listings"


@pytest.mark.parametrize("name", PASSES)
def test_a_pass_has_a_test_in_ir(name: str) -> None:
    assert (ROOT / f"tests/lit/lowering/{name}.mlir").is_file()


def test_every_pass_is_in_the_table() -> None:
    classes = {
        name
        for path in (ROOT / "lowering").rglob("*.py")
        for name in re.findall(r"^class (\w+)\(Pass\)", path.read_text("utf-8"), re.MULTILINE)
    }
    assert classes == {row.partition(":")[2] for row in PASSES.values()}


def test_the_tables_are_sorted() -> None:
    assert list(PASSES) == sorted(PASSES)
    assert list(TARGETS) == sorted(TARGETS)


@pytest.mark.parametrize("kind", TARGETS)
def test_a_target_has_one_name_everywhere(kind: str) -> None:
    found = target_class(kind)
    assert issubclass(found, Target)
    assert found.kind == kind
    assert TARGETS[kind] == f"{kind}:{found.__name__}"


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_has_its_file(name: str) -> None:
    module, _, function = COMMANDS[name][0].partition(":")
    assert module == name
    assert callable(getattr(importlib.import_module(f"isthmus.tools.{module}"), function))


def test_every_operation_of_the_dialect_has_its_tests() -> None:
    operations = importlib.import_module("isthmus.dialects.hpc").__all__
    names = [name.removesuffix("Op").lower() for name in operations if name.endswith("Op")]
    wanted = [
        path
        for name in names
        for path in (
            f"dialects/hpc/{name}.py",
            *(f"tests/lit/dialects/{name}{end}.mlir" for end in ("", "_invalid")),
        )
    ]
    missing = [path for path in wanted if not (ROOT / path).is_file()]
    assert not missing, f"missing: {missing}"
