"""Inputs of answers about people, from documents of movies."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from merger.core.windows import HOUR
from merger.views.reading import ViewInputs
from search.reading import SearchIndex
from search.texts import MovieTexts
from tests.unit.inputs import Raw, at, view_inputs
from tests.unit.search.questions.sample_index import index_of

NOW = at("2026-03-10 10:30")
OPEN = at("2026-03-10 10:00")
COVERED = at("2026-03-10 00:00")


def inputs_of(
    lookup: Callable[[SearchIndex], Any], catalogue: list[Raw], hours: Iterable[Raw] = (), unknown: Iterable[Raw] = ()
) -> ViewInputs:
    """The inputs of an answer.

    Args:
        lookup: what the index is asked.
        catalogue: documents that the catalogue holds; the index has all movies among them.
        hours: documents of the speed layer.
        unknown: documents that the index has besides.
    """
    known = (each for each in (*catalogue, *unknown) if each["view_type"] == "movie_details")
    index = index_of(*(MovieTexts.of(each["movie_id"], each["data"]) for each in known))
    return replace(view_inputs(NOW, catalogue=catalogue, hours=hours), found=lookup(index))


def hours_ago(number: int) -> Any:
    """The start of an hour."""
    return OPEN - number * HOUR
