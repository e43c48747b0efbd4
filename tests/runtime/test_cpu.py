"""The host's processor, compared with what compiled code needs."""

import sys
from pathlib import Path

import pytest

from isthmus.runtime import cpu
from isthmus.runtime.cpu import Cpu, host_cpu, unmet_requirements
from isthmus.runtime.manifest import Requirements

ZEN = Cpu("x86_64", frozenset({"sse2", "avx", "avx2", "fma"}))


def test_a_processor_that_has_everything_is_accepted() -> None:
    assert unmet_requirements(Requirements("x86_64", ("avx2", "fma")), ZEN) is None
    assert unmet_requirements(Requirements(), ZEN) is None


def test_missing_features_are_listed() -> None:
    lack = unmet_requirements(Requirements("x86_64", ("avx2", "avx512f", "avx512bw")), ZEN)
    assert lack == "it needs processor features this machine lacks: 'avx512bw', 'avx512f'"


def test_another_architecture_is_refused() -> None:
    lack = unmet_requirements(Requirements("aarch64", ("neon",)), ZEN)
    assert lack == "it needs a processor of architecture 'aarch64': this one is 'x86_64'"


@pytest.mark.parametrize(("name", "same"), [("arm64", "aarch64"), ("AMD64", "x86_64"), ("x86_64", "x86_64")])
def test_architectures_have_one_spelling(name: str, same: str) -> None:
    assert cpu.normal_architecture(name) == same


def test_linux_flags_become_llvms_names() -> None:
    text = "processor : 0\nflags\t: fpu sse4_1 sse4_2 pni abm bmi1 avx512_vnni\nprocessor: 1\nflags: pni sse4_2 fma\n"
    flags = cpu._linux_flags(text)
    assert flags == {"pni", "sse4_2"}, "cores may differ: only what all have counts"
    assert {"sse3", "sse4.2", "crc32", "sse2"} <= cpu._features("x86_64", flags)


def test_arm_flags_become_llvms_names() -> None:
    flags = cpu._linux_flags("Features\t: fp asimd aes atomics asimddp sve i8mm fcma\n")
    assert flags is not None
    assert {"neon", "fp-armv8", "lse", "dotprod", "complxnum", "i8mm"} <= cpu._features("aarch64", flags)


def test_numpys_dispatcher_is_asked_where_there_is_no_cpuinfo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu, "_CPUINFO", Path("/nowhere"))
    features = host_cpu.__wrapped__().features
    assert features is not None and ({"avx2", "neon"} & features or not features)


def test_an_unknown_processor_is_given_the_benefit() -> None:
    assert unmet_requirements(Requirements("x86_64", ("avx2",)), Cpu("x86_64", None)) is None


@pytest.mark.skipif(sys.platform != "linux", reason="compares with /proc/cpuinfo")
def test_what_llvm_finds_on_this_machine_is_found_here_too() -> None:
    host = pytest.importorskip("isthmus.targets.host")
    processor = host.describe_host()
    assert host_cpu().features is not None
    assert unmet_requirements(Requirements(processor.architecture, processor.features), host_cpu()) is None
