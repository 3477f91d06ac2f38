"""The page of a decade holds its movies alone, and leads to the decades beside it."""

from __future__ import annotations

from tests.api.documents import movie
from tests.pages.reader import Reader


def test_decade_holds_its_movies_and_leads_to_others(reader: Reader) -> None:
    reader.api.load(movie(8, "Metropolis <b>", release_date="1927-01-10", vote_count=700, vote_average=8.0))
    reader.api.load(movie(9, "Stagecoach", release_date="1939-03-02", vote_count=300))
    reader.api.forget()
    text = reader.get("/decades/1920/")
    assert "1 movie of the years 1920 to 1929" in text
    assert "Metropolis &lt;b&gt;" in text
    assert "Stagecoach" not in text
    assert 'href="/decades/1930/"' in text
    assert 'href="/decades/1910/"' not in text
    between = reader.get("/decades/1930/")
    assert 'href="/decades/1920/"' in between
    assert 'href="/decades/1990/"' in between
    reader.get("/decades/1940/", 404)
