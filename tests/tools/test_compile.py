from pathlib import Path

import pytest

import isthmus
from isthmus.tools.compile import main


def _fails(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 1
    printed = capsys.readouterr().err
    assert "Traceback" not in printed and "internal error" not in printed
    return printed


def test_progress_and_summary_tell_what_was_done(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.isthmus"
    assert main([f"{script}:build", "--input", "f32[2,3]", "-o", str(output), "--name", "tiny"]) == 0
    printed = capsys.readouterr()
    assert "isthmus compile: capturing\n" in printed.err
    assert printed.out.startswith(f"wrote {output} in ")
    assert "cpu: variant " in printed.out and "2 parameters, 64 B" in printed.out
    assert isthmus.load(output).name == "tiny"


def test_the_evaluation_mode_is_the_default(artifact: Path) -> None:
    import numpy as np

    program = isthmus.load(artifact)
    x = np.ones((5, 3), np.float32)
    np.testing.assert_allclose(program(x), np.full((5, 4), 2.5), rtol=1e-6)  # dropout is off


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--target", "cuda12", "--input", "f32[2,3]"], "unknown target 'cuda12': expected one of 'cpu',"),
        (["--input", "f32[2,3"], "malformed spec 'f32[2,3'"),
        (["--input", "f33[2]"], "unknown dtype 'f33', expected one of f64"),
        (["--input", "missing.npy"], "cannot read 'missing.npy': no such file"),
        (["--input", "x=f32[2,3]", "--input", "x=f32[2,3]"], "input 'x' is given twice"),
        ([], "the inputs do not fit the program: missing a required argument: 'x'\nnote: give one --input"),
        (["--input", "y=f32[2,3]"], "the inputs do not fit the program"),
        (["--input", "f32[2,3]", "-o", "/no/such/folder/x"], "no such directory '/no/such/folder'"),
    ],
)
def test_wrong_requests_are_one_clear_error(
    arguments: list[str], message: str, script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert message in _fails(capsys, f"{script}:model", *arguments)


def test_control_flow_on_values_names_the_users_line(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "x.isthmus")
    printed = _fails(capsys, f"{script}:Branching", "--input", "f32[3]", "-o", output)
    line = script.read_text().splitlines().index("        if x.sum() > 0:") + 1
    assert f"{script}:{line}" in printed
    assert not Path(output).exists()


def test_a_wrong_choice_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["net.py:model", "--precision", "f8"])
    assert caught.value.code == 2
    assert "choose from" in capsys.readouterr().err


def test_a_file_in_the_place_of_the_artifact_is_refused(
    script: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "data.isthmus"
    place.write_text("precious")
    assert "it is a file" in _fails(capsys, f"{script}:model", "--input", "f32[2,3]", "-o", str(place))
    assert place.read_text() == "precious"
