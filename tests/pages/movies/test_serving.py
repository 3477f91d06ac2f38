"""Title cards over the real stores: whom they are served to, for how long, and at what cost."""

from __future__ import annotations

import re
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from merger import wiring
from pages.cards import serving
from tests.api.documents import movie
from tests.api.healthy_world import MOVIE
from tests.pages.reader import Reader


def address_on_page(reader: Reader) -> str:
    found = re.search(r'src="(/movies/\d+/card\.svg\?v=\w+)"', reader.get("/search/?q=fight"))
    assert found
    return found[1]


def test_card_of_a_page_is_kept_for_a_year_and_can_run_nothing(reader: Reader) -> None:
    card: Any = reader.client.get(address_on_page(reader))
    assert card.status_code == 200
    assert card["Content-Type"] == "image/svg+xml"
    assert card["Cache-Control"] == "public, max-age=31536000, immutable"
    assert card["Content-Security-Policy"] == "default-src 'none'; style-src 'none'"
    assert card["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" not in card.get("Vary", "")
    assert "Fight" in "".join(ET.fromstring(card.content).itertext())


@pytest.mark.parametrize("version", ["", "?v=", "?v=000000000000", "?v=%00"])
def test_another_version_is_kept_for_a_minute(reader: Reader, version: str) -> None:
    reader.get("/search/?q=fight")
    card: Any = reader.client.get(f"/movies/{MOVIE}/card.svg{version}")
    assert card.status_code == 200
    assert card["Cache-Control"] == "public, max-age=60"


def test_unknown_movie_has_a_plain_card_and_an_impossible_one_none(reader: Reader) -> None:
    assert "<text" not in reader.get("/movies/999999/card.svg")
    reader.get(f"/movies/{2**70}/card.svg", 404)
    assert reader.client.post(f"/movies/{MOVIE}/card.svg").status_code == 405


def test_only_readers_see_cards_and_no_proxy_keeps_them(reader: Reader, settings: Any, django_user_model: Any) -> None:
    address = address_on_page(reader)
    settings.ANONYMOUS_READ = False
    refused: Any = reader.client.get(address)
    assert refused.status_code == 403
    assert b"Fight" not in refused.content
    reader.client.force_login(django_user_model.objects.create_user("reader"))
    card: Any = reader.client.get(address)
    assert card.status_code == 200
    assert card["Cache-Control"] == "private, max-age=31536000, immutable"


def test_cards_of_a_page_cost_no_tokens(reader: Reader, settings: Any) -> None:
    address = address_on_page(reader)
    settings.RATE_LIMIT, settings.RATE_BURST, settings.PAGE_LIMIT = 12, 4, 4
    assert {reader.client.get(address).status_code for _ in range(20)} == {200}
    others = [reader.client.get(f"/movies/{MOVIE}/card.svg").status_code for _ in range(20)]
    assert others[-1] == 429


def test_cards_are_drawn_while_the_database_is_away(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    address = address_on_page(reader)
    drawn = reader.get(address)

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a card asked the store")

    store = wiring.service().store
    for name in ("find", "batches", "count", "refresh"):
        monkeypatch.setattr(store, name, refuse)
    assert reader.get(address) == drawn


def picture_on_page(reader: Reader, page: str = f"/movies/{MOVIE}/") -> str:
    found = re.search(r'<meta property="og:image" content="http://testserver([^"]+)">', reader.get(page))
    assert found
    return found[1]


@pytest.mark.parametrize("page", [f"/movies/{MOVIE}/", "/"])
def test_picture_of_a_page_is_kept_for_a_year_and_made_only_for_those_without_it(
    reader: Reader, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = picture_on_page(reader, page)
    picture: Any = reader.client.get(address)
    assert picture.status_code == 200
    assert picture["Content-Type"] == "image/png"
    assert picture["Cache-Control"] == "public, max-age=31536000, immutable"
    assert picture["Content-Security-Policy"] == "default-src 'none'; style-src 'none'"
    assert picture["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert picture.content.startswith(b"\x89PNG")
    assert reader.client.get(address.partition("?")[0])["Cache-Control"] == "public, max-age=60"
    monkeypatch.setattr(serving, "picture_of", None)
    known: Any = reader.client.get(address, headers={"If-None-Match": picture["ETag"]})
    assert (known.status_code, known.content) == (304, b"")
    assert known["Cache-Control"] == picture["Cache-Control"]


def test_picture_that_has_no_turn_is_asked_for_again(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "picture_of", lambda _: None)
    busy: Any = reader.client.get(picture_on_page(reader))
    assert (busy.status_code, busy["Retry-After"], busy["Cache-Control"]) == (503, "1", "no-store")


def test_pictures_of_unknown_movies_are_one(reader: Reader) -> None:
    plain: set[bytes] = {reader.client.get(f"/movies/{number}/card.png").content for number in (999_999, 999_998)}
    assert len(plain) == 1
    reader.get(f"/movies/{2**70}/card.png", 404)
    assert reader.client.post("/card.png").status_code == 405


def test_pictures_cost_tokens_and_are_for_readers_alone(reader: Reader, settings: Any) -> None:
    address = picture_on_page(reader)
    settings.RATE_LIMIT, settings.RATE_BURST = 12, 12
    asked = [reader.client.get(address).status_code for _ in range(5)]
    assert (asked[0], asked[-1]) == (200, 429)
    settings.RATE_LIMIT, settings.ANONYMOUS_READ = 0, False
    assert {reader.client.get(each).status_code for each in (address, "/card.png")} == {403}


def test_hostile_title_is_only_drawn(reader: Reader) -> None:
    reader.api.load(movie(666, "</text><script>alert(1)</script>", genres=["$gt", "<b>"]))
    reader.api.forget()
    assert "/movies/666/card.svg?v=" in reader.get("/search/?q=alert")
    card = reader.get("/movies/666/card.svg")
    assert "script" not in {each.tag.rpartition("}")[2] for each in ET.fromstring(card).iter()}
