"""Pages over the real stores: their numbers are the API's."""

from __future__ import annotations

import re
from html import escape
from typing import Any
from urllib.parse import quote, unquote

import pytest

from merger import wiring
from pages.figures import words
from pages.figures.tables import format_value
from tests.api.documents import movie
from tests.api.healthy_world import MOVIE
from tests.pages.reader import PAGES, Reader, Tables


def texts(*values: Any) -> list[str]:
    return ["" if value is None else str(value) for value in values]


@pytest.mark.parametrize("page", PAGES)
def test_healthy_page_has_no_notices_and_no_inline_code(reader: Reader, page: str) -> None:
    text = reader.get(page)
    assert not re.search(r'class="notice (error|late|stale)', text)
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", text)


def test_movie_page_shows_the_apis_numbers(reader: Reader) -> None:
    page = f"/movies/{MOVIE}/?window=7d"
    text = reader.get(page)
    details, stats = (reader.api.body(f"movies/{MOVIE}{end}") for end in ("", "/stats"))
    sentiment = reader.api.body(f"movies/{MOVIE}/sentiment")["sentiment"]
    for shown in (
        f"<dd>{format_value(details['vote_average'], 'decimal')} <span",
        f"<dd>{format_value(details['popularity'], 'decimal')}</dd>",
        f'<dd class="words">{words.sentiment(sentiment["overall_score"])}</dd>',
        f"{format_value(sentiment['overall_score'], 'score')} from −1 to +1",
    ):
        assert shown in text
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
    assert [(row["hour"], row["popularity"]) for row in reader.csv(page, "popularity")] == [
        (point["hour"], str(point["popularity"])) for point in stats["stats"][::-1]
    ]
    drawn = Tables(text).attributes["sentiment"]
    assert drawn["data-cutoff"] == timeline["freshness"]["cutoff"]


def test_movie_page_leaves_out_what_is_not_known(reader: Reader) -> None:
    bare: dict[str, Any] = {
        "genres": [],
        "cast": [],
        "runtime": None,
        "budget": 0,
        "revenue": None,
        "overview": "A film from 1999.",
    }
    reader.api.load(movie(9, "Bare", **bare, original_language="xx", vote_count=0, popularity=None))
    reader.api.forget()
    text = reader.get("/movies/9/")
    for absent in (
        "Budget",
        "Revenue",
        "Length",
        "Language",
        "Popularity<",
        "often works with",
        "A film from",
        "Directed by",
    ):
        assert absent not in text
    for present in ('src="/movies/9/card.svg?v=', "no votes yet", "no reviews yet", 'href="/decades/1990/"'):
        assert present in text


def test_movie_page_shows_facts_and_leads_to_genre_and_decade(reader: Reader) -> None:
    reader.api.load(movie(9, "Odd", genres=["a/b $<i>"], overview="Once upon a time.", original_language="cn"))
    reader.api.forget()
    text = reader.get("/movies/9/")
    for shown in ("Cantonese", "139 min", "$63,000,000", "Once upon a time.", 'href="/genres/a%2Fb%20%24%3Ci%3E/"'):
        assert shown in text
    assert "a/b $&lt;i&gt;" in reader.get("/genres/a%2Fb%20%24%3Ci%3E/")


def test_trending_page_shows_the_apis_ranking(reader: Reader) -> None:
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


def test_analytics_page_shows_the_apis_numbers(reader: Reader) -> None:
    page = "/analytics/?genre=Drama&compare=drama&metric=sentiment"
    points = reader.api.body("analytics/trends", {"metric": "sentiment", "genre": "Drama"})["data_points"]
    assert reader.rows(page, "trend") == [texts(p["date"], p["value"], p["count"], p["data_source"]) for p in points]
    of_year = reader.api.body("analytics/genre/Drama", {"year": "2030"})["statistics"]
    ((year, movies, rating, sentiment, _),) = reader.rows(page, "genre")
    assert (year, int(movies)) == ("2030", of_year["total_movies"])
    assert float(rating) == pytest.approx(of_year["avg_rating"])
    assert float(sentiment) == pytest.approx(of_year["avg_sentiment"])
    tiers = reader.api.body("analytics/sentiment/comparison", {"genre": "Drama"})["tiers"]
    assert [row[2] for row in reader.rows(page, "tiers")] == [
        str(each["total_reviews"]) for each in tiers.values() if each["count"]
    ]
    every = reader.api.body("analytics/genre/Drama")["statistics"]
    ((name, *numbers),) = reader.rows(page, "comparison")
    assert (name, numbers[3]) == ("Drama", str(every["total_movies"]))
    by_month = reader.rows("/analytics/?genre=Drama&year=2030", "genre")
    assert [row[0] for row in by_month] == ["2030-01", "2030-02"]


def test_ranking_of_a_genre_without_movies_leads_to_longer_windows(reader: Reader) -> None:
    reader.api.load(movie(9, "Odd", genres=["Horror"]))
    reader.api.forget()
    text = reader.get("/trending/?window=1h&genre=Horror")
    assert "No Horror movie is trending in the last hour." in text
    assert 'href="/trending/?window=24h&amp;genre=Horror"' in text


def test_trending_page_shows_the_hours_of_its_window(reader: Reader) -> None:
    assert len(reader.rows("/trending/?window=48h", "scores")) == 48
    assert "48 hours</th>" in reader.get("/trending/?window=48h")


def test_analytics_compares_all_genres_until_some_are_chosen(reader: Reader) -> None:
    text = reader.get("/analytics/")
    genres = [each["genre"] for each in reader.api.body("search/genres")["genres"]]
    assert all(f'">{genre}</a> <svg class="bar-of"' in text for genre in genres)
    chosen = reader.get("/analytics/?compare=Drama")
    assert [genre for genre in genres if f'">{genre}</a> <svg class="bar-of"' in chosen] == ["Drama"]


