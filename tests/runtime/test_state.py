"""State: kept from call to call, shown as copies, put back on request."""

import numpy as np
import pytest
from tests.runtime.conftest import artifact, signature

from isthmus.errors import ArtifactError, RunError
from isthmus.runtime.loader import load
from isthmus.runtime.program import Program

KIND = signature("x: f64[4]", "y: f64[4]", state=signature("count: f64[4]", "").inputs)


def counter(**options: bool) -> Program:
    return load(artifact("counter", KIND, {"count": np.arange(4.0)}), **options)  # type: ignore[arg-type]


def test_state_moves_on_with_each_call_and_resets() -> None:
    program = counter()
    x = np.zeros(4)
    first, second = program(x), program(x)
    np.testing.assert_array_equal(first, [0, 1, 2, 3])
    np.testing.assert_array_equal(second, [1, 2, 3, 4])
    program.reset()
    np.testing.assert_array_equal(program(x), first)


def test_state_is_given_as_copies() -> None:
    program = counter()
    program.state["count"][:] = 99
    np.testing.assert_array_equal(program.state["count"], np.arange(4.0))


def test_two_programs_of_one_artifact_keep_their_own_state() -> None:
    source = artifact("counter", KIND, {"count": np.zeros(4)})
    first, second = load(source), load(source)
    first(np.zeros(4))
    assert (first.state["count"][0], second.state["count"][0]) == (1, 0)


def test_a_failed_call_leaves_the_state_as_it_was() -> None:
    program = counter(check_finite=True)
    with pytest.raises(RunError, match="output 'y' holds inf or nan"):
        program(np.full(4, np.nan))
    np.testing.assert_array_equal(program.state["count"], np.arange(4.0))


def test_an_initial_value_of_another_shape_is_refused() -> None:
    with pytest.raises(ArtifactError, match=r"the initial value of state 'count: f64\[4\]' is float64\[5\]"):
        load(artifact("counter", KIND, {"count": np.zeros(5)}))
    with pytest.raises(ArtifactError, match="the artifact has no initial value for state 'count'"):
        load(artifact("counter", KIND))
