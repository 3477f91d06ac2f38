"""The checksum of a migration follows what it does, not how or where that is written."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from merger.migrations_mongo.checksum import checksum_of

WRITTEN = '''
"""Gives every document a colour."""

from datetime import timedelta

FIELD = "colour"
AFTER = timedelta(hours=48)


def forward(work):
    """Writes it."""
    work.rewrite("films", {FIELD: None}, (), _change)


def backward(work):
    """Removes it."""
    work.rewrite("films", {FIELD: "red"}, (), lambda _: {"$unset": {FIELD: ""}})


def _change(document):
    return {"$set": {FIELD: "red", "until": document["hour"] + AFTER}}
'''

REFORMATTED = '''
# Another place, another layout, other names of helpers, other words.
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

COLOUR: Final = "colour"
_KEPT: Final = timedelta(days=2)


def _coloured(document: Mapping[str, Any]) -> Mapping[str, Any]:
    """The update of one document."""
    return {
        "$set": {COLOUR: "red", "until": document["hour"] + _KEPT},
    }


def backward(work: Any) -> None:
    work.rewrite(
        "films", {COLOUR: "red"}, (), lambda _: {"$unset": {COLOUR: ""}}
    )


def forward(work: Any) -> None:
    # Without a docstring.
    work.rewrite("films", {COLOUR: None}, (), _coloured)
'''


def load(folder: Path, name: str, text: str) -> ModuleType:
    path = folder / f"{name}.py"
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def sum_of(folder: Path, name: str, text: str) -> str:
    module = load(folder, name, text)
    return checksum_of(module.forward, module.backward)


def test_moving_and_reformatting_keep_the_sum(tmp_path: Path) -> None:
    first = sum_of(tmp_path, "m0001_colour", WRITTEN)
    assert sum_of(tmp_path, "moved", REFORMATTED) == first
    assert len(first) == 16


def test_the_sum_is_the_same_on_every_version_of_python(tmp_path: Path) -> None:
    assert sum_of(tmp_path, "m0001_colour", WRITTEN) == "1286a18bdf5c1b84"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"films", {FIELD: None}', '"series", {FIELD: None}'),
        ('{"$unset": {FIELD: ""}}', '{"$unset": {FIELD: "", "until": ""}}'),
        ('FIELD = "colour"', 'FIELD = "color"'),
        ("hours=48", "hours=49"),
        ('{FIELD: "red", "until"', '{FIELD: "blue", "until"'),
    ],
    ids=["a step forward", "a step backward", "a constant", "a constant's value", "a helper"],
)
def test_a_changed_step_constant_or_helper_changes_the_sum(tmp_path: Path, old: str, new: str) -> None:
    assert old in WRITTEN
    assert sum_of(tmp_path, "changed", WRITTEN.replace(old, new)) != sum_of(tmp_path, "m0001_colour", WRITTEN)


def test_functions_that_call_each_other_have_a_sum(tmp_path: Path) -> None:
    text = "def forward(work):\n    backward(work)\n\n\ndef backward(work):\n    forward(work)\n"
    assert len(sum_of(tmp_path, "circle", text)) == 16


def test_a_lambda_is_refused() -> None:
    with pytest.raises(TypeError, match="must be a function written with def"):
        checksum_of(lambda: None)