def test_pages_and_api_share_cache_entries(reader: Reader) -> None:
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
    computed = answers_computed()
    reader.get(f"/movies/{MOVIE}/")
    assert answers_computed() - computed == 3  # the lifetime sentiment, the collaborators, and similar movies
    reader.get("/trending/")
    assert answers_computed() - computed == 4  # the hourly scores
    reader.get("/")
    assert reader.api.get("trending/movies?limit=50")["X-Cache"] == "HIT"
    assert reader.api.get(f"movies/{MOVIE}/sentiment?window=48h")["X-Cache"] == "HIT"


def answers_computed() -> int:
    return sum(number for (_, outcome), number in wiring.service().cache.counts.all().items() if outcome == "miss")


def test_search_matches_the_api_and_htmx_gets_only_results(reader: Reader) -> None:
    (hit,) = reader.api.body("search/movies", {"q": "fight"})["results"]
    text = reader.get("/search/?q=fight&genre=&year_from=")
    assert f'href="/movies/{hit["movie_id"]}/"' in text
    part = reader.get("/search/?q=fight", HX_Target="found")
    assert "<html" not in part
    assert f'href="/movies/{hit["movie_id"]}/"' in part
    assert "No movie matches your search" in reader.get("/search/?q=zzzz")


def test_operations_page_shows_all_reports(reader: Reader, admin_user: Any) -> None:
    reader.client.force_login(admin_user)
    text = reader.get("/operations/")
    assert "together, both layers hold every hour" in text
    assert "batch_views.movie_view" in text
    assert "trending.history" in text
    assert "Nothing to show" not in text


def test_person_page_shows_the_apis_numbers_and_leads_to_movies_and_people(reader: Reader) -> None:
    reader.api.load(movie(9, "Odd & <b>", cast=["Edward Norton", "A/B", "!!!"], directors=["Ánn Lee"]))
    reader.api.forget()
    text = reader.get("/people/edward-norton/")
    body = reader.api.body("people/Edward Norton")
    assert f"<dd>{format_value(body['mean_rating']['value'], 'rating')}</dd>" in text
    assert f"<dd>{format_value(body['mean_sentiment']['value'], 'score')}</dd>" in text
    assert body["notes"][0] in text
    for address in (f"/movies/{MOVIE}/", "/people/A%2FB/", "/people/%C3%81nn%20Lee/", "/api/v1/people/edward-norton"):
        assert f'href="{address}"' in text
    rows = reader.csv("/people/edward-norton/?sort_by=title&direction=desc", "movies")
    assert [row["title"] for row in rows] == ["Odd & <b>", "Fight Club"]
    for name in ("A%2FB", "%C3%81nn%20Lee", "%21%21%21"):
        assert "Odd &amp; &lt;b&gt;" in reader.get(f"/people/{name}/")


def test_every_name_of_a_movies_page_leads_to_a_person(reader: Reader) -> None:
    reader.api.load(movie(9, "Odd", cast=["Edward Norton", "A/B"], directors=["Ánn Lee"]))
    reader.api.load(movie(10, "Other", cast=["Brad Pitt"]))
    reader.api.forget()
    found = re.findall(r'href="(/people/[^"]+)"', reader.get("/movies/9/"))
    assert {"/people/Edward%20Norton/", "/people/A%2FB/", "/people/%C3%81nn%20Lee/"} <= {*found}
    assert "/people/Brad%20Pitt/" in found  # a collaborator
    assert "/people/Helena%20Bonham%20Carter/" not in found  # in a network alone, so without a page
    for address in {*found}:
        reader.get(address)
    assert '<a href="/people/A%2FB/"><mark>' in reader.get("/search/?q=a/b")


def test_an_address_without_its_slash_leads_to_the_one_with_it(reader: Reader) -> None:
    names = ("Edward Norton", "A/B", "J.J. Abrams", "100%", "a?b#c", "Ánn;x", "a//b")
    reader.api.load(movie(9, "Odd", cast=[*names]))
    reader.api.forget()
    for name in names:
        found = reader.client.get(f"/people/{quote(name, safe='')}?sort_by=title")
        assert found.status_code == 301, name
        address, _, query = found.headers["Location"].partition("?")
        assert (unquote(address), query) == (f"/people/{name}/", "sort_by=title")
        assert f"<h1>{escape(name)}</h1>" in reader.get(found.headers["Location"])
        assert reader.client.get(f"/api/v1/people/{quote(name, safe='')}").status_code == 200


def test_people_are_found_and_unknown_ones_lead_to_similar_names(reader: Reader) -> None:
    assert '<a href="/people/Edward%20Norton/">Edward Norton</a>' in reader.get("/people/?q=nort")
    assert reader.get("/people/?q=nort").count('value="nort"') == 1  # not in the header's field, which finds movies
    assert "These are similar" in reader.get("/people/?q=nortom")
    assert "No person has this name" in reader.get("/people/?q=zzzzz")
    assert '<a href="/people/Edward%20Norton/">Edward Norton</a>' in reader.get("/people/Edward%20Norten/", status=404)
    assert "<h1" not in reader.get("/people/?q=nort", HX_Target="found")
    assert "no movies on this page" in reader.get("/people/edward%20norton/?offset=40")


@pytest.mark.parametrize("page", [page for page in PAGES if not page.startswith("/fragments/")])
def test_every_page_says_what_visitors_should_know_about_the_data(reader: Reader, settings: Any, page: str) -> None:
    settings.DATA_NOTICE, settings.DATA_CREDIT = "Reviews are <simulated>.", "Facts: an archive."
    text = reader.get(page)
    assert "Reviews are &lt;simulated&gt;." in text
    assert "Facts: an archive." in text
