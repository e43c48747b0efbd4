"""Architectures of GPUs, from descriptions as IREE's drivers write them; no device is opened here."""

import pytest

from isthmus.runtime.gpu import architecture_in, unmet_architecture
from isthmus.runtime.manifest import Requirements

CUDA = "\n- gpu-compute-capability: 9.0\n- driver-api-version: 12080\n"
HIP = "\n- gpu-arch-name: gfx942:sramecc+:xnack-\n- gpu-compute-capability: 9.4\n"


@pytest.mark.parametrize(
    ("description", "expected"),
    [(CUDA, "sm_90"), (CUDA.replace("9.0", "12.0"), "sm_120"), (HIP, "gfx942"), ("", ""), ("name: GPU", "")],
)
def test_the_architecture_is_found(description: str, expected: str) -> None:
    assert architecture_in(description) == expected


@pytest.mark.parametrize(
    ("needed", "present"),
    [
        *(("sm_80", "sm_80"), ("sm_80", "sm_90"), ("sm_90", "sm_120")),
        *(("gfx942", "gfx942"), ("", "gfx90a"), ("sm_90", "")),
    ],
)
def test_what_runs_is_accepted(needed: str, present: str) -> None:
    assert unmet_architecture(Requirements(needed), present) is None


@pytest.mark.parametrize(
    ("needed", "present", "reason"),
    [
        ("sm_90", "sm_80", "it needs compute capability 'sm_90' or newer: this device has 'sm_80'"),
        ("sm_120", "sm_90", "it needs compute capability 'sm_120' or newer: this device has 'sm_90'"),
        ("gfx942", "gfx90a", "it needs a device of architecture 'gfx942': this one is 'gfx90a'"),
        ("gfx90a", "gfx942", "it needs a device of architecture 'gfx90a': this one is 'gfx942'"),
    ],
)
def test_what_does_not_run_is_refused_with_the_reason(needed: str, present: str, reason: str) -> None:
    assert unmet_architecture(Requirements(needed), present) == reason
