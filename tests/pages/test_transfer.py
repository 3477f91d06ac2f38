"""What a visit transfers: pages of visitors are compressed, and a first visit stays below its budget."""

from __future__ import annotations

import gzip
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders

from tests.api.documents import HOUR, OPEN_HOUR, movie, speed_stats, speed_trending
from tests.api.healthy_world import MOVIE
from tests.pages.reader import PAGES, Reader

MOST_BYTES = 200_000
"""Of a first visit, all files included; ``docs/design.md`` promises it."""

GZIP = {"Accept-Encoding": "gzip"}
WHOLE = [page for page in PAGES if not page.startswith("/fragments/")]
LISTED = 60
"""Movies of the world beside the healthy one's, so that lists are full."""

_FILE = re.compile(r'<(?:script|img|link rel="(?:stylesheet|icon)")[^>]*? (?:src|href)="([^"]+)"')


def files_of(text: str) -> set[str]:
    """The addresses of all that a page loads at once: scripts, styles and pictures."""
    return {unescape(each) for each in _FILE.findall(text)}


def static_file(address: str) -> bytes:
    found = finders.find(address.removeprefix("/static/"))
    assert isinstance(found, str), address
    return Path(found).read_bytes()


def bytes_of(reader: Reader, address: str) -> int:
    """Bytes that a file is transferred in: static ones are compressed beforehand."""
    if address.startswith("/static/"):
        return len(gzip.compress(static_file(address), 9))
    response: Any = reader.client.get(address, headers=GZIP)
    assert response.status_code == 200
    return len(response.content)


@pytest.fixture
def crowded(reader: Reader) -> Reader:
    """A reader of a world whose lists are full."""
    titles = [f"The {number}th movie of a long list" for number in range(LISTED)]
    for number, title in enumerate(titles):
        movie_id = 10_000 + number
        facts = {"genres": ["Drama", "Crime"], "release_date": f"199{number % 10}-03-04", "cast": ["Edward Norton"]}
        reader.api.load(
            movie(movie_id, title, overview="A man and a woman meet. " * 20, vote_count=1000 + number, **facts),
            *(speed_trending(movie_id, OPEN_HOUR - HOUR * back, 50.0 + number + back) for back in range(12)),
            speed_stats(movie_id, OPEN_HOUR, 7.0, 1000 + number, 50.0),
        )
    reader.api.forget()
    return reader


def test_first_visits_stay_below_their_budget(crowded: Reader) -> None:
    for page in WHOLE:
        response: Any = crowded.client.get(page, headers=GZIP)
        assert response["Content-Encoding"] == "gzip", page
        found = files_of(gzip.decompress(response.content).decode())
        assert {"/static/css/lambdaserve.css", "/static/js/pages.js"} <= found, page
        sizes = {address: bytes_of(crowded, address) for address in found}
        assert len(response.content) + sum(sizes.values()) < MOST_BYTES, (page, sizes)


@pytest.mark.parametrize("page", PAGES)
def test_visitors_get_pages_compressed_without_cookies_and_tokens(reader: Reader, page: str) -> None:
    plain: Any = reader.client.get(page)
    packed: Any = reader.client.get(page, headers=GZIP)
    if len(plain.content) > 1_000:
        assert packed["Content-Encoding"] == "gzip"
        assert len(packed.content) < len(plain.content) / 2
    for response in (plain, packed):
        assert "Accept-Encoding" in response["Vary"]
        assert not response.cookies
    assert b"csrf" not in plain.content


@pytest.mark.parametrize("page", ["/login/", "/api/docs/"])
def test_page_with_a_forms_token_is_not_compressed(reader: Reader, page: str) -> None:
    response: Any = reader.client.get(page, headers=GZIP)
    assert "csrftoken" in response.cookies
    assert not response.has_header("Content-Encoding")


@pytest.mark.parametrize("page", ["/", f"/movies/{MOVIE}/", "/fragments/freshness/", "/nothing/here/"])
def test_pages_of_users_are_not_compressed(reader: Reader, django_user_model: Any, page: str) -> None:
    reader.client.force_login(django_user_model.objects.create_user("reader"))
    assert not reader.client.get(page, headers=GZIP).has_header("Content-Encoding")


def test_streams_and_pictures_pass_as_they_are(reader: Reader) -> None:
    for address in (f"/movies/{MOVIE}/card.svg", "/card.png", "/robots.txt"):
        assert not reader.client.get(address, headers=GZIP).has_header("Content-Encoding")
