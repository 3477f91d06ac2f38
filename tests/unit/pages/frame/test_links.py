"""Every name has an address of its own, whatever it holds."""

from __future__ import annotations

import pytest
from django.urls import resolve

from pages.frame.links import api_url, decade_url, genre_url, person_url


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("Tom Hanks", "/people/Tom%20Hanks/"),
        ("AC/DC", "/people/AC%2FDC/"),
        ("a\n b", "/people/a%20b/"),
        ("<b>&'\"?#%", "/people/%3Cb%3E%26%27%22%3F%23%25/"),
        ("\ud800", "/people/%3F/"),
        (" ", "/people/"),
    ],
)
def test_person_has_a_page_and_an_answer(name: str, page: str) -> None:
    assert person_url(name) == page
    answer = "/people/" if page == "/people/" else page.removesuffix("/")
    assert api_url(name) == "/api/v1" + answer


def test_addresses_lead_to_the_page() -> None:
    assert resolve("/people/AC/DC/").kwargs == {"name": "AC/DC"}
    assert resolve("/people/AC/DC//").kwargs == {"name": "AC/DC/"}
    assert resolve("/people/").url_name == "pages-people"


@pytest.mark.parametrize(
    ("name", "page"),
    [
        ("Science Fiction", "/genres/Science%20Fiction/"),
        ("a&b=$c/<d>", "/genres/a%26b%3D%24c%2F%3Cd%3E/"),
        ("\ud800", "/genres/%3F/"),
    ],
)
def test_genre_has_a_page(name: str, page: str) -> None:
    assert genre_url(name) == page


def test_decade_has_a_page() -> None:
    assert decade_url(1990) == "/decades/1990/"
    assert resolve("/genres/a/b/").kwargs == {"name": "a/b"}
