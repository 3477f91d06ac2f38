"""Every endpoint answers a world in every dialect as it answers it written plainly, or says what it lacks."""

from __future__ import annotations

import re
from typing import Any

import pytest

from merger.contract.dialects.table import DIALECTS, dialects_of
from tests.meta.repository import ROOT
from tests.unit.merger.contract.dialects.written import ENDPOINTS, WRITTEN, World, answers, plain, verdict

Answers = dict[str, dict[str, Any] | None]


@pytest.fixture(scope="module")
def expected() -> Answers:
    return answers(plain())


def written(name: str) -> World:
    batch, speed = plain()
    return [new for raw in batch for new in WRITTEN[name](raw)], [new for raw in speed for new in WRITTEN[name](raw)]


def documented() -> dict[str, dict[str, str]]:
    """The table of docs/dialects.md: dialect → endpoint → verdict, for the endpoints that are not exact."""
    text = (ROOT / "docs" / "dialects.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|`]+) \| [^|]+ \| (exact|[^|]+) \|$", text, re.MULTILINE)
    result = {}
    for name, said in rows:
        others = re.findall(r"(flagged|without): ((?:`[^`]+`(?:, )?)+)", said)
        result[name] = {each: word for word, names in others for each in re.findall(r"`([^`]+)`", names)}
    return result


def test_the_plain_world_is_answered_by_every_endpoint(expected: Answers) -> None:
    assert all(answer is not None for answer in expected.values())


def test_every_dialect_is_written_here_and_documented() -> None:
    names = [dialect.name for dialect in DIALECTS]
    assert list(WRITTEN) == names
    assert [name for name in documented() if name in names] == names


@pytest.mark.parametrize("name", WRITTEN)
def test_a_world_in_a_dialect_is_answered_as_documented(name: str, expected: Answers) -> None:
    batch, speed = written(name)
    assert any(name in dialects_of(raw) for raw in (*batch, *speed))
    found = answers((batch, speed))
    verdicts = {endpoint: verdict(expected[endpoint], found[endpoint]) for endpoint in ENDPOINTS}
    assert {each: said for each, said in verdicts.items() if said != "exact"} == documented()[name]
