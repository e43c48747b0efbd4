"""The manifest: round trip, and every malformed one refused as an artifact error."""

import copy
import hashlib
import json
import random
from dataclasses import replace
from typing import Any

import pytest
from tests.runtime.conftest import signature, tensors

from isthmus.errors import ArtifactError
from isthmus.runtime.manifest import (
    Attempt,
    FileRecord,
    Manifest,
    ModuleRecord,
    Requirements,
)
from isthmus.signature import Layout, Signature, TensorType, Tree

STATE = tensors("count: f64[4]")
LAYOUT = Layout(workspace=tensors("w: f64[n, 8]"), in_place=((2, 2),), overwritten=(0,), addresses=((0, 1),))
RECORD = ModuleRecord(
    target="cpu:x86-64-v3",
    device="local",
    requirements=Requirements("x86_64", ("avx2", "fma")),
    path="modules/cpu-x86-64-v3.vmfb",
    variant="O2",
    attempts=(Attempt("O3", ("--iree-opt-level=O3",), 1.5, "too large"), Attempt("O2", (), 0.5)),
    layouts={"main": LAYOUT},
)
MANIFEST = Manifest(
    name="net",
    entries={
        "main": signature("x: f32[n, 4]; k: i64[]!", "y: f32[2*n]; z: i64[?]", state=STATE, updates=((0, 0),))
    },
    modules=(RECORD,),
    created_with={"isthmus": "0.1.0", "iree": "3.13.0"},
    parameters=(*STATE, TensorType("layer.weight", "bf16", (3, 5))),
    files={RECORD.path: FileRecord("0" * 64, 10), "parameters.irpa": FileRecord("1" * 64, 20)},
    precision={"default": "f32"},
    mesh=[["x", 2]],
    callouts=("mpi.all_reduce",),
    notes=("a note",),
    work=1e9,
)


def test_a_manifest_survives_the_way_through_text() -> None:
    assert Manifest.from_text(MANIFEST.to_text()) == MANIFEST


def text_of(data: Any) -> str:
    """Write JSON with a right checksum of its own."""
    canonical = json.dumps(data, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    return json.dumps({**data, "sha256": digest} if isinstance(data, dict) else data)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"entries": {}}, "no entry point"),
        ({"files": {}}, "no checksum for module 'modules/cpu-x86-64-v3.vmfb'"),
        ({"parameters": []}, "no initial values for state 'count'"),
        ({"created_with": {}}, "it does not say which version of iree"),
        ({"name": 3}, "got 3: expected a text"),
        ({"work": "much"}, "could not convert string to float"),
        ({"modules": [{}]}, "missing field 'requirements'"),
        ({"files": {"a": {"sha256": "xyz", "size": 1}}}, "'xyz' is no sha256"),
        ({"files": {"a": {"sha256": "0" * 64, "size": -1}}}, "got -1: expected a whole number"),
        ({"schema": 0}, "schema 0 does not exist"),
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(change: dict[str, Any], message: str) -> None:
    with pytest.raises(ArtifactError, match="malformed manifest") as caught:
        Manifest.from_text(text_of({**MANIFEST.to_json(), **change}))
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"inputs": tensors("x: f32[n]; k: f12[]")}, "an array named 'k' has dtype 'f12'"),
        ({"outputs": tensors("y: f32[m]; z: i64[?]")}, "cannot compute the size 'm'"),
        ({"outputs": (TensorType("y", "f32", (-1,)), *tensors("z: i64[?]"))}, "a size of 'y' is -1"),
        ({"state": tensors("count: f64[n]")}, "a state array has a symbolic size"),
        ({"updates": ((0, 7),)}, "updated input 7 does not exist, there are 2"),
        ({"results": Tree("leaf", 2)}, "result 2 does not exist, there are 2"),
        ({"results": Tree("bag")}, "unknown kind of nesting 'bag'"),
        ({"arguments": Tree("leaf", 0)}, "the arguments are no pair of a tuple and a dict"),
        (
            {"arguments": Tree("tuple", None, (Tree("tuple"), Tree("dict")))},
            "do not hold each of the 2 inputs once",
        ),
        ({"symbols": {"n": ("a", None)}}, "the range of 'n' is 'a' to None"),
    ],
)
def test_a_signature_that_contradicts_itself_is_refused(change: dict[str, Any], message: str) -> None:
    broken: Signature = replace(MANIFEST.signature, **change)
    with pytest.raises(ArtifactError) as caught:
        Manifest.from_text(replace(MANIFEST, entries={"main": broken}).to_text())
    assert message in caught.value.message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"workspace": tensors("w: f64[m]")}, "cannot compute the size 'm'"),
        ({"workspace": tensors("w: f64[?]")}, "the workspace 'w: f64[?]' has no known size"),
        ({"overwritten": (3,)}, "overwritten argument 3 does not exist, there are 3"),
        ({"addresses": ((0,), (3,))}, "addressed argument 3 does not exist, there are 3"),
        ({"in_place": ((3, 0),)}, "result in place 3 does not exist, there are 3"),
        ({"in_place": ((0, 3),)}, "argument in place 3 does not exist, there are 3"),
        ({"in_place": ((0, 0),)}, "result 0 cannot lie in argument 0"),
        ({"in_place": ((0, 2),)}, "result 0 cannot lie in argument 2"),
        ({"in_place": ((2, 2), (2, 2))}, "a result or an argument is in place twice"),
    ],
)
def test_a_layout_that_does_not_fit_is_refused(change: dict[str, Any], message: str) -> None:
    record = replace(RECORD, layouts={"main": replace(LAYOUT, **change)})
    with pytest.raises(ArtifactError) as caught:
        Manifest.from_text(replace(MANIFEST, modules=(record,)).to_text())
    assert message in caught.value.message


