"""Template filters that format values, and links to the page with other parameters."""

from __future__ import annotations

from typing import Any

import pytest
from django.template import Context

from pages.figures.tables import NOTHING
from pages.templatetags.display import address, ago, display, marked, moment, percent


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, NOTHING),
        ("", NOTHING),
        (0, "0 s"),
        (119, "119 s"),
        (120, "2 min"),
        (7_199, "120 min"),
        (7_200, "2 h"),
        (172_800, "2 d"),
    ],
)
def test_ago_uses_a_unit_from_two_upwards(seconds: Any, text: str) -> None:
    assert ago(seconds) == text


def test_missing_variables_are_shown_as_unknown() -> None:
    assert display("", "count") == percent("") == moment(None) == NOTHING
    assert display(0, "count") == "0"


def test_share_is_a_percentage() -> None:
    assert percent(0.934) == "93 %"


def test_moment_is_a_time_element_and_escaped() -> None:
    assert moment("2026-03-10T12:30:00Z") == ('<time datetime="2026-03-10T12:30:00Z">10 Mar 2026 12:30 UTC</time>')


@pytest.mark.parametrize(
    ("changes", "query"),
    [
        ({}, "?window=6h&genre=Drama"),
        ({"window": "24h"}, "?genre=Drama&window=24h"),
        ({"genre": None}, "?window=6h"),
        ({"window": None, "genre": None}, "?"),
    ],
)
def test_address_changes_parameters_and_drops_a_download(changes: dict[str, Any], query: str) -> None:
    context = Context({"query": "window=6h&download=x&genre=Drama"})
    assert address(context, **changes) == query


@pytest.mark.parametrize(
    ("text", "spans", "shown"),
    [
        ("The Matrix", [(4, 10)], "The <mark>Matrix</mark>"),
        ("Wall E", [(5, 6), (0, 4)], "<mark>Wall</mark> <mark>E</mark>"),
        ("abc", [], "abc"),
        ("<b>&'", [(0, 3)], "<mark>&lt;b&gt;</mark>&amp;&#x27;"),
        ("<b>&'", [(1, 2)], "&lt;<mark>b</mark>&gt;&amp;&#x27;"),
        ("🎬神隠し", [(1, 4)], "🎬<mark>神隠し</mark>"),
        ("abcdef", [(0, 3), (1, 2), (2, 5)], "<mark>abc</mark><mark>de</mark>f"),
        ("abc", [(2, 9), (5, 7)], "ab<mark>c</mark>"),
    ],
)
def test_marked_letters_are_code_points_and_every_text_is_escaped(
    text: str, spans: list[tuple[int, int]], shown: str
) -> None:
    found = marked(text, [{"start": start, "end": end} for start, end in spans])
    assert found == f"<bdi>{shown}</bdi>"
