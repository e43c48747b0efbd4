import pytest

from isthmus.dialects.mlir import PassManager, ir
from isthmus.errors import PassError
from isthmus.lowering.passes import Pass
from isthmus.lowering.registry import PASSES, pass_named
from isthmus.lowering.upstream_passes import UPSTREAM_PASSES, upstream_defaults

ANCHORS = ("builtin.module", "func.func", "gpu.module", "llvm.func", "spirv.module")


@pytest.mark.parametrize("name", PASSES)
def test_every_row_resolves_to_a_pass_of_that_name(name: str) -> None:
    kind = pass_named(name)
    assert issubclass(kind, Pass)
    assert kind.name == name
    assert kind.__doc__


def test_names_modules_and_classes_agree() -> None:
    for name, row in PASSES.items():
        module, kind = row.split(":")
        assert module.rpartition(".")[2] == name.replace("-", "_")
        assert kind == "".join(word.capitalize() for word in name.split("-"))


def test_an_unknown_pass_suggests_close_names_of_both_sides() -> None:
    with pytest.raises(PassError, match=r"unknown pass 'expand-mat': did you mean 'expand-math'"):
        pass_named("expand-mat")
    with pytest.raises(PassError, match=r"did you mean .*'canonicalize'"):
        pass_named("canonicalise")


def _parses(name: str, context: ir.Context) -> bool:
    for anchor in ANCHORS:
        try:
            with context:
                PassManager.parse(f"{anchor}({name})")
        except ValueError:
            continue
        return True
    return False


def test_every_listed_upstream_pass_exists() -> None:
    context = ir.Context()
    assert not _parses("no-such-pass", context)
    assert [name for name in UPSTREAM_PASSES if not _parses(name, context)] == []


def test_upstream_options_are_told_with_defaults() -> None:
    assert upstream_defaults("canonicalize")["max-iterations"] == "10"
    assert upstream_defaults("cse") == {}
    assert upstream_defaults("no-such-pass") == {}
