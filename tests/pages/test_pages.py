"""Pages over the real stores: their numbers are the API's, and they say what they lack."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import signing
from django.test import Client
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lambdaserve.ops.health.monitor import monitor
from lambdaserve.server.embedded_stores import free_port
from merger import wiring
from merger.errors import StoreUnavailable
from merger.stores.redis.link import RedisLink
from pages.figures.tables import format_value
from tests.api.conftest import Api
from tests.api.documents import HOUR, OPEN_HOUR
from tests.api.healthy_world import MOVIE, OTHER, healthy

PAGES = (
    "/",
    "/trending/?window=24h",
    f"/movies/{MOVIE}/?window=7d",
    "/analytics/?genre=Drama&compare=Crime&metric=sentiment",
    "/search/?q=fight",
    "/about/",
    "/fragments/trending/",
    f"/fragments/movie/?movie_id={MOVIE}",
    "/fragments/freshness/",
)


class Tables(HTMLParser):
    """The tables of a page: by id, the rows of ``data-v``."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.by_id: dict[str, list[list[str]]] = {}
        self.attributes: dict[str, dict[str, str]] = {}
        self._rows: list[list[str]] | None = None
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "table" and "id" in found:
            self._rows = self.by_id[found["id"].removeprefix("table-")] = []
            self.attributes[found["id"].removeprefix("table-")] = found
        elif tag == "tr" and self._rows is not None:
            self._rows.append([])
        elif tag == "td" and self._rows:
            self._rows[-1].append(found.get("data-v", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self._rows = None


class Reader:
    """Somebody with a browser, over the API's stores."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        response: Any = self.client.get(path, headers=headers)
        assert response.status_code == status, response.content[:3000]
        return str(response.content.decode())

    def rows(self, path: str, table: str) -> list[list[str]]:
        """A table's rows without its heading, as they are."""
        return [row for row in Tables(self.get(path)).by_id[table] if row]

    def csv(self, path: str, table: str) -> list[dict[str, str]]:
        text = self.get(f"{path}{'&' if '?' in path else '?'}download={table}")
        return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def reader(api: Api, db: None) -> Iterator[Reader]:
    """Over a small healthy world."""
    monitor.cache_clear()
    api.load(healthy())
    yield Reader(api)
    monitor.cache_clear()


def texts(*values: Any) -> list[str]:
    return ["" if value is None else str(value) for value in values]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_there_under_the_policy_and_says_nothing_is_wrong(reader: Reader, page: str) -> None:
    text = reader.get(page)
    assert not re.search(r'class="notice (error|late|stale)', text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", text)


def test_a_movies_numbers_are_the_apis(reader: Reader) -> None:
    page = f"/movies/{MOVIE}/?window=7d"
    text = reader.get(page)
    details, stats = (reader.api.body(f"movies/{MOVIE}{end}") for end in ("", "/stats"))
    sentiment = reader.api.body(f"movies/{MOVIE}/sentiment")
    for value, kind in (
        (details["vote_average"], "rating"),
        (details["popularity"], "decimal"),
        (sentiment["sentiment"]["overall_score"], "score"),
        (stats["latest"].get("trending_score"), "decimal"),
    ):
        assert f"<dd>{format_value(value, kind)}</dd>" in re.sub(r'<dd class="\w+">', "<dd>", text)
    timeline = reader.api.body(f"movies/{MOVIE}/sentiment", {"window": "7d"})
    assert reader.rows(page, "sentiment") == [
        texts(
            *(
                point[name]
                for name in (
                    "date",
                    "avg_sentiment",
                    "review_count",
                    "positive_count",
                    "neutral_count",
                    "negative_count",
                    "data_source",
                )
            )
        )
        for point in timeline["breakdown"]
    ]
    assert [(row["hour"], row["popularity"]) for row in reader.csv(page, "stats")] == [
        (point["hour"], str(point["popularity"])) for point in stats["stats"][::-1]
    ]
    drawn = Tables(text).attributes["sentiment"]
    assert drawn["data-cutoff"] == timeline["freshness"]["cutoff"]
    assert drawn["data-covered"] == timeline["freshness"]["batch_as_of"]


def test_a_ranking_is_the_apis(reader: Reader) -> None:
    ranked = reader.api.body("trending/movies", {"window": "24h"})["trending_movies"]
    history = reader.api.body("trending/history", {"window": "24h", "limit": "20"})["movies"]
    found = reader.csv("/trending/?window=24h", "trending")
    assert [(row["movie_id"], row["trending_score"]) for row in found] == [
        (str(movie["movie_id"]), str(movie["trending_score"])) for movie in ranked
    ]
    assert [row["rank_before"] for row in found] == texts(*(movie["rank_before"] for movie in history))
    text = reader.get("/trending/?window=24h")
    places = [text.index(f'href="/movies/{movie["movie_id"]}/"') for movie in ranked]
    assert places == sorted(places)


def test_analytics_are_the_apis(reader: Reader) -> None:
    page = "/analytics/?genre=Drama&metric=sentiment"
    points = reader.api.body("analytics/trends", {"metric": "sentiment", "genre": "Drama"})["data_points"]
    assert reader.rows(page, "trend") == [texts(p["date"], p["value"], p["count"], p["data_source"]) for p in points]
    of_year = reader.api.body("analytics/genre/Drama", {"year": "2030"})["statistics"]
    ((year, movies, rating, sentiment, _),) = reader.rows(page, "genre")
    assert (year, int(movies)) == ("2030", of_year["total_movies"])
    assert float(rating) == pytest.approx(of_year["avg_rating"])
    assert float(sentiment) == pytest.approx(of_year["avg_sentiment"])
    tiers = reader.api.body("analytics/sentiment/comparison", {"genre": "Drama"})["tiers"]
    assert [row[2] for row in reader.rows(page, "tiers")] == [str(each["total_reviews"]) for each in tiers.values()]
    by_month = reader.rows("/analytics/?genre=Drama&year=2030", "genre")
    assert [row[0] for row in by_month] == ["2030-01", "2030-02"]


def test_pages_and_the_api_share_the_caches_entries(reader: Reader) -> None:
    for path in (
        f"movies/{MOVIE}",
        f"movies/{MOVIE}/sentiment?window=30d",
        f"movies/{MOVIE}/stats",
        "trending/movies?window=6h",
        "analytics/overview",
        "analytics/trends?metric=rating",
        "search/genres",
    ):
        assert reader.api.get(path)["X-Cache"] == "MISS", path
    made = _made()
    reader.get(f"/movies/{MOVIE}/")
    assert _made() - made == 2  # the whole sentiment, and who works with whom
    reader.get("/trending/")
    assert _made() - made == 3  # the scores by the hour
    reader.get("/")
    assert reader.api.get("trending/movies?limit=12")["X-Cache"] == "HIT"


def _made() -> int:
    return sum(number for (_, outcome), number in wiring.service().cache.counts.all().items() if outcome == "miss")


def test_search_finds_as_the_api_does_and_gives_htmx_the_results_alone(reader: Reader) -> None:
    (hit,) = reader.api.body("search/movies", {"q": "fight"})["results"]
    text = reader.get("/search/?q=fight&genre=&year_from=")
    assert f'href="/movies/{hit["movie_id"]}/"' in text
    part = reader.get("/search/?q=fight", HX_Target="found")
    assert "<html" not in part
    assert f'href="/movies/{hit["movie_id"]}/"' in part
    assert "No movie is called that" in reader.get("/search/?q=zzzz")


def test_what_neither_layer_holds_is_said_and_shaded(reader: Reader) -> None:
    reader.api.database["speed_views"].delete_many({"hour": OPEN_HOUR - 3 * HOUR})
    text = reader.get(f"/movies/{MOVIE}/?window=48h")
    start, end = "2031-03-10T09:00:00Z", "2031-03-10T10:00:00Z"
    assert f"Neither layer holds {start} to {end}." in text
    assert f"{start}/{end}" in Tables(text).attributes["sentiment"]["data-gaps"].split()
    assert f"Neither layer holds {start} to {end}." in reader.get("/trending/?window=6h")


def test_a_late_layer_is_said(reader: Reader) -> None:
    reader.api.now += timedelta(minutes=50)
    assert "The speed layer is late" in reader.get("/")


def test_nothing_stored_is_an_empty_page_and_no_error(api: Api, db: None) -> None:
    monitor.cache_clear()
    reader = Reader(api)
    text = reader.get("/")
    assert "Nothing is trending" in text
    assert "The batch layer holds nothing" in text
    reader.get("/trending/")
    reader.get("/analytics/")
    reader.get("/search/")
    reader.get("/movies/603/", 404)
    monitor.cache_clear()


@pytest.fixture
def broken(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> Reader:
    """The pages as they were read once, and then MongoDB fails; answers held are an hour old."""
    for page in PAGES:
        reader.get(page)
    monkeypatch.setattr(monitor()._store, "within", lambda _: None)
    reader_of = wiring.service()._reader

    def fail(*_: Any, **__: Any) -> Any:
        raise StoreUnavailable("MongoDB is away")

    monkeypatch.setattr(reader_of, "read", fail)
    wiring.service().cache.local_tier.clear()
    reader.api.now += timedelta(hours=1)
    monkeypatch.setattr(monitor(), "_made", float("-inf"))
    return reader


@pytest.mark.parametrize("page", PAGES[:5])
def test_without_the_store_the_last_known_numbers_are_shown_and_told_to_be_old(broken: Reader, page: str) -> None:
    text = broken.get(page)
    assert "Not the newest numbers" in text
    assert "They are from 2031-03-10T12:30:00Z" in text
    assert "The document store does not answer" in text


def test_what_nobody_has_asked_for_before_says_that_it_can_not_be_had(broken: Reader) -> None:
    text = broken.get(f"/movies/{OTHER}/", 503)
    assert "Nothing to show" in text
    assert "MongoDB is away" not in text
    # A part that lacks does not take the others with it.
    assert "Nothing to show" in broken.get(f"/movies/{MOVIE}/?window=9d")
    assert "Fight Club" in broken.get(f"/movies/{MOVIE}/?window=9d")


def test_without_redis_pages_are_as_true_and_say_so(reader: Reader, monkeypatch: pytest.MonkeyPatch) -> None:
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr(wiring, "redis_link", lambda: link)
    wiring.service.cache_clear()
    monkeypatch.setattr(monitor()._cache, "within", lambda _: None)
    text = reader.get(f"/movies/{MOVIE}/")
    assert "The shared cache does not answer" in text
    assert "Fight Club" in text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/trending/?window=3y", 400, "window takes a number of hours or days"),
        ("/movies/abc/", 400, "movie_id takes a whole number"),
        ("/movies/999999/", 404, "There is no movie 999999"),
        ("/trending/?genre=Dramma", 404, 'Did you mean <a href="/trending/?genre=Drama">Drama</a>'),
        ("/trending/?download=nothing", 404, ""),
        ("/fragments/nothing/", 404, ""),
        ("/fragments/trending/?window=no", 404, ""),
        ("/fragments/movie/?movie_id=999999", 404, ""),
    ],
)
def test_what_is_not_understood_or_not_there_is_told(reader: Reader, path: str, status: int, says: str) -> None:
    assert says in reader.get(path, status)


def test_parameters_of_others_are_left_alone_and_the_address_holds_the_state(reader: Reader) -> None:
    text = reader.get("/trending/?window=24h&genre=drama&utm_source=mail")
    assert 'aria-current="true">24h</a>' in text
    assert "Trending in Drama" in text
    assert "<option selected>Drama</option>" in text


@pytest.mark.parametrize("page", [page for page in PAGES if page != "/about/"])
def test_pages_are_for_readers_where_reading_is_not_for_everybody(
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


def test_readers_log_in_and_out(reader: Reader, settings: Any, django_user_model: Any) -> None:
    settings.ANONYMOUS_READ = False
    django_user_model.objects.create_user("reader", password="correct horse")
    sent = {"username": "reader", "password": "wrong", "next": "/trending/"}
    assert "correct username and password" in reader.client.post("/login/", sent).content.decode()
    entered: Any = reader.client.post("/login/", {**sent, "password": "correct horse"})
    assert entered["Location"] == "/trending/"
    assert "Log out reader" in reader.get("/trending/")
    assert reader.client.post("/logout/")["Location"] == "/"
    assert reader.client.get("/trending/").status_code == 302


def test_nobody_is_sent_elsewhere_by_logging_in(reader: Reader, django_user_model: Any) -> None:
    django_user_model.objects.create_user("reader", password="correct horse")
    sent = {"username": "reader", "password": "correct horse", "next": "https://evil.example/"}
    assert reader.client.post("/login/", sent)["Location"] == "/"


def test_tries_to_log_in_are_limited_as_everywhere(reader: Reader, settings: Any) -> None:
    settings.LOGIN_LIMIT_USER = 2
    for _ in range(2):
        assert reader.client.post("/login/", {"username": "somebody", "password": "x"}).status_code == 200
    refused: Any = reader.client.post("/login/", {"username": "somebody", "password": "x"})
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
def test_a_page_opens_a_stream_of_just_what_it_shows_where_streams_are(
    reader: Reader, settings: Any, live_url: str, base: str, allowed: str
) -> None:
    settings.LIVE_URL = live_url
    response: Any = reader.client.get("/trending/?window=24h&genre=Drama")
    found = re.search(r'sse-connect="([^"]+)"', response.content.decode())
    assert bool(found) is bool(base)
    if found:
        assert found[1].startswith(base)
        topic = signing.loads(found[1].removeprefix(base), salt="lambdaserve.pages.live")
        assert topic == "trending?genre=Drama&limit=20&window=24h"
    policy = response["Content-Security-Policy"]
    assert (f"connect-src {allowed}" in policy) is (allowed != "'self'")
    assert "unsafe" not in policy


def test_operations_show_the_reports_of_the_admin(reader: Reader, admin_user: Any) -> None:
    reader.client.force_login(admin_user)
    text = reader.get("/operations/")
    assert "both layers together hold every hour" in text
    assert "batch_views.movie_view" in text
    assert "trending.history" in text
    assert "Nothing to show" not in text


def test_operations_show_what_there_is_without_redis(
    reader: Reader, admin_user: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader.client.force_login(admin_user)
    link = RedisLink(lambda: Redis(port=free_port(), retry=Retry(NoBackoff(), 0)), retry_seconds=60)
    monkeypatch.setattr(wiring, "redis_link", lambda: link)
    wiring.service.cache_clear()
    text = reader.get("/operations/")
    assert "Nothing to show" in text
    assert "both layers together hold every hour" in text
