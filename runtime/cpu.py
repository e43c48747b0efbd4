"""The host's processor: its architecture and features, compared with what compiled code needs."""

import functools
import importlib
import platform
from dataclasses import dataclass
from pathlib import Path

from .manifest import Requirements

# Linux's flag -> LLVM's feature, where the spellings differ.
_LLVM_NAMES = {
    "pni": "sse3",
    "sse4_1": "sse4.1",
    "sse4_2": "sse4.2",
    "abm": "lzcnt",
    "bmi1": "bmi",
    "lahf_lm": "sahf",
    "pclmulqdq": "pclmul",
    "rdrand": "rdrnd",
    "sha_ni": "sha",
    "3dnowprefetch": "prfchw",
    "avx512_vnni": "avx512vnni",
    "avx512_bf16": "avx512bf16",
    "avx512_fp16": "avx512fp16",
    "avx512_bitalg": "avx512bitalg",
    "avx512_vbmi2": "avx512vbmi2",
    "avx512_vpopcntdq": "avx512vpopcntdq",
    "avx512_vp2intersect": "avx512vp2intersect",
    "avx_vnni": "avxvnni",
    "avx_vnni_int8": "avxvnniint8",
    "avx_ifma": "avxifma",
    "avx_ne_convert": "avxneconvert",
    "amx_tile": "amx-tile",
    "amx_int8": "amx-int8",
    "amx_bf16": "amx-bf16",
    "amx_fp16": "amx-fp16",
    "amx_complex": "amx-complex",
    "avx_vnni_int16": "avxvnniint16",
    "asimd": "neon",
    "asimddp": "dotprod",
    "asimdfhm": "fp16fml",
    "asimdhp": "fullfp16",
    "asimdrdm": "rdm",
    "atomics": "lse",
    "crc32": "crc",
    "fcma": "complxnum",
    "fp": "fp-armv8",
    "jscvt": "jsconv",
    "lrcpc": "rcpc",
    "sveaes": "sve2-aes",
    "svebitperm": "sve2-bitperm",
    "svef32mm": "f32mm",
    "svef64mm": "f64mm",
    "svesha3": "sve2-sha3",
    "svesm4": "sve2-sm4",
}
# What every processor of the architecture has, in LLVM's spelling.
_BASE = {
    "x86_64": {"64bit", "x87", "cmov", "cx8", "fxsr", "mmx", "sse", "sse2"},
    "aarch64": {"fp-armv8", "neon"},
}
# Features LLVM counts on their own that no system lists.
_IMPLIED = {"sse4.2": "crc32", "avx512f": "evex512"}
_SAME = {"arm64": "aarch64", "amd64": "x86_64", "x86-64": "x86_64"}
_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Cpu:
    """Describe a processor; `features` is None when this system does not tell them."""

    architecture: str
    features: frozenset[str] | None


@functools.cache
def host_cpu() -> Cpu:
    """Describe the processor this process runs on, in LLVM's spelling."""
    architecture = normal_architecture(platform.machine())
    flags = _linux_flags(_CPUINFO.read_text()) if _CPUINFO.is_file() else _numpy_flags()
    return Cpu(architecture, None if flags is None else _features(architecture, flags))


def normal_architecture(name: str) -> str:
    """Give one spelling to an architecture: `arm64` is `aarch64`, `AMD64` is `x86_64`."""
    return _SAME.get(name.lower(), name.lower())


def unmet_requirements(requirements: Requirements, cpu: Cpu) -> str | None:
    """Say what a processor lacks to run a module, or None when it lacks nothing.

    Running such code would kill the process at the first unknown instruction. Features that the system does
    not tell are taken as present.
    """
    needed = normal_architecture(requirements.architecture)
    if needed and needed != cpu.architecture:
        return f"it needs a processor of architecture '{needed}': this one is '{cpu.architecture}'"
    if cpu.features is None:
        return None
    missing = sorted(set(requirements.features) - cpu.features)
    if missing:
        return f"it needs processor features this machine lacks: {', '.join(map(repr, missing))}"
    return None


def _features(architecture: str, flags: set[str]) -> frozenset[str]:
    names = flags | {_LLVM_NAMES.get(flag, flag) for flag in flags} | _BASE.get(architecture, set())
    implied = {also for name, also in _IMPLIED.items() if name in names}
    return frozenset(names | implied)


def _linux_flags(cpuinfo: str) -> set[str] | None:
    """Keep the flags that every listed core has (cores of one machine may differ)."""
    rows = [line.partition(":") for line in cpuinfo.splitlines()]
    cores = [set(value.split()) for key, _, value in rows if key.strip() in ("flags", "Features")]
    return set.intersection(*cores) if cores else None


def _numpy_flags() -> set[str] | None:
    """Ask NumPy's own dispatcher where there is no /proc/cpuinfo (macOS, Windows)."""
    known = getattr(importlib.import_module("numpy._core._multiarray_umath"), "__cpu_features__", None)
    if not known:
        return None
    names = {"FMA3": "fma", "ASIMD": "neon", "ASIMDHP": "fullfp16", "ASIMDDP": "dotprod", "SSE41": "sse4.1"}
    return {names.get(name, name.lower().replace("_", "")) for name, present in known.items() if present}
