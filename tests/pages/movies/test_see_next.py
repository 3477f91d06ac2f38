"""A movie's page offers similar movies with reasons, and is whole without them."""

from __future__ import annotations

import html
from typing import Any

import pytest

from merger.errors import NotFound, StoreUnavailable
from pages.site import movie as page
from pages.site.movie import MOST_SEEN_NEXT
from tests.api.documents import movie
from tests.api.healthy_world import MOVIE, OTHER
from tests.pages.reader import Reader

URL = f"/movies/{MOVIE}/"


def section(text: str) -> str:
    return text.partition('id="next"')[2].partition("</section>")[0]


def test_the_page_shows_what_the_api_recommends(reader: Reader) -> None:
    cast, title = ["Edward Norton"], "<b>Bold</b> & more"
    reader.api.load(movie(number, title, cast=cast, genres=["Crime"]) for number in range(900, 910))
    text = section(reader.get(URL))
    found = reader.api.body(f"recommendations/movies/{MOVIE}/similar", {"limit": MOST_SEEN_NEXT})["recommendations"]
    assert len(found) == MOST_SEEN_NEXT
    places = [text.index(f'href="/movies/{each["movie_id"]}/"') for each in found]
    assert places == sorted(places)
    for each in found:
        assert html.escape(each["title"]) in text
        assert all(html.escape(reason) in text for reason in each["reasons"])
    assert "<b>" not in text


def test_a_movie_like_no_other_has_no_empty_card(reader: Reader) -> None:
    reader.api.load(movie(900, "Alone", genres=[]))
    text = reader.get("/movies/900/")
    assert "Alone" in text
    assert 'id="next"' not in text


@pytest.mark.parametrize("error", [StoreUnavailable("still being built"), NotFound("movie", MOVIE)])
def test_the_page_is_whole_without_them(reader: Reader, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def fail(**_: Any) -> Any:
        raise error

    monkeypatch.setattr(page, "movies_similar", fail)
    text = reader.get(URL)
    assert "Fight Club" in text
    assert 'id="feelings"' in text
    assert ("can’t be shown" in section(text)) == isinstance(error, StoreUnavailable)
    assert f'href="/movies/{OTHER}/"' not in section(text)
