"""The frame of the API's description: order of parameters, and groups."""

from __future__ import annotations

from typing import Any

from lambdaserve.api.reference.description import INTRODUCTION, TAGS, order_of_parameter, spectacular_settings


def parameter(name: str, *, required: bool = False) -> dict[str, Any]:
    return {"name": name, **({"required": True} if required else {})}


def test_required_parameters_come_first_and_general_ones_last() -> None:
    given = [
        parameter("explain"),
        parameter("completeness"),
        parameter("offset"),
        parameter("limit"),
        parameter("window"),
        parameter("genre"),
        parameter("name", required=True),
    ]
    ordered = [each["name"] for each in sorted(given, key=order_of_parameter)]
    assert ordered == ["name", "window", "genre", "limit", "offset", "completeness", "explain"]


def test_settings_carry_the_introduction_the_version_and_each_group_once() -> None:
    found = spectacular_settings("1.2.3")
    assert (found["VERSION"], found["DESCRIPTION"]) == ("1.2.3", INTRODUCTION)
    names = [group["name"] for group in found["TAGS"]]
    assert names == [name for name, _ in TAGS]
    assert len(set(names)) == len(names)
