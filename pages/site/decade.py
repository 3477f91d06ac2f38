"""The page of a decade: its best movies and those with most votes."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from merger.errors import NotFound
from merger.wiring import asked_service
from movies.selectors import movie_search_list
from pages.figures import shelves
from pages.figures.decades import decades_of
from pages.frame.page import BrowserPage
from pages.frame.parts import load_part
from pages.site.genre import LOOKED_THROUGH

_YEARS: Final = 10
_NEAR: Final = 3


class Decade(BrowserPage):
    """A decade: its best movies and those with most votes, and the decades beside it."""

    template = "pages/decade.html"
    subject = "This decade"

    def data_path(self, **path: Any) -> str:
        years = {"year_from": path["decade"], "year_to": path["decade"] + _YEARS - 1}
        return f"{reverse('search-movies')}?{urlencode({**years, 'sort_by': 'popularity', 'limit': LOOKED_THROUGH})}"

    def content(self, values: dict[str, Any], **path: Any) -> dict[str, Any]:
        decade: int = path["decade"]
        last = decade + _YEARS - 1
        # The answer comes first: it loads the catalogue, if nothing has yet.
        popular = load_part(
            lambda: movie_search_list(year_from=decade, year_to=last, sort_by="popularity", limit=LOOKED_THROUGH)
        )
        catalogue = asked_service().catalogue_at_hand
        known = {} if catalogue is None else decades_of(catalogue.movies)
        if decade % _YEARS or (known and decade not in known):
            near = sorted(known, key=lambda each: (abs(each - decade), each))[:_NEAR]
            raise NotFound("decade", decade, [str(each) for each in near])
        movies = popular.list_of("results")
        return {
            "popular": popular,
            "decade": decade,
            "last": last,
            "total": (popular.data or {}).get("total_results"),
            "before": max((each for each in known if each < decade), default=None),
            "after": min((each for each in known if each > decade), default=None),
            "best": shelves.best_rated(movies),
            "voted": shelves.most_voted(movies),
            "main": popular,
        }
