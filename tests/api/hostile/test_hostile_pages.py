"""Foreign text, stored names and words of the address alike, stays text on every page.

Requirement S5.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client
from django.utils.html import escape
from django.utils.translation import trans_real

from lambdaserve.access.models import ApiKey
from tests.api.conftest import Api
from tests.api.documents import OPEN_HOUR, actor, genre_month, movie, speed_trending

pytestmark = pytest.mark.django_db
SCRIPTS = (
    "<script>alert(1)</script>",
    "\"'><img src=x onerror=alert(1)>",
    "</script><svg onload=alert(1)>",
    "{{ 7|add:7 }}{% now 'Y' %}",
    "javascript:alert(1)//<b>",
)


def assert_only_text(response: Any, script: str) -> None:
    """Checks that a response is a page on which the script is plain text, or is not a page."""
    kind = response.headers["Content-Type"].partition(";")[0]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    if kind in ("application/json", "application/problem+json", "application/vnd.oai.openapi"):
        return
    assert kind == "text/html"
    assert "default-src 'self'" in response.headers["Content-Security-Policy"]
    page = response.content.decode()
    assert [part for part in (script, "<img src=x", "<svg onload", "<b>") if "<" in part and part in page] == []
    assert 'href="javascript:' not in page


@pytest.mark.parametrize("script", SCRIPTS)
def test_stored_names_are_text_in_the_admin(script: str, admin_client: Client) -> None:
    user = User.objects.create_user(script, first_name=script, email=script)
    group = Group.objects.create(name=script)
    sent = {"name": script, "scopes": ["read"], "owner": user.pk}
    made: Any = admin_client.post("/admin/access/apikey/add/", sent, follow=True)
    assert made.status_code == 200
    assert_only_text(made, script)
    key = ApiKey.objects.get()
    assert key.name == script.strip()
    again: Any = admin_client.post(
        "/admin/access/apikey/", {"action": "revoke", "_selected_action": [key.pk]}, follow=True
    )
    assert_only_text(again, script)
    for model, pk in (("access/apikey", key.pk), ("auth/user", user.pk), ("auth/group", group.pk)):
        for page in ("", f"{pk}/change/", f"{pk}/delete/", f"{pk}/history/"):
            found: Any = admin_client.get(f"/admin/{model}/{page}")
            assert found.status_code == 200
            assert_only_text(found, script)
    for page in ("", "autocomplete/?app_label=access&model_name=apikey&field_name=owner"):
        assert_only_text(admin_client.get(f"/admin/{page}"), script)


@pytest.mark.parametrize("script", SCRIPTS)
def test_words_of_the_address_are_text_on_every_page(script: str, client: Client, api: Api) -> None:
    word = quote(script, safe="")
    for path in (
        f"?q={word}",
        f"trending/?genre={word}",
        f"trending/?window={word}",
        f"movies/{word}/",
        f"movies/603/?actor={word}&window={word}",
        f"analytics/?genre={word}&compare={word}",
        f"analytics/?metric={word}",
        f"search/?q={word}&genre={word}",
        f"people/?q={word}",
        f"people/{word}?sort_by={word}",
        f"fragments/{word}/?genre={word}",
        f"login/?next={word}",
        f"operations/?{word}={word}",
        f"no/such/{word}",
        f"admin/login/?next={word}",
        f"admin/{word}/?next={word}",
        f"api/docs/?lang={word}&version={word}",
        f"api/v1?{word}={word}",
        f"api/redoc/?lang={word}&version={word}",
        f"api/schema/?lang={word}&version={word}",
        f"api/v1/no/such/{word}",
        f"api/v1/movies/{word}?{word}={word}",
        f"metrics?{word}",
    ):
        response: Any = client.get(f"/{path}", follow=True)
        assert response.status_code < 500
        assert_only_text(response, script)


@pytest.mark.parametrize("script", SCRIPTS)
def test_titles_genres_and_actors_are_text_in_json_and_on_pages(script: str, api: Api) -> None:
    api.load(
        movie(603, script, genres=[script], overview=script, cast=[script]),
        genre_month(script, 2030, 1, 7.0, 4, top_movies=[{"movie_id": 603, "title": script, "popularity": 9.0}]),
        actor(script, (script, 2)),
        speed_trending(603, OPEN_HOUR, 5.0),
    )
    name = quote(script, safe="")
    for path in (
        "movies/603",
        f"search/movies?genre={name}",
        "search/genres",
        f"trending/movies?genre={name}",
        f"trending/genres/{name}",
        f"analytics/genre/{name}",
        f"analytics/actors/{name}",
        f"analytics/actors/{name}x",
        f"people/{name}",
        f"people/{name}/movies",
        f"recommendations/genres/{name}",
    ):
        answer: Any = api.get(path)
        assert answer.status_code == (404 if path.endswith("x") else 200), path
        assert answer.headers["Content-Type"] in ("application/json", "application/problem+json")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    client, escaped = Client(), escape(script)
    for page in ("/api/docs/", "/api/redoc/", "/admin/login/"):
        assert script not in client.get(page).content.decode()
    for page in (
        "/",
        f"/trending/?genre={name}",
        f"/movies/603/?actor={name}",
        f"/analytics/?genre={name}&compare={name}",
        f"/search/?genre={name}",
        f"/people/?q={name}",
        f"/people/{name}/",
        "/fragments/trending/",
    ):
        shown: Any = client.get(page)
        assert shown.status_code == 200, page
        assert escaped in shown.content.decode(), page
        if page.startswith("/fragments"):
            assert script not in shown.content.decode() or "<" not in script
        else:
            assert_only_text(shown, script)


@pytest.mark.parametrize("name", ["lang", "version"])
def test_parameters_neither_change_the_description_nor_fill_a_cache(name: str, client: Client) -> None:
    plain = client.get("/api/schema/")
    known = len(trans_real._translations)  # type: ignore[attr-defined]  # private: what must not grow
    for value in ("de", "%00", "%0d%0aX-Evil:1", "../../etc", '1";filename="evil.bat', "\u00e9", "x" * 10_000):
        found = client.get(f"/api/schema/?{name}={value}")
        assert (found.status_code, found.content) == (200, plain.content), value
        assert found.headers["Content-Disposition"] == 'inline; filename="lambdaserve.yaml"'
    assert len(trans_real._translations) == known  # type: ignore[attr-defined]


def test_description_comes_in_the_form_that_accept_names(client: Client) -> None:
    for accept, begins in (("application/json", b"{"), ("application/yaml", b"openapi: 3"), ("*/*", b"openapi: 3")):
        found = client.get("/api/schema/", headers={"Accept": accept})
        assert found.content.startswith(begins)
        assert "Accept" in found.headers["Vary"].split(", ")
    assert client.get("/api/schema/", headers={"Accept": "text/html"}).status_code == 406


def test_description_says_whether_a_key_is_needed(client: Client, settings: Any) -> None:
    bodies = []
    for settings.ANONYMOUS_READ in (True, False, True):
        found: Any = client.get("/api/schema/", headers={"Accept": "application/json"})
        bodies.append(found.json()["paths"]["/api/v1/movies/{movie_id}"]["get"]["security"])
    assert bodies[0] == bodies[2] == [*bodies[1], {}]