def test_a_layout_of_no_entry_point_is_refused() -> None:
    record = replace(RECORD, layouts={"step": Layout()})
    with pytest.raises(ArtifactError, match="describes an entry point 'step'"):
        Manifest.from_text(replace(MANIFEST, modules=(record,)).to_text())


def test_entry_points_share_the_types_of_their_state() -> None:
    other = signature("", "", state=tensors("count: f32[4]"))
    with pytest.raises(ArtifactError, match="entry points differ in the type of a state array"):
        Manifest.from_text(replace(MANIFEST, entries={**MANIFEST.entries, "step": other}).to_text())


def test_an_artifact_without_main_names_its_entry_points() -> None:
    manifest = Manifest("net", {"step": MANIFEST.signature}, ())
    with pytest.raises(ArtifactError, match="'net' has no entry point 'main': expected one of 'step'"):
        _ = manifest.signature


def test_a_manifest_of_schema_1_is_read() -> None:
    data = {**MANIFEST.to_json(), "schema": 1}
    data["entries"]["main"]["overwritten"] = [0]
    del data["modules"][0]["layouts"]
    assert Manifest.from_text(text_of(data)).modules[0].layouts == {"main": Layout(overwritten=(0,))}


def test_no_mutation_escapes_as_another_error() -> None:
    chooser = random.Random(0)
    refused = 0
    for _ in range(3000):
        data = copy.deepcopy(MANIFEST.to_json())
        mutate(data, chooser)
        try:
            Manifest.from_text(text_of(data))
        except ArtifactError:
            refused += 1
    assert refused > 1500


def mutate(data: Any, chooser: random.Random) -> None:
    """Replace or remove one value somewhere below."""
    while True:
        keys = list(data) if isinstance(data, dict) else list(range(len(data)))
        key = chooser.choice(keys)
        if not isinstance(data[key], dict | list) or not data[key] or chooser.random() < 0.2:
            break
        data = data[key]
    if chooser.random() < 0.3:
        del data[key]
    else:
        odd: list[Any] = [None, -1, 2**70, 1.5, "", "n//0", "(" * 500, [], {}, True, "leaf", [[]], "../x"]
        data[key] = chooser.choice(odd)
