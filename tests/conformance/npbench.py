"""npbench's kernels as its own files describe them: parameters, initialisation, arguments, what is checked."""

import importlib.util
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

COUNTS = frozenset({"TSTEPS", "TMAX", "nt", "nit", "maxiter", "Nt"})
"""Whole numbers that count iterations: inputs of the compiled program where that works."""


@dataclass(frozen=True)
class Kernel:
    """One kernel: `info` is its entry in bench_info, `folder` holds its sources."""

    name: str
    folder: Path
    info: Mapping[str, Any]

    def function(self, flavour: str) -> Callable[..., Any]:
        """Load the kernel from its unmodified source: 'numpy', 'jax', 'numba_np', …; FileNotFoundError without one."""
        module = _load(self.folder / f"{self.info['module_name']}_{flavour}.py")
        function: Callable[..., Any] = getattr(module, self.info["func_name"])
        return function

    def has(self, flavour: str) -> bool:
        """Whether npbench has the kernel in this flavour."""
        return (self.folder / f"{self.info['module_name']}_{flavour}.py").exists()

    def arguments(self, preset: str) -> dict[str, Any]:
        """Initialise the positional arguments, by name, in their order."""
        values = dict(self.info["parameters"][preset])
        if init := self.info.get("init"):
            module = _load(self.folder / f"{self.info['module_name']}.py")
            given = getattr(module, init["func_name"])(*(values[name] for name in init["input_args"]))
            names = init["output_args"]
            values |= dict(zip(names, given, strict=True)) if len(names) > 1 else {names[0]: given}
        return {name: values[name] for name in self.info["input_args"]}

    def static(self, arguments: Mapping[str, Any], counts: bool) -> list[str]:
        """Name the parameters of the function that stay constants: Python's whole numbers, which size arrays.

        Counts of iterations are among them only if asked for; numbers that have a dtype are data.
        """
        parameters = list(_parameters(self.function("numpy")))
        whole = [
            index
            for index, (name, value) in enumerate(arguments.items())
            if isinstance(value, int) and (counts or name not in COUNTS)
        ]
        return [parameters[index] for index in whole]

    def checked(self, result: Any, arguments: Mapping[str, Any]) -> list[Any]:
        """Collect what npbench compares: the returned values, then the arguments changed in place."""
        returned = [] if result is None else list(result) if isinstance(result, tuple | list) else [result]
        return returned + [arguments[name] for name in self.info.get("output_args", [])]

    def mismatch(self, wanted: list[Any], got: list[Any]) -> str:
        """Compare by npbench's rules; give the first difference in words, or nothing."""
        relative, absolute = self.info.get("rtol", 1e-5), self.info.get("atol", 1e-8)
        if len(wanted) != len(got):
            return f"{len(got)} results: expected {len(wanted)}"
        for index, (reference, value) in enumerate(zip(wanted, got, strict=True)):
            if np.shape(reference) != np.shape(value):
                return f"result {index} has shape {np.shape(value)}: expected {np.shape(reference)}"
            if np.asarray(reference).dtype != np.asarray(value).dtype:
                return f"result {index} has dtype {np.asarray(value).dtype}: expected {np.asarray(reference).dtype}"
            if np.allclose(reference, value, rtol=relative, atol=absolute):
                continue
            norm = float(np.linalg.norm(reference - value) / np.linalg.norm(reference))
            if not norm < self.info.get("norm_error", 1e-5):
                return f"result {index} differs: relative norm {norm:.1e}"
        return ""


def kernels(checkout: Path) -> dict[str, Kernel]:
    """Read the description of every kernel."""
    found = {}
    for file in sorted((checkout / "bench_info").glob("*.json")):
        info = json.loads(file.read_text())["benchmark"]
        folder = checkout / "npbench" / "benchmarks" / info["relative_path"]
        found[file.stem] = Kernel(file.stem, folder, info)
    return found


def copied(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Copy the arrays, so that what one run changes in place is new for the next."""
    return {
        name: value.copy() if isinstance(value, np.ndarray) else value for name, value in arguments.items()
    }


def error(wanted: list[Any], got: list[Any]) -> float:
    """Give the largest difference of any result, relative to the largest value of that result."""
    worst = 0.0
    for reference, value in zip(wanted, got, strict=True):
        reference, value = np.asarray(reference), np.asarray(value)
        finite = np.isfinite(reference)
        if not finite.any():
            continue
        difference = np.abs(
            np.subtract(reference, value, dtype=np.result_type(reference, float))[finite]
        ).max()
        scale = float(np.abs(reference[finite]).max())
        worst = max(worst, float(difference) / scale if scale else float(difference))
    return worst


def _parameters(function: Callable[..., Any]) -> tuple[str, ...]:
    code = function.__code__
    return code.co_varnames[: code.co_argcount]


def _load(path: Path) -> ModuleType:
    name = f"npbench_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        if not path.exists() or spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]
