"""What shared links show is small, well-formed and equal for equal facts, whatever the facts hold."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.cards.drawing import CardFacts
from pages.cards.shared import draw_shared, draw_site, version_of
from pages.sharing.summary import SITE
from tests.unit.pages.cards.test_drawing import HOSTILE, drawn_text

MOST_BYTES = 4096


def check(facts: CardFacts) -> None:
    drawn = draw_shared(facts)
    assert drawn == draw_shared(facts)
    assert len(drawn.encode()) < MOST_BYTES
    tags = {each.tag.rpartition("}")[2] for each in ET.fromstring(drawn).iter()}
    assert tags <= {"svg", "rect", "g", "path", "circle", "ellipse", "text", "tspan"}


@pytest.mark.parametrize("title", [*HOSTILE, "x" * 10_000, "\u2067\u2067\u2066", "قفص " * 2_500])
def test_hostile_titles_and_genres_are_only_drawn(title: str) -> None:
    check(CardFacts(title, (title, "$gt"), 1990))


@given(
    title=st.text(max_size=300),
    genres=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    decade=st.none() | st.integers(180, 219).map(lambda each: each * 10),
)
def test_any_facts_make_a_card(title: str, genres: tuple[str, ...], decade: int | None) -> None:
    check(CardFacts(title, genres, decade))


def test_movie_is_shown_with_its_facts_and_the_site() -> None:
    drawn = drawn_text(draw_shared(CardFacts("Fight Club", ("Drama", "Crime", "War"), 1990)))
    assert drawn.endswith("Fight Club Drama, Crime · 1990s lambdaserve")
    assert drawn_text(draw_shared(CardFacts())) == "lambdaserve"


def test_title_from_right_to_left_ends_at_the_right() -> None:
    drawn = draw_shared(CardFacts("قفص الاتهام"))
    assert '<text x="1140" text-anchor="end" y="160" font-size="76">\u2067قفص الاتهام\u2069</text>' in drawn


def test_site_has_a_card_of_its_own() -> None:
    assert drawn_text(draw_site(SITE)) == f"lambdaserve {SITE}"
    assert version_of(draw_site(SITE)) != version_of(draw_site("Another sentence."))
