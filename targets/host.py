"""What LLVM knows about processors, this machine's among them."""

import platform
import re
from dataclasses import dataclass
from functools import cache

from isthmus.errors import CompileError

from .process import WorkerError, run_worker

TRIPLES: dict[str, str] = {
    "x86_64": "x86_64-unknown-linux-gnu",
    "aarch64": "aarch64-unknown-linux-gnu",
}
"""Each processor architecture that can be compiled for, and LLVM's triple."""

CODE_FEATURES: dict[str, tuple[str, ...]] = {
    "x86_64": (
        *("sse3", "ssse3", "sse4.1", "sse4.2", "sse4a", "popcnt", "cx16", "sahf", "lzcnt", "movbe"),
        *("bmi", "bmi2", "adx", "tbm", "avx", "avx2", "fma", "fma4", "xop", "f16c"),
        *("aes", "pclmul", "sha", "sha512", "sm3", "sm4", "gfni", "vaes", "vpclmulqdq"),
        *("avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl", "avx512ifma", "avx512vbmi"),
        *("avx512vbmi2", "avx512vnni", "avx512bitalg", "avx512vpopcntdq", "avx512bf16", "avx512fp16"),
        *("avx512vp2intersect", "avxvnni", "avxvnniint8", "avxvnniint16", "avxifma", "avxneconvert"),
        *("avx10.2", "amx-tile", "amx-int8", "amx-bf16", "amx-fp16", "amx-complex"),
    ),
    "aarch64": (
        *("fp-armv8", "neon", "aes", "sha2", "sha3", "sm4", "crc", "lse", "rdm", "rcpc", "dotprod"),
        *("fullfp16", "fp16fml", "jsconv", "complxnum", "bf16", "i8mm", "f32mm", "f64mm"),
        *("sve", "sve2", "sve2-aes", "sve2-sha3", "sve2-sm4", "sve2-bitperm", "sme", "sme2"),
    ),
}
"""LLVM's features that decide which instructions compiled code contains; the others (`pku`, `xsaves`) never do."""

_TIMEOUT = 120.0


@dataclass(frozen=True)
class Processor:
    """Describe a processor as LLVM does: its name, and the features that compiled code may use."""

    architecture: str
    name: str
    features: tuple[str, ...]


def host_architecture() -> str:
    """Name this machine's processor architecture: `x86_64` or `aarch64`."""
    machine = platform.machine().lower()
    return {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)


def describe_host() -> Processor:
    """Ask LLVM which processor this machine has; starts the compiler once."""
    return describe("host", host_architecture())


@cache
def describe(cpu: str, architecture: str) -> Processor:
    """Ask LLVM about a processor by name; an unknown one is a `CompileError` that lists the choices."""
    flags = ["--iree-hal-target-device=local", "--iree-hal-local-target-device-backends=llvm-cpu"]
    flags += cpu_flags(cpu, architecture)
    try:
        answer = run_worker({"do": "describe", "flags": flags}, _TIMEOUT)
        data, log = answer.data, answer.log
    except WorkerError as error:
        # LLVM warns about an unknown processor, and goes on to crash for some architectures.
        data, log = {"ok": False, "exception": str(error)}, error.log
    choices = re.search(r"Unknown CPU .*\nList of accepted CPUs: (.*)", log)
    if choices:
        known = choices[1].strip().rstrip(",")
        raise CompileError(f"unknown {architecture} processor '{cpu}'", note=f"expected one of {known}")
    if not data["ok"]:
        raise CompileError(f"cannot ask the compiler about '{cpu}': {data.get('exception') or log}")
    return Processor(architecture, data["cpu"], _code_features(data["features"], architecture))


def cpu_flags(cpu: str, architecture: str) -> list[str]:
    """List the IREE flags that select a processor."""
    flags = [f"--iree-llvmcpu-target-cpu={cpu}"]
    return flags if cpu == "host" else [*flags, f"--iree-llvmcpu-target-triple={TRIPLES[architecture]}"]


def _code_features(text: str, architecture: str) -> tuple[str, ...]:
    """Read LLVM's `+avx,-sse4a`, of which the last mention of a feature counts; keep those that matter."""
    state = {token[1:]: token[0] == "+" for token in text.split(",") if token}
    return tuple(sorted(name for name in CODE_FEATURES[architecture] if state.get(name)))
