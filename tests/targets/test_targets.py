"""The names of targets, what they need, and that each of them really compiles."""

import pytest

from isthmus.errors import CompileError
from isthmus.runtime.cpu import host_cpu, unmet_requirements
from isthmus.runtime.manifest import Requirements
from isthmus.targets import cpu, cuda, rocm
from isthmus.targets.compiler import compile_module
from isthmus.targets.host import describe, describe_host
from isthmus.targets.registry import TARGETS, parse_target, parse_targets, target_class

COMPILED = (
    *("cpu", "cpu:generic", *(f"cpu:{level}" for level in cpu.LEVELS)),
    *("cpu:znver4", "cpu:skylake-avx512", "cpu:neoverse-n1"),
    *("rocm:gfx90a", "rocm:gfx942", "rocm:gfx1100"),
)


@pytest.mark.parametrize("text", COMPILED)
def test_every_target_compiles_without_the_machine(text: str, add: bytes) -> None:
    target = parse_target(text)
    compiled = compile_module(add, target)
    assert compiled.variant == target.variants()[0].name
    assert len(compiled.module) > 1000


@pytest.mark.parametrize("name", cuda.ARCHITECTURES)
def test_cuda_code_is_for_the_architecture_asked_for(name: str, add: bytes) -> None:
    assert f".target {name}\n".encode() in compile_module(add, parse_target(f"cuda:{name}")).module


@pytest.mark.slow
@pytest.mark.parametrize("name", rocm.ARCHITECTURES)
def test_every_rocm_architecture_compiles(name: str, add: bytes) -> None:
    assert compile_module(add, parse_target(f"rocm:{name}")).module


@pytest.mark.parametrize(
    ("text", "canonical", "device"),
    [
        ("cpu", "cpu", "local"),
        ("cpu:host", "cpu", "local"),
        (" cpu : x86-64-v3 ", "cpu:x86-64-v3", "local"),
        ("cuda", "cuda", "cuda"),
        ("rocm:gfx942", "rocm:gfx942", "hip"),
    ],
)
def test_names_are_read(text: str, canonical: str, device: str) -> None:
    target = parse_target(text)
    assert (target.text, target.device) == (canonical, device)
    assert parse_target(canonical) == target


def test_lists_of_names_are_read_and_repeated_ones_count_once() -> None:
    expected = ["cpu:x86-64", "cuda"]
    assert [target.text for target in parse_targets("cpu:x86-64, cuda,cuda")] == expected
    assert [target.text for target in parse_targets(["cpu:x86-64", "cuda", "cpu:x86-64"])] == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("cuda12", "unknown target 'cuda12': expected one of 'cpu', 'cuda', 'rocm'"),
        ("", "unknown target '': expected one of 'cpu', 'cuda', 'rocm'"),
        ("cuda:sm_10", "unknown architecture 'sm_10' in target 'cuda:sm_10': expected one of 'sm_80', "),
        ("rocm:h100", "unknown architecture 'h100' in target 'rocm:h100': expected one of 'gfx908', "),
        ("cpu:pentium9", "unknown processor 'pentium9' in target 'cpu:pentium9': expected one of 'host', "),
        ("cpu:--help", "unknown processor '--help' in target 'cpu:--help': expected one of 'host', "),
    ],
)
def test_unknown_names_list_the_choices(text: str, message: str) -> None:
    with pytest.raises(CompileError) as caught:
        parse_target(text)
    assert caught.value.message.startswith(message)


def test_an_unknown_processor_lists_llvms_names() -> None:
    with pytest.raises(CompileError) as caught:
        parse_target("cpu:pentium9")
    assert "znver4" in str(caught.value.note) and "neoverse-n1" in str(caught.value.note)


def test_no_target_is_an_error() -> None:
    with pytest.raises(CompileError, match="no target given"):
        parse_targets([])


@pytest.mark.parametrize("kind", TARGETS)
def test_every_row_of_the_table_names_a_target(kind: str) -> None:
    assert target_class(kind).kind == kind
    assert target_class(kind).ladder


@pytest.mark.parametrize("level", cpu.LEVELS)
def test_the_table_of_levels_agrees_with_llvm(level: str) -> None:
    expected = cpu.LEVELS[level]
    if level == "aarch64":  # LLVM's generic Arm processor leaves its two baseline features unsaid
        assert describe("generic", "aarch64").features == ()
    else:
        assert Requirements("x86_64", describe(level, "x86_64").features) == expected


def test_this_machine_meets_its_own_requirements() -> None:
    host = describe_host()
    assert host.architecture == host_cpu().architecture and host.name
    assert unmet_requirements(parse_target("cpu").requirements, host_cpu()) is None


def test_a_processor_needs_the_features_llvm_uses() -> None:
    needs = parse_target("cpu:znver4").requirements
    assert needs.architecture == "x86_64"
    assert {"avx512f", "avx512bf16", "fma"} <= set(needs.features)
    assert "pku" not in needs.features
    assert parse_target("cpu:neoverse-n1").requirements.architecture == "aarch64"
    assert parse_target("cuda:sm_90").requirements == Requirements("sm_90")
