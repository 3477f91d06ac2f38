"""Real posters on pages, where a deployment says where they are; a title card stands for all others."""

from __future__ import annotations

import re
from typing import Any

import pytest

from lambdaserve.config.kinds import image_address
from tests.api.documents import movie
from tests.pages.reader import Reader
from tests.pages.test_sharing import meta

BASE = "https://image.example.org/t/p/w342"


@pytest.fixture
def posters(reader: Reader, settings: Any) -> Reader:
    """A reader where posters are served, and two movies: one has a poster, one names a hostile path."""
    settings.POSTER_URL = image_address().read(BASE)
    hostile = '//evil.example/"><script>alert(1)</script>'
    reader.api.load(
        movie(8, "Pictured", genres=["Drama"], poster_path="/a-B_9.jpg"),
        movie(9, "Plain", genres=["Drama"], poster_path=hostile),
    )
    reader.api.forget()
    return reader


def pictures(text: str) -> list[str]:
    """The images of the movie at the head of its page."""
    hero = text.partition('<section class="title-hero"')[2].partition("</section>")[0]
    return re.findall(r"<img [^>]*>", hero)


def test_poster_lies_on_the_card_in_the_same_size(posters: Reader) -> None:
    card, poster = pictures(posters.get("/movies/8/"))
    assert 'src="/movies/8/card.svg?v=' in card
    assert f'src="{BASE}/a-B_9.jpg"' in poster
    for each in (card, poster):
        assert 'width="220" height="330"' in each
        assert 'alt=""' in each


def test_poster_is_what_a_shared_link_shows(posters: Reader) -> None:
    found = meta(posters.get("/movies/8/"))
    assert found["og:image"] == f"{BASE}/a-B_9.jpg"
    assert found["twitter:card"] == "summary"
    assert "og:image:width" not in found


def test_hostile_path_is_no_poster(posters: Reader) -> None:
    text = posters.get("/movies/9/")
    (card,) = pictures(text)
    assert 'src="/movies/9/card.svg?v=' in card
    assert "evil.example" not in text
    assert "card.png" in meta(text)["og:image"]


def test_lists_show_posters_where_the_id_suffices(posters: Reader, settings: Any) -> None:
    page = "/search/?q=pictured"
    assert BASE not in posters.get(page)
    settings.POSTER_URL = image_address().read("https://image.example.org/{movie_id}.jpg")
    (poster,) = re.findall(r'<img src="https://image[^>]*>', posters.get(page))
    assert 'src="https://image.example.org/8.jpg"' in poster
    assert 'loading="lazy"' in poster


def test_api_names_the_path_only_where_the_document_does(posters: Reader) -> None:
    assert posters.api.body("movies/8")["poster_path"] == "/a-B_9.jpg"
    posters.api.load(movie(10, "Bare"))
    assert "poster_path" not in posters.api.body("movies/10")
