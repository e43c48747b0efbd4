import json
import shutil
from pathlib import Path

import pytest

from isthmus.tools.inspect import main


def test_the_report_tells_signature_modules_variants_and_parameters(
    artifact: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(artifact), "--parameters"]) == 0
    printed = capsys.readouterr().out
    assert "input  x: f32[n, 3]" in printed and "f32[n, 4]" in printed and "size   n: " in printed
    assert "module cpu on 'local'" in printed and "variant " in printed and ": compiled" in printed
    assert "parameters: 2, 64 B" in printed and "layer.weight" in printed


def test_json_is_the_manifest(artifact: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(artifact), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["schema"] == 2
    assert found["entries"]["main"]["inputs"][0]["shape"] == ["n", 3]


def test_an_altered_file_is_refused(
    artifact: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.isthmus"
    shutil.copytree(artifact, copy)
    module = next((copy / "modules").iterdir())
    data = bytearray(module.read_bytes())
    data[len(data) // 2] ^= 1
    module.write_bytes(bytes(data))
    assert main([str(copy)]) == 1
    assert "isthmus inspect: error: " in capsys.readouterr().err
