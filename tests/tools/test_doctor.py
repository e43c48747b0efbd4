import json

import pytest

from isthmus.tools import doctor


def test_everything_installed_here_works(capsys: pytest.CaptureFixture[str]) -> None:
    code = doctor.main([])
    printed = capsys.readouterr().out
    assert code == 0, printed
    for line in ("ok    torch ", "ok    device local", "ok    compile for cpu", "ok    run on local"):
        assert line in printed


def _only(monkeypatch: pytest.MonkeyPatch, reports: dict[str, dict[str, object]]) -> None:
    monkeypatch.setattr(doctor, "probe", lambda name, *_: reports.get(name, {}))


def test_wrong_numbers_fail(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    _only(monkeypatch, {"device": {"driver": "x"}, "run": {"error": "wrong numbers: off by 1"}})
    assert doctor.main(["--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert {"verdict": "FAIL", "what": "run on local", "text": "wrong numbers: off by 1", "note": ""} in rows


def test_a_missing_compiler_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _only(monkeypatch, {"device": {"driver": "x"}})
    monkeypatch.setattr(doctor, "_version", lambda name: None if name == "torch" else "1.0")
    assert doctor.main([]) == 0
    printed = capsys.readouterr().out
    assert "--    torch" in printed and "pip install 'isthmus[compiler]'" in printed


def test_a_crash_of_a_probe_is_its_report(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.executable", "false")
    assert "the process ended with status 1" in doctor.probe("device", "local")["error"]


def test_a_failure_of_a_probe_is_its_report() -> None:
    assert "no artifact at '/no/such.isthmus'" in doctor.probe("run", "local", "/no/such.isthmus")["error"]
