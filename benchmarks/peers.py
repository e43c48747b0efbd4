"""The ways to run a network that are compared: each prepares a call on one input, or says why it cannot."""

import logging
import os
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from models import Case, SpectralConvolution

Array = np.ndarray[Any, np.dtype[Any]]


class Missing(Exception):
    """Say why a peer has no number here."""


@dataclass(frozen=True)
class Prepared:
    """Hold a call ready to be timed, what it gives, and what was learned on the way (seconds, choices)."""

    call: Callable[[], object]
    result: Callable[[], Array]
    facts: dict[str, Any] = field(default_factory=dict)


def torch_eager(case: Case, threads: int) -> Prepared:
    """Run the module as torch does."""
    model, sample = case.create()
    torch.set_num_threads(threads)

    def call() -> torch.Tensor:
        with torch.inference_mode():
            return model(sample)

    return Prepared(call, lambda: call().numpy())


def torch_compile(case: Case, threads: int) -> Prepared:
    """Run the module through `torch.compile` with its default backend."""
    model, sample = case.create()
    torch.set_num_threads(threads)
    compiled = torch.compile(model)
    start = time.perf_counter()
    try:
        with torch.inference_mode():
            compiled(sample)
    except Exception as error:
        raise Missing(_first_line(error)) from error

    def call() -> torch.Tensor:
        with torch.inference_mode():
            return compiled(sample)

    return Prepared(call, lambda: call().numpy(), {"compile_seconds": time.perf_counter() - start})


def onnx_runtime(case: Case, threads: int) -> Prepared:
    """Export to ONNX with torch's exporter and run it with input and output bound once."""
    try:
        import onnxruntime
    except ImportError as error:
        raise Missing("not installed: pip install onnxruntime onnx onnxscript") from error
    model, sample = case.create()
    for module in model.modules():
        if isinstance(module, SpectralConvolution):
            module.real_arithmetic = True
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    start = time.perf_counter()
    try:
        exported = _export(model, sample)
        session = onnxruntime.InferenceSession(exported, options, providers=["CPUExecutionProvider"])
    except Exception as error:
        raise Missing(_first_line(error)) from error
    binding = session.io_binding()
    source = onnxruntime.OrtValue.ortvalue_from_numpy(sample.numpy())
    binding.bind_ortvalue_input(session.get_inputs()[0].name, source)
    shape = list(model(sample).shape)
    target = onnxruntime.OrtValue.ortvalue_from_shape_and_type(shape, sample.numpy().dtype)
    binding.bind_ortvalue_output(session.get_outputs()[0].name, target)
    facts = {"compile_seconds": time.perf_counter() - start}
    return Prepared(lambda: session.run_with_iobinding(binding), target.numpy, facts)


def _export(model: torch.nn.Module, sample: torch.Tensor) -> bytes:
    with warnings.catch_warnings(), _quiet():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(model, (sample,), dynamo=True, verbose=False)
    assert program is not None
    return program.model_proto.SerializeToString()


class _quiet:
    """Keep torch's exporter from logging what it skips."""

    def __enter__(self) -> None:
        logging.disable(logging.WARNING)

    def __exit__(self, *_: object) -> None:
        logging.disable(logging.NOTSET)


def isthmus_bound(case: Case, threads: int) -> Prepared:
    """Compile with Isthmus, save, load with the runtime, and bind the arrays."""
    import isthmus

    model, sample = case.create()
    path = ARTIFACTS / f"{case.name}.isthmus"
    cores = len(os.sched_getaffinity(0))
    # With all cores to choose from, the runtime takes one for small programs, as ONNX Runtime does.
    chosen = threads if threads < cores else None
    clock = _Phases()
    try:
        try:
            if not os.environ.get("ISTHMUS_REUSE"):
                raise isthmus.ArtifactError("to be compiled anew")
            program = isthmus.load(path, threads=chosen)
        except isthmus.ArtifactError:
            isthmus.compile(model, (sample,), name=case.name, progress=clock).save(path)
            program = isthmus.load(path, threads=chosen)
    except isthmus.IsthmusError as error:
        raise Missing(f"{type(error).__name__}: {_first_line(error)}") from error
    step = program.bind(sample.numpy())
    return Prepared(step, lambda: np.asarray(step()), clock.finish())


class _Phases:
    """Sum the time between progress messages: capture, our passes, IREE."""

    def __init__(self) -> None:
        self.start = self.last = time.perf_counter()
        self.phase = ""
        self.seconds = {"capture": 0.0, "passes": 0.0, "iree": 0.0}

    def __call__(self, message: str) -> None:
        now = time.perf_counter()
        if self.phase:
            self.seconds[self.phase] += now - self.last
        self.last = now
        kinds = {"capturing": "capture", "lowering": "passes"}
        self.phase = next((kind for start, kind in kinds.items() if message.startswith(start)), "iree")

    def finish(self) -> dict[str, Any]:
        self("end")
        return {
            "compile_seconds": self.last - self.start,
            **{f"{phase}_seconds": value for phase, value in self.seconds.items()},
        }


def _first_line(error: BaseException) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    telling = [line for line in lines if "Error" in line or "error" in line]
    return (telling or lines or [type(error).__name__])[-1][:200]


ARTIFACTS = Path(__file__).resolve().parents[1] / "out" / "benchmarks"

PEERS: dict[str, Callable[[Case, int], Prepared]] = {
    "isthmus": isthmus_bound,
    "onnxruntime": onnx_runtime,
    "torch.compile": torch_compile,
    "torch": torch_eager,
}
