"""The pages of genres and decades show the API's numbers, and lead to their movies and each other."""

from __future__ import annotations

import pytest

from pages.figures.tables import format_value
from tests.api.documents import movie
from tests.pages.reader import Reader


def test_genre_page_shows_the_apis_numbers(reader: Reader) -> None:
    text = reader.get("/genres/drama/")
    body = reader.api.body("analytics/genre/Drama")
    assert "<h1>Drama</h1>" in text
    assert f"<dd>{format_value(body['statistics']['avg_rating'], 'decimal')} <span" in text
    assert f"<dd>{format_value(body['statistics']['total_movies'], 'count')}</dd>" in text
    (trending,) = reader.api.body("trending/movies", {"genre": "Drama", "window": "24h", "limit": "1"})[
        "trending_movies"
    ]
    assert f'href="/movies/{trending["movie_id"]}/"' in text
    years = reader.csv("/genres/drama/", "genre")
    assert sum(int(row["total_movies"]) for row in years) == body["statistics"]["total_movies"]


def test_best_rated_have_votes_enough(reader: Reader) -> None:
    reader.api.load(movie(8, "Loved by one", genres=["Odd"], vote_average=10.0, vote_count=1))
    reader.api.load(movie(9, "Loved by many", genres=["Odd"], vote_average=9.0, vote_count=5000))
    reader.api.forget()
    best, voted = reader.get("/genres/odd/").split("Most votes")
    assert "Loved by many" in best.partition("Best rated")[2]
    assert "Loved by one" not in best.partition("Best rated")[2]
    assert voted.index("Loved by many") < voted.index("Loved by one")


def test_all_genres_and_decades_are_listed_with_their_pages(reader: Reader) -> None:
    reader.api.load(movie(9, "Old", genres=["a/b"], release_date="1927-01-10"))
    reader.api.forget()
    text = reader.get("/genres/")
    for address in ("/genres/Drama/", "/genres/a%2Fb/", "/decades/1920/", "/decades/1990/"):
        assert f'href="{address}"' in text


def test_decade_holds_its_movies_and_leads_to_others(reader: Reader) -> None:
    reader.api.load(movie(8, "Metropolis <b>", release_date="1927-01-10", vote_count=700, vote_average=8.0))
    reader.api.load(movie(9, "Stagecoach", release_date="1939-03-02", vote_count=300))
    reader.api.forget()
    text = reader.get("/decades/1920/")
    assert "1 movie from 1920 to 1929" in text
    assert "Metropolis &lt;b&gt;" in text
    assert "Stagecoach" not in text
    assert 'href="/decades/1930/"' in text
    assert 'href="/decades/1910/"' not in text
    between = reader.get("/decades/1930/")
    assert 'href="/decades/1920/"' in between
    assert 'href="/decades/1990/"' in between
    reader.get("/decades/1940/", 404)


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("/genres/", "/api/v1/search/genres"),
        ("/genres/drama/", "/api/v1/analytics/genre/drama"),
        (
            "/decades/1990/",
            "/api/v1/search/movies?year_from=1990&amp;year_to=1999&amp;sort_by=popularity&amp;limit=100",
        ),
    ],
)
def test_genres_and_decades_link_to_their_data(reader: Reader, page: str, address: str) -> None:
    assert f'<a href="{address}">This page’s data (JSON)' in reader.get(page)
    assert reader.client.get(address.replace("&amp;", "&")).status_code == 200
