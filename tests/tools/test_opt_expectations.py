import pytest

from isthmus.errors import PassError
from isthmus.tools.opt_diagnostics import Diagnostic
from isthmus.tools.opt_expectations import expectations, mismatches


def _errors(*lines: int | None, message: str = "has 3 operands") -> list[Diagnostic]:
    return [Diagnostic("error", message, line) for line in lines]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("x // expected-error {{has}}", 1),
        ("// expected-error @+2 {{has}}", 3),
        ("\n\n// expected-error@-1 {{has}}", 2),
        ("// expected-error @below {{has}}\nx", 2),
        ("// expected-error @below {{has}}\n// expected-note @below {{n}}\nx", 3),
        ("x\n// expected-note @above {{n}}\n// expected-error @above {{has}}", 1),
        ("// expected-error @unknown {{has}}", None),
        ("// expected-error-re {{has {{[0-9]+}} operands}}", 1),
    ],
)
def test_an_expectation_names_its_line(text: str, line: int | None) -> None:
    found = [row for row in expectations(text) if row.severity == "error"]
    assert [row.line for row in found] == [line]
    assert mismatches(found, _errors(line)) == []


@pytest.mark.parametrize("line", [2, None])
def test_the_wrong_line_is_two_errors(line: int | None) -> None:
    wrong = mismatches(expectations("// expected-error {{has}}"), _errors(line))
    assert [row.message for row in wrong] == [
        'expected error "has" was not produced',
        "unexpected error: has 3 operands",
    ]


@pytest.mark.parametrize("line", [1, 7, None])
def test_a_star_means_any_place(line: int | None) -> None:
    assert mismatches(expectations("// expected-error @* {{has}}"), _errors(line)) == []


def test_one_diagnostic_meets_one_expectation() -> None:
    twice = "// expected-error @+1 {{has}}\nx // expected-error {{has}}"
    assert len(mismatches(expectations(twice), _errors(2))) == 1
    assert mismatches(expectations(twice), _errors(2, 2)) == []


def test_plain_text_is_no_regular_expression() -> None:
    expected = expectations("// expected-error {{has . operands}}")
    assert mismatches(expected, _errors(1))
    assert not mismatches(expected, _errors(1, message="has . operands"))


def test_the_severity_counts() -> None:
    assert mismatches(expectations("// expected-warning {{has}}"), _errors(1))


def test_notes_may_come_unexpected_but_must_come_when_expected() -> None:
    note = Diagnostic("note", "see here", 1)
    assert mismatches([], [note]) == []
    assert mismatches(expectations("// expected-note {{see}}"), [note]) == []
    assert mismatches(expectations("// expected-note {{other}}"), [note])


@pytest.mark.parametrize(
    "text",
    [
        "// expected-error {{a}} trailing",
        "// expected-error @there {{a}}",
        "// expected-error {{a",
        "// expected-error-re {{a {{(}}}}",
    ],
)
def test_a_malformed_expectation_is_refused(text: str) -> None:
    with pytest.raises(PassError, match="malformed"):
        expectations(text)
