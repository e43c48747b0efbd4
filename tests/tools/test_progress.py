import io
import time

from isthmus.tools.progress import Progress


class Terminal(io.StringIO):
    """Say it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_elsewhere_each_step_is_one_plain_line() -> None:
    stream = io.StringIO()
    with Progress("tool", stream=stream) as progress:
        progress("first")
        progress("second")
    assert stream.getvalue() == "tool: first\ntool: second\n"


def test_details_of_a_step_are_no_lines_of_their_own() -> None:
    stream = io.StringIO()
    with Progress("tool", stream=stream) as progress:
        for step in (
            "lowering: a",
            "lowering: b",
            "cpu: O3: x (0.1 s)",
            "cpu: O3: y (0.3 s)",
            "cpu: O2: x (0.1 s)",
        ):
            progress(step)
    assert stream.getvalue().splitlines() == [
        "tool: lowering: a",
        "tool: lowering: b",
        "tool: cpu: O3: x (0.1 s)",
        "tool: cpu: O2: x (0.1 s)",
    ]


def test_on_a_terminal_one_line_lives_and_is_gone_at_the_end() -> None:
    stream = Terminal()
    with Progress("tool", stream=stream) as progress:
        progress("first")
        time.sleep(0.5)
    text = stream.getvalue()
    assert "tool: first (0 s)" in text
    assert "\n" not in text
    assert text.endswith("\r\x1b[K")


def test_quiet_shows_nothing() -> None:
    for stream in (io.StringIO(), Terminal()):
        with Progress("tool", quiet=True, stream=stream) as progress:
            progress("first")
        assert stream.getvalue() == ""
