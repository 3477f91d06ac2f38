"""The page about security names existing tests and settings, and every secret."""

from __future__ import annotations

import re
from datetime import timedelta

from django.conf import settings

from lambdaserve.config.variables import VARIABLES
from lambdaserve.server.capacity import CONNECTIONS, STREAMS
from lambdaserve.server.supervisor import HEAD_TIMEOUT_SECONDS
from pages.live.hub import MOST_TOPICS
from pages.live.tickets import TICKET_LIFETIME
from tests.meta.repository import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """Text below a heading of the second level."""
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_tests_named_in_the_threat_model_exist() -> None:
    named = re.findall(r"`(tests/[\w/.]+)`", PAGE)
    assert len(named) > 20
    assert [name for name in named if not (ROOT / name).is_file()] == []


def test_every_threat_has_a_defence_and_a_test() -> None:
    rows = [row.split("|")[1:-1] for row in section("Threat model").splitlines() if row.startswith("| ")][2:]
    assert len(rows) > 15
    for way, stops, seen, _ in rows:
        assert stops.strip(), way
        assert re.search(r"`(tests/|make )", seen), way


def test_named_settings_exist() -> None:
    named = set(re.findall(r"`([A-Z][A-Z_]{4,})(?:=[^`]*)?`", PAGE))
    assert "SECRET_KEY" in named
    assert named - set(VARIABLES) - {"DEBUG"} == set()


def test_page_says_how_to_replace_every_secret() -> None:
    named = section("To replace a secret")
    secret = [name for name, variable in VARIABLES.items() if variable.secret]
    assert "JWT_SIGNING_KEY" in secret
    assert [name for name in secret if f"`{name}`" not in named] == []


def test_limits_on_the_page_are_the_servers() -> None:
    assert f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024} KiB a body" in PAGE
    assert f"comes within {HEAD_TIMEOUT_SECONDS} s; {CONNECTIONS:,} connections per worker" in PAGE
    assert (
        f"good for {TICKET_LIFETIME // timedelta(hours=1)} h; {STREAMS:,} streams and {MOST_TOPICS} topics at most"
        in PAGE
    )
