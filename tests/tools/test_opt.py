import io
from pathlib import Path

import pytest

from isthmus.dialects.mlir import context, parse, to_bytecode
from isthmus.tools.opt import main

FINE = "func.func private @f()\n"


def _run(text: str | bytes, tmp_path: Path, *arguments: str) -> int:
    file = tmp_path / "in.mlir"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return main([str(file), *arguments])


def test_success_is_zero_and_prints_the_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(FINE, tmp_path) == 0
    assert capsys.readouterr().out == "module {\n  func.func private @f()\n}\n"


def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(FINE.encode())))
    assert main(["-p", "cse"]) == 0
    assert "@f" in capsys.readouterr().out


def test_bytecode_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(to_bytecode(parse(FINE, context())), tmp_path) == 0
    assert "@f" in capsys.readouterr().out


def test_a_failure_is_one_and_writes_nothing(tmp_path: Path) -> None:
    output = tmp_path / "out.mlir"
    assert _run("not mlir", tmp_path, "-o", str(output)) == 1
    assert not output.exists()


def test_wrong_arguments_are_two(tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as caught:
        _run(FINE, tmp_path, "--no-such-option")
    assert caught.value.code == 2


def test_help_names_every_option(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for option in ("--verify-each", "--split-input", "--run-reproducer", "--list-passes", "exit codes"):
        assert option in text


SCF_OPEN = "%r{0} = scf.if %c -> (i32) {{\n"
SCF_CLOSE = "scf.yield %r{0} : i32 }} else {{ scf.yield %x : i32 }}\n"


def _deep_results(depth: int) -> str:
    """Nest regions whose `->` hides the depth from a count of brackets."""
    opened = "".join(SCF_OPEN.format(level) for level in range(depth))
    closed = "".join(SCF_CLOSE.format(level) for level in range(depth - 1, 0, -1))
    innermost = "scf.yield %x : i32 } else { scf.yield %x : i32 }\n"
    return f"func.func @f(%c: i1, %x: i32) -> i32 {{\n{opened}{innermost}{closed} return %r0 : i32 }}"


BAD_INPUTS: dict[str, str | bytes] = {
    "binary": bytes(range(256)),
    "damaged bytecode": b"ML\xefR" + bytes(range(256)),
    "truncated bytecode": b"ML\xefR",
    "unbalanced": "module {",
    "unknown dialect": '"no.such"() : () -> ()',
    "deep regions": "module {" * 20_000 + "}" * 20_000,
    "deep types": "func.func private @f(" + "tuple<" * 20_000 + "i32" + ">" * 20_000 + ")",
    "deep attributes": "module attributes {x.a = " + "[" * 20_000 + "]" * 20_000 + "} {}",
    "deep locations": "module {} loc(" + 'callsite("a" at ' * 20_000 + '"b"' + ")" * 20_000 + ")",
    "deep results": _deep_results(20_000),
}


@pytest.mark.parametrize("name", BAD_INPUTS)
def test_bad_input_is_an_error_and_never_a_crash(
    name: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert _run(BAD_INPUTS[name], tmp_path, "-p", "canonicalize") == 1
    printed = capfd.readouterr().err
    assert "error: " in printed
    assert "Traceback" not in printed and "internal error" not in printed


@pytest.mark.parametrize(
    ("make", "reason"),
    [(lambda path: None, "no such file"), (lambda path: path.mkdir(), "is a directory")],
)
def test_an_unreadable_file_is_named(
    make: object, reason: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.mlir"
    make(path)  # type: ignore[operator]
    assert main([str(path)]) == 1
    assert f"cannot use '{path}': {reason}" in capsys.readouterr().err


def test_an_empty_input_is_an_empty_module(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("", tmp_path) == 0
    assert capsys.readouterr().out == "module {\n}\n"
