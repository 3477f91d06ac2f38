"""What the quality page says in words."""

from __future__ import annotations

from merger.drift import quality
from pages.site.quality import AGES, Quality


def test_every_age_has_words() -> None:
    assert [*AGES] == [*quality.AGES]


def test_a_shared_link_is_described() -> None:
    assert Quality().describe({}).endswith(".")
