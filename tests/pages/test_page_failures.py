"""Pages whose layers or stores lack something: what is missing, late, old or unavailable is said."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lambdaserve.ops.health.monitor import monitor
from lambdaserve.server.embedded_stores import free_port
from merger import wiring
from merger.errors import StoreUnavailable
from merger.stores.redis.link import RedisLink
from pages.frame import fragments
from pages.frame.notices import SENTENCES, Notice
from pages.frame.parts import load_part
from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR
from tests.api.healthy_world import MOVIE, OTHER
from tests.pages.reader import PAGES, Reader, Tables


def test_missing_hours_are_named_and_shaded(reader: Reader) -> None:
    reader.api.database["speed_views"].delete_many({"hour": OPEN_HOUR - 3 * HOUR})
    text = reader.get(f"/movies/{MOVIE}/?window=48h")
    start, end = "2031-03-10T09:00:00Z", "2031-03-10T10:00:00Z"
    said = "There is no data for 10 Mar 2031 09:00 to 10:00 UTC."
    assert said in text
    assert f"{start}/{end}" in Tables(text).attributes["sentiment"]["data-gaps"].split()
    assert said in reader.get("/trending/?window=6h")


def test_late_speed_layer_shows_a_notice(reader: Reader) -> None:
    reader.api.now += timedelta(minutes=50)
    for page in PAGES[:4]:
        assert reader.get(page).count("Live numbers are late: the newest are from") == 1, page
    assert "Live numbers are late" not in reader.get("/fragments/trending/")  # the page says it


def test_empty_stores_show_empty_pages_without_errors(api: Api, db: None) -> None:
    monitor.cache_clear()
    reader = Reader(api)
    text = reader.get("/")
    assert "No movie is trending" in text
    assert text.count("There is no history yet.") == 1
    reader.get("/trending/")
    reader.get("/analytics/")
    reader.get("/search/")
    reader.get("/movies/603/", 404)
    monitor.cache_clear()


@pytest.fixture
def broken(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """Pages that were read once before MongoDB fails; the cached answers are an hour old."""
    for page in PAGES:
        reader.get(page)
    monkeypatch.setattr(monitor()._store, "wait", lambda _: None)
    reader_of = wiring.service()._reader

    def fail(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("MongoDB is away")

    monkeypatch.setattr(reader_of, "read", fail)
    wiring.service().cache.local_tier.clear()
    reader.api.now += timedelta(hours=1)
    monkeypatch.setattr(monitor(), "_built_at", float("-inf"))
    return reader


@pytest.mark.parametrize("page", PAGES[:5])
def test_without_mongodb_old_numbers_are_shown_and_called_old(broken: Reader, page: str) -> None:
    text = broken.get(page)
    assert text.count("These numbers are from 12:30 UTC (60 min ago).") == 1
    assert text.count("We can’t reach the database") == 1


def test_movie_that_cannot_be_shown_says_so_once_and_offers_others(broken: Reader) -> None:
    text = broken.get(f"/movies/{OTHER}/", 503)
    assert text.count("can’t be shown right now</h1>") == 1
    assert 'class="notice' not in text
    assert "<canvas" not in text
    assert f'<li><a href="/movies/{MOVIE}/"><bdi>Fight Club</bdi></a></li>' in text
    assert f'href="/movies/{OTHER}/"><bdi>' not in text
    assert "MongoDB is away" not in text
    assert "data-retry" in text
    response: Any = broken.client.get(f"/movies/{OTHER}/")
    assert response["Retry-After"] == "15"


def test_ranking_that_cannot_be_shown_offers_those_at_hand(broken: Reader) -> None:
    text = broken.get("/trending/?window=9h&genre=Drama", 503)
    assert "This ranking can’t be shown right now" in text
    assert re.findall(r'<li><a href="([^"]+)"', text) == ["/trending/?window=6h", "/trending/?window=24h"]


def test_without_mongodb_a_part_that_is_not_at_hand_leaves_the_others(broken: Reader) -> None:
    text = broken.get(f"/movies/{MOVIE}/?window=9d")
    assert text.count("This can’t be shown right now") == 1
    assert "Fight Club" in text


def test_a_database_that_is_away_is_one_fact(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    notices = tuple(Notice("late", fact, SENTENCES[fact]) for fact in ("batch_unavailable", "speed_unavailable"))
    monkeypatch.setattr(fragments, "load_part", lambda ask: replace(load_part(ask), notices=notices))
    assert SENTENCES["batch_unavailable"] in reader.get("/trending/")
    monkeypatch.setattr(monitor()._store, "wait", lambda _: None)
    monkeypatch.setattr(monitor(), "_built_at", float("-inf"))
    text = reader.get("/trending/")
    assert text.count("We can’t") == text.count("We can’t reach the database") == 1


def test_without_redis_pages_work_and_say_so_beside_the_dot(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr(wiring, "redis_link", lambda: link)
    wiring.service.cache_clear()
    monkeypatch.setattr(monitor()._cache, "wait", lambda _: None)
    text = reader.get(f"/movies/{MOVIE}/")
    assert "not answering: pages are right but slower" in text
    assert "Fight Club" in text


def test_operations_page_shows_the_rest_without_redis(
    reader: Reader, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.client.force_login(admin_user)
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr(wiring, "redis_link", lambda: link)
    wiring.service.cache_clear()
    text = reader.get("/operations/")
    assert "Nothing to show" in text
    assert "together, both layers hold every hour" in text
