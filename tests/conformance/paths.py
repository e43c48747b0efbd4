"""The two ways from a program to numbers: Isthmus, and plainly torch-mlir then IREE."""

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import ml_dtypes
import numpy as np
import torch
import torch.utils._pytree as pytree

NUMPY_VIEW = {torch.bfloat16: torch.int16}
IREE_FLAGS = [
    "--iree-hal-target-device=local",
    "--iree-hal-local-target-device-backends=llvm-cpu",
    "--iree-llvmcpu-target-cpu=host",
    "--iree-opt-level=O2",
    "--iree-input-demote-f64-to-f32=false",
]


class StageError(Exception):
    """Carries the stage that failed beside the cause."""

    def __init__(self, stage: str, cause: BaseException) -> None:
        super().__init__(str(cause))
        self.stage = stage
        self.cause = cause


@contextlib.contextmanager
def stage(name: str) -> Iterator[None]:
    """Attribute anything raised inside to the stage."""
    try:
        yield
    except Exception as error:
        raise StageError(name, error) from error


def run_isthmus(module: torch.nn.Module, inputs: list[Any]) -> Any:
    """Compile for this machine with `isthmus.compile` and call the loaded program once."""
    return _run_isthmus(module, tuple(inputs), inputs)


def run_isthmus_dynamic(module: torch.nn.Module, inputs: list[Any]) -> Any:
    """Do the same, with every size that the program's annotations leave open left open.

    Annotations do not say which sizes are equal: those that are in the call are taken to be. 0 and 1 stay.
    """
    from isthmus import Spec
    from isthmus.frontend.torch.examples import dtype_name

    annotations = getattr(module.forward, "_torch_mlir_arg_annotations", None) or [None]
    examples = list(inputs)
    for place, (annotation, value) in enumerate(zip(annotations[1:], inputs, strict=False)):
        if annotation and isinstance(value, torch.Tensor) and len(annotation[0]) == value.ndim:
            pairs = zip(annotation[0], value.shape, strict=True)
            sizes = [f"n{size}" if open_ == -1 and size > 1 else str(size) for open_, size in pairs]
            examples[place] = Spec(f"{dtype_name(value.dtype)}[{','.join(sizes)}]")
    return _run_isthmus(module, tuple(examples), inputs)


def _run_isthmus(module: torch.nn.Module, examples: tuple[Any, ...], inputs: list[Any]) -> Any:
    import isthmus

    with stage("compile"):
        artifact = isthmus.compile(module, examples)
    with stage("load"):
        program = isthmus.load(artifact)
    with stage("run"):
        return pytree.tree_map_only(np.ndarray, _from_numpy, program(*inputs))


def run_plain(module: torch.nn.Module, inputs: list[Any]) -> Any:
    """Export, import and lower with torch-mlir, compile with iree-compile at O2 with f64 kept, run in-process."""
    from iree.compiler import tools
    from torch_mlir import fx
    from torch_mlir.extras.fx_decomp_util import get_decomposition_table

    with stage("export"):
        program = _export(module, tuple(inputs))
    with stage("import"):
        program = program.run_decompositions(get_decomposition_table())
        lowered = fx.export_and_import(
            program, output_type="linalg-on-tensors", func_name="main", decomposition_table={}
        )
        bytecode = _bytecode(lowered)
    with stage("compile"):
        binary = tools.compile_str(bytecode, input_type="auto", extra_args=IREE_FLAGS)
    with stage("run"):
        results = _invoke(
            binary, [leaf for leaf in pytree.tree_leaves(inputs) if isinstance(leaf, torch.Tensor)]
        )
        return _user_outputs(program, results)


def _export(module: torch.nn.Module, inputs: tuple[Any, ...]) -> torch.export.ExportedProgram:
    """Export as the suite's own configuration does; what that refuses, in the exporter's other mode."""
    try:
        return torch.export.export(module, inputs, strict=True)
    except Exception:
        return torch.export.export(module, inputs, strict=False)


PATHS: dict[str, Callable[[torch.nn.Module, list[Any]], Any]] = {
    "isthmus": run_isthmus,
    "isthmus-dynamic": run_isthmus_dynamic,
    "plain": run_plain,
}


def _from_numpy(array: Any) -> torch.Tensor:
    """Read what a program without torch inputs gives: NumPy arrays."""
    if array.dtype == ml_dtypes.bfloat16:
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def _bytecode(module: Any) -> bytes:
    import io

    stream = io.BytesIO()
    module.operation.write_bytecode(stream)
    return stream.getvalue()


def _invoke(binary: bytes, tensors: list[torch.Tensor]) -> list[Any]:
    import iree.runtime as rt

    instance = rt.VmInstance()
    device = rt.get_device("local-sync")
    module = rt.VmModule.copy_buffer(instance, binary)
    context = rt.VmContext(instance, [rt.create_hal_module(instance, device), module])
    arguments, results = rt.VmVariantList(len(tensors)), rt.VmVariantList(1)
    for tensor in tensors:
        arguments.push_ref(_device_view(device, tensor))
    context.invoke(module.lookup_function("main"), arguments, results)
    return [_host_value(results, index) for index in range(len(results))]


def _device_view(device: Any, tensor: torch.Tensor) -> Any:
    import iree.runtime as rt
    from iree.runtime.array_interop import map_dtype_to_element_type

    host = tensor.detach().contiguous()
    if host.dtype in NUMPY_VIEW:
        array, element = host.view(NUMPY_VIEW[host.dtype]).numpy(), rt.HalElementType.BFLOAT_16
    else:
        array = host.numpy()
        element = map_dtype_to_element_type(array.dtype)
    return device.allocator.allocate_buffer_copy(
        memory_type=rt.MemoryType.DEVICE_LOCAL,
        allowed_usage=rt.BufferUsage.DEFAULT | rt.BufferUsage.MAPPING,
        device=device,
        buffer=array,
        element_type=element,
    )


def _host_value(results: Any, index: int) -> Any:
    import iree.runtime as rt

    value = results.get_variant(index)
    if isinstance(value, int | float):
        return value
    view = results.get_as_object(index, rt.HalBufferView)
    element = rt.HalElementType(view.element_type)
    if element == rt.HalElementType.BFLOAT_16:
        return view.map().asarray(view.shape, np.dtype(np.int16)).view(ml_dtypes.bfloat16).copy()
    return view.map().asarray(view.shape, rt.HalElementType.map_to_dtype(element)).copy()


def _user_outputs(program: torch.export.ExportedProgram, results: list[Any]) -> Any:
    """Keep what the user sees (mutated inputs come first) and put it back into its nesting."""
    signature = program.graph_signature
    nodes = next(node for node in program.graph.nodes if node.op == "output").args[0]
    rows = list(zip(signature.output_specs, nodes, strict=True))
    if len(results) < len(rows):  # the importer drops mutated inputs
        rows = [row for row in rows if row[0].kind.name == "USER_OUTPUT"]
    both = zip(rows, results, strict=True)
    user = [_as_torch(value, node) for (spec, node), value in both if spec.kind.name == "USER_OUTPUT"]
    return pytree.tree_unflatten(user, program.call_spec.out_spec)


def _as_torch(value: Any, node: Any) -> Any:
    if isinstance(value, int | float):
        return type(node)(value) if isinstance(node, bool | int | float) else value
    expected = node.meta["val"].dtype if isinstance(node, torch.fx.Node) else None
    tensor = _from_numpy(value)
    if expected is None or expected.is_floating_point or expected.is_complex:
        return tensor
    return tensor.view(expected) if tensor.dtype.itemsize == expected.itemsize else tensor
