"""Tables as HTML, as charts and as CSV."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pages.figures.tables import FORMATS, NOTHING, Column, Table, format_value

COLUMNS = (Column("title", "Title"), Column("votes", "Votes", "count"), Column("mood", "Mood", "score"))


def read(table: Table) -> list[list[str]]:
    return list(csv.reader(io.StringIO(table.as_csv())))


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "score", NOTHING),
        (1234567, "count", "1,234,567"),
        (-0.0514, "score", "−0.051"),
        (0.25, "score", "+0.250"),
        (8.456, "rating", "8.46"),
        (-3.96, "change", "−3.96"),
        (463517383, "dollars", "$463,517,383"),
        (136.0, "minutes", "136 min"),
        ("2026-11-24", "date", "24 Nov 2026"),
        ("2026-11-24T14:00:00Z", "hour", "24 Nov 2026 14:00"),
        ("merged", "source", "both"),
        (["Drama", "Crime"], "text", "Drama, Crime"),
        ("Spider-Man", "text", "Spider-Man"),
        (603, "id", "603"),
    ],
)
def test_values_are_formatted_by_kind(value: Any, kind: str, text: str) -> None:
    assert format_value(value, kind) == text


def test_unknown_value_is_a_dash_for_every_kind() -> None:
    assert {format_value(None, kind) for kind in FORMATS} == {NOTHING}


def test_csv_has_a_heading_and_unformatted_numbers() -> None:
    table = Table("t", "T", COLUMNS, [{"title": 'A "b", c', "votes": 1234, "mood": -0.123456789}, {"title": None}])
    assert read(table) == [["title", "votes", "mood"], ['A "b", c', "1234", "-0.123456789"], ["", "", ""]]


@given(st.text(), st.lists(st.text(max_size=5), max_size=3))
@example("\t=", [])
@example("\r@", ["\t+"])
def test_csv_text_is_never_a_formula_and_stays_in_its_cell(title: str, genres: list[str]) -> None:
    columns = (Column("title", "Title"), Column("genres", "Genres"))
    text = Table("t", "T", columns, [{"title": title, "genres": genres}]).as_csv()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == 2
    assert len(rows[1]) == 2
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in rows[1])
    assert rows[1][0].replace("'", "") == title.replace("'", "")


FORMULAS = [
    "=1+1",
    " =1+1",
    "\ufeff=1+1",
    "\u200b@SUM(A1)",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹦1",
    "−1",
    "x;=1+1;y",
    "x; =1+1",
    'x;"=1+1";y',
    "x\t=1+1",
    "x|=1+1",
    "x\r\n=1+1",
    "x,＝1+1",
]


@pytest.mark.parametrize("title", FORMULAS)
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_csv_text_is_no_formula_in_any_dialect(title: str, delimiter: str) -> None:
    text = Table("t", "T", COLUMNS, [{"title": title}]).as_csv()
    for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
        for cell in row:
            begins = unicodedata.normalize("NFKC", cell.strip(' "\ufeff\u200b\r\n'))[:1]
            assert begins not in ("=", "+", "-", "@", "−"), row


def test_csv_keeps_negative_numbers() -> None:
    assert read(Table("t", "T", COLUMNS, [{"title": "-5", "votes": -5, "mood": -1.5}]))[1] == ["'-5", "-5", "-1.5"]


def test_gaps_are_joined_into_one_attribute() -> None:
    gaps: list[Mapping[str, str | None]] = [
        {"start": None, "end": "2026-11-24T00:00:00Z"},
        {"start": "2026-11-24T03:00:00Z", "end": "2026-11-24T04:00:00Z"},
    ]
    table = Table("t", "T", COLUMNS, [], gaps=gaps)
    assert table.gap_spans == "/2026-11-24T00:00:00Z 2026-11-24T03:00:00Z/2026-11-24T04:00:00Z"
