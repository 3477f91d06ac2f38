"""Forms with bad or contradictory values: the form, its other values and the rest of the page stay."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests.api.healthy_world import MOVIE
from tests.pages.reader import Reader

LINK = f'href="/movies/{MOVIE}/"'
CHART = 'id="table-trend"'
CASES = [
    ("/search/?q=fight&year_from=2020&year_to=2000", "year_to", "must not be before “Year from”.", 'value="2020"'),
    ("/search/?rating_min=8&rating_max=2&q=fight", "rating_max", "“Rating to” must not be below", 'value="fight"'),
    ("/search/?year_from=1700&q=fight", "year_from", "“1700” can’t be used here. Enter a whole number", LINK),
    ("/search/?rating_min=-1", "rating_min", "Enter a number from 0 to 10.", 'value="-1"'),
    ("/search/?rating_min=1e1", "rating_min", "“1e1”", 'value="1e1"'),
    ("/search/?sort_by=fame&q=fight", "sort_by", "Choose one of", LINK),
    ("/search/?direction=up", "direction", "Choose one of asc, desc.", LINK),
    ("/search/?genre=Dramma&q=fight", "genre", 'Did you mean <a href="?genre=Drama&q=fight">', 'value="fight"'),
    (
        "/search/?q=fight&year_to=x&genre=Dramma",
        "genre",
        "no genre “Dramma”.",
        '"fault-year_to" aria-live="polite">“x”',
    ),
    ("/search/?q=%00fight", "q", "Enter words of titles", LINK),
    (f"/search/?q={'x' * 201}", "q", "of 1 to 200 characters.", LINK),
    ("/search/?q=fight&q=club", "q", "Enter one value, not 2.", LINK),
    ("/search/?genre=%3Cb%3E", "genre", "There is no genre “<b>”.", LINK),
    ("/trending/?window=3y&genre=Drama", "window", "Enter a number of hours", "<option selected>Drama</option>"),
    ("/trending/?window=24h&genre=Dramma", "genre", "no genre “Dramma”. Did you mean", 'aria-current="true">24h'),
    (f"/movies/{MOVIE}/?window=all", "window", "“all” can’t be used here.", "Fight Club"),
    (f"/movies/{MOVIE}/?window=0d", "window", "Enter a number of hours or days", "Fight Club"),
    ("/people/Edward%20Norton/?sort_by=fame", "sort_by", "Choose one of", LINK),
    (f"/people/?q={'x' * 201}", "q", "of 1 to 200 characters", "Edward Norton"),
    ("/analytics/?compare=Drama,Drame&window=7d", "compare", "no genre “Drame”.", "<option selected>7d</option>"),
    ("/analytics/?compare=a,b,c,d,e,f,Drama", "compare", "At most 6 genres can be compared. Left out: “Drama”.", CHART),
    ("/analytics/?window=soon&genre=Drama", "window", "“soon”", "<option selected>Drama</option>"),
    ("/analytics/?metric=fame", "metric", "Choose one of", CHART),
    ("/analytics/?genre=Drama&year=0", "year", "Enter a whole number", CHART),
    ("/analytics/?genre=Dramma&metric=sentiment", "genre", "no genre “Dramma”.", "<option selected>sentiment</option>"),
]


@pytest.mark.parametrize(("path", "field", "said", "kept"), CASES)
def test_a_fault_is_said_beside_its_field_and_the_rest_stays(
    reader: Reader, path: str, field: str, said: str, kept: str
) -> None:
    text = reader.get(path, 400)
    place = re.search(rf'<span class="errorlist" id="fault-{field}"[^>]*>(.*?)</span>', text)
    assert place
    assert said in unescape(place[1])
    assert kept in text
    assert "year_to takes" not in text
    assert "<b>" not in text
    if f'id="field-{field}"' in text:  # a switch is none
        assert f'aria-describedby="fault-{field}" aria-invalid="true"' in text


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/search/?limit=0&q=fight", "limit"),
        ("/search/?offset=-1&q=fight", "offset"),
        ("/trending/?limit=many", "limit"),
        ("/people/?offset=x", "offset"),
        ("/people/edward%20norton/?limit=x", "limit"),
        ("/people/edward%20norton/?direction=up", "direction"),
        ("/analytics/?genre=Drama&month=3", "month"),
    ],
)
def test_a_fault_of_a_value_without_a_field_is_said_above_the_page(reader: Reader, path: str, name: str) -> None:
    text = reader.get(path, 400)
    assert f"In the address, <code>{name}</code>: " in text
    assert LINK in text or "Edward Norton" in text or CHART in text
    assert f"{name}=" not in (re.findall(r'type="application/json" href="([^"]*)"', text) or [""])[0]


@pytest.mark.parametrize("path", ["/", "/about/", "/genres/", "/genres/drama/", "/decades/1990/", "/trending/"])
def test_foreign_parameters_are_no_fault(reader: Reader, path: str) -> None:
    reader.get(f"{path}?utm_source=mail&completeness=x&explain=2&year_to=x")


def test_results_that_are_swapped_bring_the_faults_of_the_form(reader: Reader) -> None:
    text = reader.get("/search/?q=fight&year_from=2020&year_to=2000", 400, HX_Target="found")
    assert "<html" not in text
    assert re.search(r'id="fault-year_to" [^>]*hx-swap-oob="innerHTML">“Year to” must not', text)
    assert re.search(r'id="fault-year_from" [^>]*hx-swap-oob="innerHTML"></span>', text)  # an older one goes
    assert 'hx-swap-oob="innerHTML">“' in reader.get(f"/people/?q={'x' * 201}", 400, HX_Target="found")
    assert "hx-swap-oob" not in reader.get("/search/?q=fight", HX_Target="suggestions")


def test_a_movies_number_that_is_none_is_no_movie(reader: Reader) -> None:
    for text in ("abc", "-1", "9" * 30):
        assert f"There is no movie &#x27;{text}&#x27;" in reader.get(f"/movies/{text}/", 404)


def test_a_table_is_not_downloaded_for_other_values_than_the_visitors(reader: Reader) -> None:
    assert "<!DOCTYPE html>" in reader.get("/trending/?download=trending&window=3y", 400)


def test_hours_known_as_whole_days_alone_are_shown_by_day(reader: Reader) -> None:
    path = f"movies/{MOVIE}/sentiment"
    points = reader.api.body(path, {"window": "72h"})["breakdown"]
    assert {"hour" in point for point in points} == {True, False}
    rows = reader.rows(f"/movies/{MOVIE}/?window=72h", "sentiment")
    days = reader.api.body(path, {"window": "72h", "granularity": "day"})["breakdown"]
    assert [row[0] for row in rows] == [point["date"] for point in days]
