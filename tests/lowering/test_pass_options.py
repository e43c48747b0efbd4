from dataclasses import dataclass
from typing import ClassVar, Literal

import pytest

from isthmus.errors import PassError
from isthmus.lowering.pass_options import make_pass, options_of, write_options
from isthmus.lowering.passes import Pass


@dataclass(frozen=True)
class Example(Pass):
    """Hold an option of each type."""

    name: ClassVar[str] = "example"
    max_depth: int = 2
    scale: float = 1.0
    verbose: bool = False
    label: str = ""
    mode: Literal["fast", "exact"] = "exact"
    skip: tuple[str, ...] = ()


@dataclass(frozen=True)
class Demanding(Pass):
    """Need an option."""

    name: ClassVar[str] = "demanding"
    size: int


def test_each_type_is_read() -> None:
    texts = {
        "max-depth": "7",
        "scale": "1e-3",
        "verbose": "true",
        "label": "a b",
        "mode": "fast",
        "skip": "x,y",
    }
    assert make_pass(Example, tuple(texts.items())) == Example(7, 1e-3, True, "a b", "fast", ("x", "y"))


def test_options_are_written_as_they_are_read() -> None:
    assert write_options(Example()) == ""
    written = write_options(Example(max_depth=7, verbose=True, label="a b", skip=("x", "y")))
    assert written == '{max-depth=7 verbose=true label="a b" skip=x,y}'


@pytest.mark.parametrize(
    ("option", "text", "message"),
    [
        ("max-depth", "two", "option 'max-depth' of pass 'example' is 'two': expected an integer"),
        ("scale", "x", "expected a number"),
        ("verbose", "yes", "expected one of 'true', 'false'"),
        ("mode", "slow", "expected one of 'fast', 'exact'"),
        ("max-depht", "2", "has no option 'max-depht': did you mean 'max-depth'"),
        ("zzz", "2", "has no option 'zzz': expected one of 'max-depth', 'scale'"),
    ],
)
def test_a_wrong_option_lists_the_choices(option: str, text: str, message: str) -> None:
    with pytest.raises(PassError) as caught:
        make_pass(Example, ((option, text),))
    assert message in str(caught.value)


def test_an_option_given_twice_is_refused() -> None:
    with pytest.raises(PassError, match="twice"):
        make_pass(Example, (("scale", "1"), ("scale", "2")))


def test_a_required_option_is_demanded() -> None:
    with pytest.raises(PassError, match="pass 'demanding' needs the option 'size': expected an integer"):
        make_pass(Demanding, ())


def test_options_describe_themselves() -> None:
    described = {name: str(option) for name, option in options_of(Example).items()}
    assert described["mode"] == "mode=exact (fast|exact)"
    assert described["verbose"] == "verbose=false"
    assert str(options_of(Demanding)["size"]) == "size=<required>"
