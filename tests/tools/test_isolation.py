import os
import signal

import pytest

from isthmus.tools.isolation import Death, Failure, Say, isolated

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def test_the_result_comes_back() -> None:
    assert isolated(lambda say: {"a": (1, 2.5)}) == {"a": (1, 2.5)}


def test_the_work_runs_elsewhere() -> None:
    assert isolated(lambda say: os.getpid()) != os.getpid()


def test_a_crash_is_told_with_its_signal_and_what_was_being_done() -> None:
    def crash(say: Say) -> None:
        say("reading")
        say("parsing")
        os.kill(os.getpid(), signal.SIGSEGV)

    assert isolated(crash) == Death("SIGSEGV", "parsing")


def test_a_silent_exit_is_told_too() -> None:
    assert isolated(lambda say: os._exit(3)) == Death("exit status 3", "starting")


def test_an_exception_comes_back_as_its_traceback() -> None:
    table: dict[str, int] = {}
    failure = isolated(lambda say: table["missing"])
    assert isinstance(failure, Failure)
    assert failure.summary == "KeyError: 'missing'"
    assert "Traceback" in failure.traceback
