"""A GPU's architecture, as its driver tells it, compared with what a compiled module needs."""

import re

from .manifest import Requirements

_CAPABILITY = re.compile(r"gpu-compute-capability: (?P<major>\d+)\.(?P<minor>\d+)")
_NAME = re.compile(r"gpu-arch-name: (?P<name>sm_\d+|gfx[0-9a-f]+)")
_NVIDIA = re.compile(r"sm_(?P<number>\d+)")


def architecture_in(description: str) -> str:
    """Find the architecture in IREE's description of a device: `sm_90` or `gfx942`; empty when it does not tell."""
    if named := _NAME.search(description):
        return named["name"]
    capability = _CAPABILITY.search(description)
    return f"sm_{capability['major']}{capability['minor']}" if capability else ""


def unmet_architecture(requirements: Requirements, present: str) -> str | None:
    """Say why a module does not run on a GPU of architecture `present`, or None when it does.

    NVIDIA's driver compiles the PTX of an older compute capability for a newer device; AMD's code runs on exactly
    its architecture. Where either is unknown the driver decides, when it loads the module.
    """
    needed = requirements.architecture
    if not needed or not present or needed == present:
        return None
    oldest, here = _NVIDIA.fullmatch(needed), _NVIDIA.fullmatch(present)
    if oldest and here:
        if int(here["number"]) >= int(oldest["number"]):
            return None
        return f"it needs compute capability '{needed}' or newer: this device has '{present}'"
    return f"it needs a device of architecture '{needed}': this one is '{present}'"
