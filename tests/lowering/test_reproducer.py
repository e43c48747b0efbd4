from pathlib import Path

import pytest

from isthmus.dialects.mlir import collect, context, parse
from isthmus.errors import PassError
from isthmus.lowering.callbacks import combine
from isthmus.lowering.pipeline import Pipeline
from isthmus.lowering.reproducer import Reproducer, configuration, run_with_reproducer

PROGRAM = """func.func @f(%a: tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>) {
  %0 = arith.addf %a, %a : tensor<3xf32> loc("net.py":7:0)
  %1 = arith.addf %a, %a : tensor<3xf32>
  "x.y"(%0) : (tensor<3xf32>) -> ()
  return %0, %1 : tensor<3xf32>, tensor<3xf32>
}"""


@pytest.fixture(autouse=True)
def _files_stay_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))


def _fail(path: Path | None = None) -> PassError:
    module = parse(PROGRAM, context(allow_unregistered=True))
    with pytest.raises(PassError) as caught:
        run_with_reproducer(Pipeline.parse("cse,one-shot-bufferize,canonicalize"), module, path=path)
    return caught.value


def test_a_failed_pipeline_leaves_a_file_and_names_its_command(tmp_path: Path) -> None:
    note = _fail().note or ""
    (file,) = tmp_path.iterdir()
    assert note == f"pass 'one-shot-bufferize' failed; reproduce with: isthmus-opt --run-reproducer {file}"


def test_the_file_holds_the_ir_from_before_the_failing_pass_and_that_pass_alone(tmp_path: Path) -> None:
    text = _reproducer_text(tmp_path / "r.mlir")
    assert configuration(text) == ["-p", "one-shot-bufferize"]
    again = parse(text, context(allow_unregistered=True))
    assert len(collect(again, "arith.addf")) == 1  # cse had run
    assert '"net.py":7:0' in text  # locations are kept
    with pytest.raises(PassError, match="was not bufferized"):
        Pipeline.parse("one-shot-bufferize").run(again)


def _reproducer_text(path: Path) -> str:
    _fail(path)
    return path.read_text()


def test_the_file_is_written_ahead_of_each_pass_and_gone_after_success(tmp_path: Path) -> None:
    path = tmp_path / "r.mlir"
    reproducer, seen = Reproducer(path), list[bool]()
    module = parse("func.func @f() { return }", context())

    def look(previous: object, module: object, following: object) -> None:
        seen.append(path.exists())

    pipeline = Pipeline.parse("cse,canonicalize")
    pipeline.run(module, combine(reproducer, look))
    assert seen == [True, True, False]
    assert list(tmp_path.iterdir()) == []


def test_success_writes_nothing(tmp_path: Path) -> None:
    run_with_reproducer(Pipeline.parse("cse"), parse("func.func private @f()", context()))
    assert list(tmp_path.iterdir()) == []


def test_a_refused_write_does_not_hide_the_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "missing"))
    error = _fail()
    assert "was not bufferized" in error.message
    assert error.note is None


def test_a_file_that_is_no_reproducer_is_refused() -> None:
    with pytest.raises(PassError, match="no reproducer"):
        configuration("func.func private @f()")
