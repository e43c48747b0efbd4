from pathlib import Path

import pytest
import torch

from isthmus.errors import CaptureError
from isthmus.tools.script import load_program


@pytest.mark.parametrize("name", ["model", "Net", "build", "Holder.net"])
def test_a_module_is_found_as_instance_class_function_or_attribute(name: str, script: Path) -> None:
    program = load_program(f"{script}:{name}")
    assert type(program).__name__ == "Net" and isinstance(program, torch.nn.Module)


def test_a_function_with_arguments_is_the_program(script: Path) -> None:
    assert load_program(f"{script}:smooth").__name__ == "smooth"


def test_an_exported_program_is_read(tmp_path: Path) -> None:
    exported = torch.export.export(torch.nn.Linear(2, 2), (torch.zeros(1, 2),))
    torch.export.save(exported, tmp_path / "x.pt2")
    assert isinstance(load_program(str(tmp_path / "x.pt2")), torch.export.ExportedProgram)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("modle", "has no object 'modle'\nnote: did you mean 'model'?"),
        ("zzz", "note: it defines 'Net', 'Two', 'Branching', 'build', "),
        ("", "no object of"),
        ("number", "is of type 'int': expected a torch.nn.Module"),
        ("Wide", "needs arguments: 'width'\nnote: write a function without arguments"),
        ("gives_text", "gave an object of type 'str'"),
    ],
)
def test_a_wrong_object_is_told_with_the_way_out(name: str, message: str, script: Path) -> None:
    with pytest.raises(CaptureError) as caught:
        load_program(f"{script}:{name}")
    assert message in str(caught.value)


def test_an_error_inside_the_function_shows_the_users_line(script: Path) -> None:
    with pytest.raises(CaptureError) as caught:
        load_program(f"{script}:broken")
    assert "NameError: name 'undefined_name' is not defined" in caught.value.message
    line = script.read_text().splitlines().index("    return undefined_name") + 1
    assert caught.value.location == f"{script}:{line} in broken: `return undefined_name`"


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("x = 1\ny = (", "running the script failed: '(' was never closed", 2),
        ("x = 1\nx.nope\n", "running the script failed: AttributeError: 'int' object has no", 2),
        ("import no_such_module\n", "ModuleNotFoundError: No module named 'no_such_module'", 1),
        ("import sys\nsys.exit(3)\n", "it called exit(3)", None),
    ],
)
def test_an_error_of_the_script_shows_the_users_line(
    text: str, message: str, line: int | None, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.py"
    path.write_text(text)
    with pytest.raises(CaptureError) as caught:
        load_program(f"{path}:model")
    assert message in caught.value.message
    assert line is None or f"{path}:{line}" in str(caught.value.location)


def test_a_script_imports_what_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / "beside_it.py").write_text("import torch\nnet = torch.nn.Identity()\n")
    (tmp_path / "imports_it.py").write_text("from beside_it import net\n")
    assert isinstance(load_program(f"{tmp_path / 'imports_it.py'}:net"), torch.nn.Identity)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("missing.py:model", "no such file"),
        ("folder.py:model", "is no program"),
        ("binary.py:model", "running the script failed"),
        ("text.txt:model", "is no program: expected FILE.py:OBJECT, or FILE.pt2"),
        ("damaged.pt2", "as an exported program"),
    ],
)
def test_what_is_no_program_is_refused(name: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "folder.py").mkdir()
    for file in ("binary.py", "text.txt", "damaged.pt2"):
        (tmp_path / file).write_bytes(bytes(range(256)))
    with pytest.raises(CaptureError) as caught:
        load_program(str(tmp_path / name))
    assert message in caught.value.message
