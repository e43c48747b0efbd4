"""NVIDIA GPUs, through PTX that the driver finishes compiling."""

from collections.abc import Mapping
from typing import ClassVar

from .gpu import Gpu

ARCHITECTURES: tuple[str, ...] = ("sm_80", "sm_86", "sm_87", "sm_89", "sm_90", "sm_120")
"""The compute capabilities that can be compiled for, oldest first."""

# IREE 3.13 has no entry for sm_90 in its table of GPUs ("missing GPU target"), though its code generator knows
# it: the entry of sm_80 with Hopper's shared memory. Delete when `--iree-cuda-target=sm_90` compiles.
_HOPPER = """#iree_gpu.target<arch = "sm_90", features = "+ptx80", wgp = <
  compute = fp64|fp32|fp16|int64|int32|int16|int8, storage = b64|b32|b16|b8, subgroup = shuffle|arithmetic,
  dot = dp4xi8toi32,
  mma = [<NV_MMA_SYNC_F32_16x8x16_F16>, <NV_MMA_SYNC_F16_16x8x16_F16>, <NV_MMA_SYNC_F32_16x8x16_BF16>,
         <NV_WMMA_F32_16x16x16_F16>, <NV_WMMA_F16_16x16x16_F16>],
  subgroup_size_choices = [32], max_workgroup_sizes = [1024, 1024, 64], max_thread_count_per_workgroup = 1024,
  max_workgroup_memory_bytes = 232448, max_workgroup_counts = [2147483647, 65535, 65535]>>"""
_HOPPER_DEVICE = f"""[#hal.device.target<"cuda", [
  #hal.executable.target<"cuda", "cuda-nvptx-fb", {{iree_codegen.target_info = {_HOPPER}}}>]> : !hal.device]"""


class Cuda(Gpu):
    """Compile for NVIDIA GPUs; `cuda` is `cuda:sm_80`, whose PTX newer devices run too."""

    kind: ClassVar[str] = "cuda"
    device: ClassVar[str] = "cuda"
    architectures: ClassVar[tuple[str, ...]] = ARCHITECTURES
    default: ClassVar[str] = "sm_80"

    def flags(self) -> tuple[str, ...]:
        """Select CUDA and the compute capability."""
        if self.architecture == "sm_90":
            return ()
        return ("--iree-hal-target-device=cuda", f"--iree-cuda-target={self.architecture}")

    def attributes(self) -> Mapping[str, str]:
        """Describe the device in full where IREE does not know it by name."""
        return {"hal.device.targets": _HOPPER_DEVICE} if self.architecture == "sm_90" else {}
