"""Title cards are small, well-formed and equal for equal facts, whatever the facts hold."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.cards.drawing import MOST_BYTES, CardFacts, draw_card

TEXT = "{http://www.w3.org/2000/svg}text"
HOSTILE = (
    "<script>alert(1)</script>",
    "</text></svg><svg onload='x'>&amp;&\"'",
    "]]><!--",
    "قفص الاتهام",
    "\u202eevil\u202c",
    "😀👩\u200d🚀" * 60,
    "&" * 400,
    "<" * 400,
    "W" * 400,
    "a" * 400,
    "Z\u0337\u0321\u0322" * 100,
    "\x00\x01\x0b\x1b\x7f\ufffe\uffff\ud800",
    "字" * 400,
)


def drawn_text(card: str) -> str:
    return " ".join("".join(each.itertext()) for each in ET.fromstring(card).iter(TEXT))


def check(facts: CardFacts) -> None:
    card = draw_card(facts)
    assert card == draw_card(facts)
    assert len(card.encode()) < MOST_BYTES
    tags = {each.tag.rpartition("}")[2] for each in ET.fromstring(card).iter()}
    assert tags <= {"svg", "rect", "g", "path", "circle", "ellipse", "text", "tspan"}
    assert not [name for each in ET.fromstring(card).iter() for name in each.attrib if name in ("style", "href")]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("decade", [None, *range(1920, 2030, 10)])
def test_hostile_titles_and_genres_are_only_drawn(title: str, decade: int | None) -> None:
    check(CardFacts(title, (title, "$gt"), decade))


@given(
    title=st.text(max_size=300),
    genres=st.lists(st.text(max_size=20), max_size=3).map(tuple),
    decade=st.none() | st.integers(180, 219).map(lambda each: each * 10),
)
def test_any_facts_make_a_card(title: str, genres: tuple[str, ...], decade: int | None) -> None:
    check(CardFacts(title, genres, decade))


def test_card_shows_initials_title_and_decade() -> None:
    card = draw_card(CardFacts("Fight Club", ("Drama",), 1990))
    assert drawn_text(card) == "FC Fight Club 1990s"
    assert 'text-anchor="end"' not in card
    assert "\u2067قفص\u2069" in draw_card(CardFacts("قفص"))


def test_unknown_movie_has_a_card_without_words() -> None:
    assert drawn_text(draw_card(CardFacts())) == ""


def test_version_differs_where_the_card_may() -> None:
    facts = CardFacts("Fight Club", ("Drama", "Crime"), 1990)
    others = [
        CardFacts("Fight Club 2", facts.genres, 1990),
        CardFacts(facts.title, ("Crime", "Drama"), 1990),
        CardFacts(facts.title, facts.genres, 2000),
        CardFacts(facts.title, facts.genres),
    ]
    assert len({each.version for each in (facts, *others)}) == 5
    assert CardFacts("Fight Club", ("Drama", "Crime", "War"), 1990).version == facts.version
    assert CardFacts("\ud800").version
