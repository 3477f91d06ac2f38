"""Addresses of the pages, who may read them, logging in, and streams."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pages.live.tickets import read_ticket
from tests.pages.reader import PAGES, Reader


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/movies/abc/", 404, "There is no movie &#x27;abc&#x27;"),
        ("/movies/999999/", 404, "There is no movie 999999"),
        ("/genres/Dramma/", 404, "There is no genre &#x27;Dramma&#x27;"),
        ("/genres/Dramma/", 404, 'Did you mean <a href="/genres/Drama/">Drama</a>'),
        ("/decades/1890/", 404, 'Did you mean <a href="/decades/1990/">1990s</a>'),
        ("/decades/1995/", 404, "There is no decade 1995"),
        ("/trending/?download=nothing", 404, ""),
        ("/fragments/nothing/", 404, ""),
        ("/fragments/trending/?window=no", 404, ""),
        ("/fragments/movie/?movie_id=999999", 404, ""),
    ],
)
def test_invalid_or_unknown_address_is_explained(reader: Reader, path: str, status: int, says: str) -> None:
    assert says in reader.get(path, status)


def test_url_holds_the_state_and_foreign_parameters_are_ignored(reader: Reader) -> None:
    text = reader.get("/trending/?window=24h&genre=drama&utm_source=mail")
    assert 'aria-current="true">24h</a>' in text
    assert "Trending in Drama" in text
    assert "<option selected>Drama</option>" in text


@pytest.mark.parametrize("page", [page for page in PAGES if page != "/about/"])
def test_pages_need_a_login_without_anonymous_read(
    reader: Reader, page: str, settings: Any, django_user_model: Any
) -> None:
    settings.ANONYMOUS_READ = False
    refused: Any = reader.client.get(page)
    assert refused.status_code in (302, 403)
    assert "Fight Club" not in refused.content.decode()
    reader.client.force_login(django_user_model.objects.create_user("reader"))
    response: Any = reader.client.get(page)
    assert response.status_code == 200
    assert "private" in response["Cache-Control"] or "no-store" in response["Cache-Control"]


def test_reader_logs_in_and_out(reader: Reader, settings: Any, django_user_model: Any) -> None:
    settings.ANONYMOUS_READ = False
    django_user_model.objects.create_user("reader", password="correct horse")
    sent = {"username": "reader", "password": "wrong", "next": "/trending/"}
    assert "correct username and password" in reader.client.post("/login/", sent).content.decode()
    entered: Any = reader.client.post("/login/", {**sent, "password": "correct horse"})
    assert entered["Location"] == "/trending/"
    assert "Log out reader" in reader.get("/trending/")
    assert reader.client.post("/logout/")["Location"] == "/"
    assert reader.client.get("/trending/").status_code == 302


def test_login_never_redirects_to_another_site(reader: Reader, django_user_model: Any) -> None:
    django_user_model.objects.create_user("reader", password="correct horse")
    sent = {"username": "reader", "password": "correct horse", "next": "https://evil.example/"}
    assert reader.client.post("/login/", sent)["Location"] == "/"


def test_login_attempts_are_limited(reader: Reader, settings: Any) -> None:
    settings.LOGIN_LIMIT_USER = 2
    for _ in range(2):
        assert reader.client.post("/login/", {"username": "mallory", "password": "x"}).status_code == 200
    refused: Any = reader.client.post("/login/", {"username": "mallory", "password": "x"})
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0


@pytest.mark.parametrize(
    ("live_url", "base", "allowed"),
    [
        ("", "", "'self'"),
        ("/live/", "/live/", "'self'"),
        ("/live", "/live/", "'self'"),
        (":8001", "http://testserver:8001/", "'self' http://testserver:8001"),
        ("https://live.example.org/x", "https://live.example.org/x/", "'self' https://live.example.org"),
    ],
)
def test_page_opens_a_stream_of_what_it_shows_if_configured(
    reader: Reader, settings: Any, live_url: str, base: str, allowed: str
) -> None:
    settings.LIVE_URL = live_url
    response: Any = reader.client.get("/trending/?window=24h&genre=Drama")
    found = re.search(r'sse-connect="([^"]+)"', response.content.decode())
    assert bool(found) is bool(base)
    if found:
        assert found[1].startswith(base)
        ticket = read_ticket(found[1].removeprefix(base))
        assert ticket is not None
        assert (ticket.topic, ticket.reader) == ("trending?genre=Drama&limit=20&window=24h", None)
    policy = response["Content-Security-Policy"]
    assert (f"connect-src {allowed}" in policy) is (allowed != "'self'")
    assert "unsafe" not in policy
