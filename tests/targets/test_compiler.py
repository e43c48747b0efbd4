"""The ladder: which variant wins, what is kept of the others, and what the user hears when all fail."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from isthmus.errors import CompileError
from isthmus.runtime.manifest import Requirements
from isthmus.targets.compiler import compile_module
from isthmus.targets.cpu import Cpu
from isthmus.targets.cuda import Cuda
from isthmus.targets.target import ALWAYS, Target, Variant

from .conftest import Run, to_bytecode

GOOD = Variant("good", ("--iree-opt-level=O1",))
# LLVM ends the process on a processor it does not know.
EXIT = Variant("exit", ("--iree-llvmcpu-target-cpu=nonesuch",))
FAIL = Variant("fail", ("--iree-nonesuch",))

ERF = """
func.func @main(%x: tensor<8xf64>) -> tensor<8xf64> {
  %y = math.erf %x : tensor<8xf64> loc("layers.3.act|erf|aten.erf"("model.py":7:4))
  return %y : tensor<8xf64>
}
"""

# IREE 3.13 crashes on a product of complex matrices with a consumer fused to it, on GPUs.
COMPLEX = """
func.func @main(%a: tensor<64x64xcomplex<f64>>, %b: tensor<64x32xcomplex<f64>>, %d: tensor<64x32xcomplex<f64>>)
    -> tensor<64x32xcomplex<f64>> {
  %zero = complex.constant [0.0, 0.0] : complex<f64>
  %0 = linalg.fill ins(%zero : complex<f64>) outs(%d : tensor<64x32xcomplex<f64>>) -> tensor<64x32xcomplex<f64>>
  %1 = linalg.matmul ins(%a, %b : tensor<64x64xcomplex<f64>>, tensor<64x32xcomplex<f64>>)
    outs(%0 : tensor<64x32xcomplex<f64>>) -> tensor<64x32xcomplex<f64>>
  %2 = linalg.map ins(%1 : tensor<64x32xcomplex<f64>>) outs(%d : tensor<64x32xcomplex<f64>>)
    (%x: complex<f64>, %old: complex<f64>) {
      %minus = complex.neg %x : complex<f64>
      linalg.yield %minus : complex<f64>
    }
  return %2 : tensor<64x32xcomplex<f64>>
}
"""


@dataclass(frozen=True)
class Ladder(Cpu):
    """A processor of any kind, compiled for by a ladder of the test's own."""

    option: str = "x86-64"
    rows: tuple[Variant, ...] = (GOOD,)

    def variants(self) -> tuple[Variant, ...]:
        return tuple(Variant(row.name, (*ALWAYS, *self.flags(), *row.flags)) for row in self.rows)


@dataclass(frozen=True)
class Crashing(Cpu):
    """A ladder whose first step compiles for a GPU, which crashes on `COMPLEX`, and whose second does not."""

    option: str = "generic"
    steps: int = 2

    def variants(self) -> tuple[Variant, ...]:
        rows = (Variant("gpu", (*ALWAYS, *Cuda().flags())), Variant("local", (*ALWAYS, *self.flags())))
        return rows[: self.steps]


def children() -> set[str]:
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


def test_the_first_variant_that_compiles_wins(add: bytes, run: Run) -> None:
    compiled = compile_module(add, Ladder(rows=(GOOD, EXIT)))
    assert compiled.variant == "good"
    assert [attempt.error for attempt in compiled.attempts] == [None]
    np.testing.assert_array_equal(run(compiled, np.arange(64.0), np.ones(64)), np.arange(64.0) + 1)


ASSERT = """
func.func @main(%x: tensor<4xf32>, %holds: i1) -> tensor<4xf32> {
  cf.assert %holds, "told when it fails"
  return %x : tensor<4xf32>
}
"""


class Bare(Ladder):
    """The same without the flags that every variant has."""

    def variants(self) -> tuple[Variant, ...]:
        return tuple(Variant(row.name, (*self.flags(), *row.flags)) for row in self.rows)


@pytest.mark.parametrize(("ladder", "kept"), [(Bare, False), (Ladder, True)])
def test_levels_reach_iree_and_ours_keep_assertions(ladder: type[Ladder], kept: bool) -> None:
    compiled = compile_module(to_bytecode(ASSERT), ladder(rows=(GOOD,)))
    assert (b"told when it fails" in compiled.module) == kept


def test_a_failure_falls_through_and_its_reason_is_kept(add: bytes) -> None:
    compiled = compile_module(add, Ladder(rows=(EXIT, FAIL, GOOD)))
    ended, failed, good = compiled.attempts
    assert compiled.variant == "good" and good.error is None and good.seconds > 0
    assert "exit status 1 in phase 'preprocessing': LLVM ERROR: 64-bit code requested" in (ended.error or "")
    assert "Unknown command line argument '--iree-nonesuch'" in (failed.error or "")


