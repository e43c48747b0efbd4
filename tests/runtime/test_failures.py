"""What IREE raises, as one line of ours."""

import pytest

from isthmus.runtime.failures import run_error

IREE = (
    "Error invoking function: c/runtime/src/iree/hal/allocator_heap.c:165: RESOURCE_EXHAUSTED; failed to allocate"
    " buffer of length 99; while invoking native function hal.device.queue.alloca; while calling import; \n"
    "[ 0] bytecode module.main:200 model.py:3:4\n      at main.mlir:1:2"
)


@pytest.mark.parametrize(
    ("error", "message", "note"),
    [
        (RuntimeError(IREE), "failed to allocate buffer of length 99 (RESOURCE_EXHAUSTED)", "too large"),
        (MemoryError(), "out of memory", "too large"),
        (ValueError("first\nsecond"), "first", None),
        (RuntimeError(""), "RuntimeError", None),
    ],
)
def test_an_error_of_iree_becomes_one_line(error: Exception, message: str, note: str | None) -> None:
    got = run_error(error)
    assert got.message == f"the compiled program failed: {message}"
    assert (got.note is None) if note is None else (note in str(got.note))
