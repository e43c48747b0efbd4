"""Random NumPy functions compute what NumPy computes, on one thread and on two."""

import pytest
from tests.conformance.random_numpy import generate
from tests.conformance.random_programs import check

SEEDS = (10, 42, 127, 207, 2017, 2059, 2163, 2275, 2390, 3006, 3068, 3205, 4056)
"""Programs that went wrong once, and whose fix is a general one."""


@pytest.mark.filterwarnings("ignore::numpy.exceptions.ComplexWarning")
@pytest.mark.parametrize("seed", SEEDS)
def test_random_programs_compute_what_numpy_computes(seed: int) -> None:
    assert check(generate(seed)) is None
