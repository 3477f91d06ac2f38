"""The about page and the two API documentation pages: their links work, and nothing is loaded from elsewhere."""

from __future__ import annotations

import re

import pytest
from django.test import Client

_REFERENCE = re.compile(r"""(?:href|src|spec-url|data-url)=["']([^"']+)["']""")
PAGES = ["/about/", "/api/docs/", "/api/redoc/"]


def references(client: Client, page: str) -> list[str]:
    text = client.get(page).content.decode().replace('<link rel="canonical" href="http://testserver', "<")
    return [found.replace("&amp;", "&") for found in _REFERENCE.findall(text)]


@pytest.mark.parametrize("page", PAGES)
def test_every_reference_is_local(client: Client, page: str) -> None:
    found = references(client, page)
    assert len(found) >= 3
    assert all(re.match(r"/(?!/)|#", reference) for reference in found), found


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.django_db
def test_every_referenced_file_and_page_exists(
    client: Client, page: str, indexed_database: object, redis_client: object
) -> None:
    for reference in references(client, page):
        if not reference.startswith(("/api/v1/", "#")):
            answer = client.get(reference, follow=True)
            assert answer.status_code == 200, reference
            answer.close()


def test_suggested_requests_exist_in_the_api(client: Client) -> None:
    from django.urls import resolve

    suggested = [found for found in references(client, "/about/") if found.startswith("/api/v1/")]
    assert len(suggested) >= 6
    for reference in suggested:
        assert resolve(reference.partition("?")[0]).url_name


@pytest.mark.parametrize("page", PAGES)
def test_pages_have_no_inline_scripts_or_styles(client: Client, page: str) -> None:
    text = client.get(page).content.decode()
    assert not re.search(r"<script(?![^>]*\ssrc=)", text)
    assert "<style" not in text
    assert not re.search(r"\son[a-z]+=|\sstyle=|javascript:", text)


def test_content_security_policy_allows_only_this_origin(client: Client) -> None:
    policy = client.get("/about/").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


@pytest.mark.parametrize("page", PAGES[1:])
def test_documentation_pages_loosen_the_policy_for_styles_only(client: Client, page: str) -> None:
    parts = dict(
        part.strip().partition(" ")[::2] for part in client.get(page).headers["Content-Security-Policy"].split(";")
    )
    assert "'unsafe-inline'" in parts.pop("style-src")
    assert "unsafe" not in "".join(parts.values())


def test_post_is_refused(client: Client) -> None:
    assert client.post("/about/").status_code == 405
