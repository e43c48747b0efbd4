"""Small modules as bytecode, and a bare way to run what was compiled."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import iree.runtime
import numpy as np
import pytest

from isthmus.dialects import mlir
from isthmus.targets.compiler import Compiled

ADD = """
func.func @main(%x: tensor<64xf64>, %y: tensor<64xf64>) -> tensor<64xf64> {
  %z = arith.addf %x, %y : tensor<64xf64>
  return %z : tensor<64xf64>
}
"""

Run = Callable[..., np.ndarray[Any, Any]]


def to_bytecode(text: str) -> bytes:
    """Turn MLIR text into the bytecode that the lowering hands over; unknown operations are let through."""
    context = mlir.context(allow_unregistered=True)
    return mlir.to_bytecode(mlir.parse(text, context))


@pytest.fixture(scope="session")
def add() -> bytes:
    """The sum of two arrays."""
    return to_bytecode(ADD)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run a compiled module on NumPy arrays; `parameters` are its weights by key."""

    def run(compiled: Compiled, *arrays: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        config = iree.runtime.Config("local-sync")
        index = iree.runtime.ParameterIndex()
        if parameters:
            iree.runtime.save_archive_file(dict(parameters), str(tmp_path / "parameters.irpa"))
            index.load(str(tmp_path / "parameters.irpa"))
        weights = iree.runtime.create_io_parameters_module(
            config.vm_instance, index.create_provider(scope="model")
        )
        module = iree.runtime.VmModule.copy_buffer(config.vm_instance, compiled.module)
        context = iree.runtime.SystemContext(config=config)
        context.add_vm_modules([weights, module])
        return context.modules[module.name].main(*arrays).to_host()

    return run
