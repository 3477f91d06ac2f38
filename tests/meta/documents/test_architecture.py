"""The page about the architecture names the rooms and files there are, in the order that the import contracts have."""

from __future__ import annotations

import re
import tomllib

from tests.meta.repository import ROOT

PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def floors(container: str) -> list[set[str]]:
    """The floors of a package from the top, each with its rooms, by the import contracts."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = [each["layers"] for each in contracts if each.get("containers") == [container]]
    return [set(floor.split(" | ")) for floor in layers]


def test_tower_of_merger_is_the_one_of_the_import_contract() -> None:
    table = PAGE.partition("| floor | rooms |\n")[2].partition("\n\n")[0]
    shown = [set(re.findall(r"`(\w+)`", line)) for line in table.splitlines()[1:]]
    assert shown == floors("merger")


def test_rooms_of_lambdaserve_are_named_from_the_top() -> None:
    text = PAGE.partition("Inside `lambdaserve`, from the top: ")[2].partition("Inside `pages`")[0]
    named = re.findall(r"`(\w+)`", text)
    for floor in floors("lambdaserve"):
        assert {named.pop(0) for _ in floor} == floor
    assert named == []


def test_every_path_there_leads_to_a_file_or_a_folder() -> None:
    paths = re.findall(r"`((?:\w+/)+[\w.]*)`", PAGE)
    assert len(paths) > 20
    for path in paths:
        assert (ROOT / path).exists(), path
