"""How IREE's diagnostics become sentences."""

import pytest

from isthmus.targets.diagnostics import Diagnostic, first_error, read_diagnostic

FILE = {"file": "net.py", "line": 3, "column": 4}


def diagnostic(location: object, message: str = "broken") -> Diagnostic:
    return read_diagnostic({"severity": "error", "message": message, "location": location})


@pytest.mark.parametrize(
    ("location", "layer", "operator", "place"),
    [
        (None, "", "", ""),
        (FILE, "", "", "net.py:3"),
        ({"name": "a.b|conv|aten.conv2d", "child": FILE}, "a.b", "aten.conv2d", "net.py:3"),
        ({"name": "|conv|aten.conv2d", "child": None}, "conv", "aten.conv2d", ""),
        ({"name": "a|b|c|d", "child": None}, "a|b", "d", ""),
        ({"name": "step", "child": FILE}, "step", "", "net.py:3"),
        ({"fused": [None, {"name": "a|n|o", "child": FILE}, {"name": "b|n|o", "child": None}]}, "a", "o", "net.py:3"),
        ({"callee": {"name": "a|n|o", "child": None}, "caller": FILE}, "a", "o", "net.py:3"),
    ],
)  # fmt: skip
def test_a_location_gives_layer_operator_and_place(
    location: object, layer: str, operator: str, place: str
) -> None:
    found = diagnostic(location)
    assert (found.layer, found.operator, found.place) == (layer, operator, place)


def test_an_operation_printed_in_full_is_cut_from_the_message() -> None:
    assert diagnostic(None, 'marked illegal: %1 = "math.erf"(%0) : (f64) -> f64').message == "marked illegal"
    assert diagnostic(None, "\n  first\nsecond").message == "first"
    assert len(diagnostic(None, "x" * 10_000).message) < 500


def test_the_error_that_names_a_layer_is_shown() -> None:
    rows = [
        diagnostic(None, "one"),
        diagnostic(FILE, "two"),
        diagnostic({"name": "a|n|o", "child": None}, "three"),
    ]
    assert first_error(rows) == rows[2]
    assert first_error(rows[:2]) == rows[1]
    assert first_error([]) is None


def test_a_sentence_without_a_layer_speaks_of_the_program() -> None:
    assert diagnostic(FILE).sentence("cpu") == "cpu: cannot compile the program: broken"
