"""The pages of people: finding them by name, and one person with their movies."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from pages.figures import charts
from pages.frame.links import api_url
from pages.frame.page import BrowserPage
from pages.frame.paging import paging
from pages.frame.parts import load_part
from people.selectors import people_list, person_get, person_movies_list
from people.serializers import PeopleParameters, PersonMoviesParameters
from people.works import OrderBy


class People(BrowserPage):
    """Finds people by name while the visitor types."""

    template = "pages/people.html"
    parameters = PeopleParameters
    fields = ("q",)
    data_view = "people"
    data_parameters = ("q", "limit", "offset")

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        found = load_part(lambda: people_list(**values))
        return {"found": found, "asked": values, "pages": paging(found, values), "main": found}

    def _template(self, request: HttpRequest) -> str:
        return "pages/parts/people.html" if request.headers.get("HX-Target") == "found" else self.template


class Person(BrowserPage):
    """A person: their movies in an order, means, who they work with, and what trends."""

    template = "pages/person.html"
    parameters = PersonMoviesParameters
    fields = ("sort_by",)
    subject = "This person"

    def data_path(self, **path: str) -> str:
        return api_url(path["name"])

    def content(self, values: dict[str, Any], **path: str) -> dict[str, Any]:
        person = load_part(lambda: person_get(name=path["name"]))
        movies = load_part(lambda: person_movies_list(name=path["name"], **values))
        name = (person.data or movies.data or path)["name"]
        return {
            "person": person,
            "movies": movies,
            "name": name,
            "values": values,
            "orders": [(each.value, each.value.replace("_", " ").capitalize()) for each in OrderBy],
            "pages": paging(movies, values),
            "movies_table": movies.map(charts.person_movies),
            "main": person,
        }
