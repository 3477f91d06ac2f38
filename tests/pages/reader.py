"""A visitor of the pages, and the tables that they see."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import Any

from django.test import Client

from tests.api.conftest import Api
from tests.api.healthy_world import MOVIE

PAGES = (
    "/",
    "/trending/?window=24h",
    f"/movies/{MOVIE}/?window=7d",
    "/analytics/?genre=Drama&compare=Crime&metric=sentiment",
    "/search/?q=fight",
    "/people/?q=norton",
    "/people/Edward%20Norton/?sort_by=title",
    "/genres/",
    "/genres/drama/",
    "/decades/1990/",
    "/quality/",
    "/about/",
    "/fragments/trending/",
    f"/fragments/movie/?movie_id={MOVIE}",
    "/fragments/freshness/",
)


class Tables(HTMLParser):
    """The tables of a page, by id: rows of raw values (``data-v``)."""

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
    """A visitor's browser, over the API's stores."""

    def __init__(self, api: Api) -> None:
        self.api = api
        self.client = Client(raise_request_exception=False)

    def get(self, path: str, status: int = 200, **headers: str) -> str:
        response: Any = self.client.get(path, headers=headers)
        assert response.status_code == status, response.content[:3000]
        return str(response.content.decode())

    def rows(self, path: str, table: str) -> list[list[str]]:
        """A table's rows without the heading, as raw values."""
        return [row for row in Tables(self.get(path)).by_id[table] if row]

    def csv(self, path: str, table: str) -> list[dict[str, str]]:
        text = self.get(f"{path}{'&' if '?' in path else '?'}download={table}")
        return list(csv.DictReader(io.StringIO(text)))