def test_a_crash_falls_through_and_its_reason_is_kept(run: Run) -> None:
    compiled = compile_module(to_bytecode(COMPLEX), Crashing())
    crash, good = compiled.attempts
    assert crash.error == "the compiler was killed by signal 11 (SIGSEGV) in phase 'executable-targets'"
    assert (compiled.variant, good.error) == ("local", None)
    a, b = np.arange(64.0 * 64).reshape(64, 64) + 2j, np.arange(64.0 * 32).reshape(64, 32) - 1j
    np.testing.assert_allclose(run(compiled, a, b, np.empty_like(b)), -(a @ b), rtol=1e-14)


def test_when_all_fail_the_error_names_layer_operator_and_line() -> None:
    with pytest.raises(CompileError) as caught:
        compile_module(to_bytecode(ERF), Ladder(rows=(GOOD, EXIT)))
    error = caught.value
    assert error.message.startswith("cpu:x86-64: cannot compile 'layers.3.act' (aten.erf): ")
    assert "math.erf" in error.message and "\n" not in error.message
    assert error.location == "model.py:7"
    assert error.note and error.note.startswith("every variant failed: good (")
    assert "; exit (the compiler ended with exit status 1" in error.note


def test_when_all_crash_the_error_says_so_and_this_process_lives() -> None:
    with pytest.raises(
        CompileError, match="cannot compile the program: the compiler was killed by signal 11"
    ):
        compile_module(to_bytecode(COMPLEX), Crashing(steps=1))


VECTOR = "tensor<8xf64>"
FFT = '{kind = "r2c", direction = "forward", dimensions = array<i64: 0>, scale = 1.0 : f64}'


@pytest.mark.parametrize(
    ("operation", "culprit"),
    [
        (f'"hpc.fft"(%x) {FFT} : ({VECTOR}) -> tensor<5xcomplex<f64>>', "operation 'hpc.fft'"),
        (f'"stranger.op"(%x) : ({VECTOR}) -> {VECTOR}', "operation 'stranger.op'"),
        (f"builtin.unrealized_conversion_cast %x : {VECTOR} to !stranger.box", "type '!stranger.box'"),
    ],
)
def test_what_iree_does_not_know_is_refused_once(operation: str, culprit: str) -> None:
    text = f"""func.func @main(%x: {VECTOR}) -> {VECTOR} {{
      %y = {operation} loc("stem|fft|aten.fft_fft"("net.py":2:1))
      return %x : {VECTOR}
    }}"""
    with pytest.raises(CompileError) as caught:
        compile_module(to_bytecode(text), Ladder(rows=(GOOD, GOOD)))
    assert str(caught.value) == (
        f"cpu:x86-64: cannot compile 'stem' (aten.fft_fft): {culprit} has no lowering to IREE\n"
        "  at net.py:2\nnote: no pass of the lowering replaced it: please report this program"
    )


def test_a_variant_that_takes_too_long_fails(add: bytes) -> None:
    with pytest.raises(CompileError, match=r"the compiler took more than 0 s"):
        compile_module(add, Ladder(), timeout=0.01)
    assert not children()


def test_an_interrupt_ends_the_worker(add: bytes) -> None:
    def interrupt(line: str) -> None:
        assert children()
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compile_module(add, Ladder(), progress=interrupt)
    assert not children()


def test_progress_names_phases_and_failures(add: bytes) -> None:
    lines: list[str] = []
    compile_module(add, Ladder(rows=(EXIT, GOOD)), progress=lines.append)
    assert any(line.startswith("cpu:x86-64: good: executable-targets (") for line in lines)
    assert any(line.startswith("cpu:x86-64: exit failed: the compiler ended") for line in lines)


def test_keep_leaves_what_went_to_iree(add: bytes, tmp_path: Path) -> None:
    compiled = compile_module(add, Ladder(), keep=tmp_path / "kept")
    assert (tmp_path / "kept" / "good.vmfb").read_bytes() == compiled.module
    assert (tmp_path / "kept" / "iree.mlirbc").read_bytes()[:4] == b"ML\xefR"


def test_something_that_is_no_bytecode_is_an_error() -> None:
    with pytest.raises(CompileError, match="cannot compile the program"):
        compile_module(b"ML\xefR\x0dgarbage", Ladder())


class Nowhere(Target):
    """A target whose device IREE does not have."""

    kind: ClassVar[str] = "nowhere"
    ladder: ClassVar[tuple[Variant, ...]] = (Variant("only"),)

    @property
    def requirements(self) -> Requirements:
        return Requirements()

    def flags(self) -> tuple[str, ...]:
        return ("--iree-hal-target-device=nowhere",)


def test_a_device_iree_does_not_have_is_an_error(add: bytes) -> None:
    with pytest.raises(CompileError, match=r"^nowhere: cannot compile .*nowhere"):
        compile_module(add, Nowhere())
