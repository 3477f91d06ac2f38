"""A form sent by another site changes nothing, and neither does a link.

Requirements S5 and S7.
"""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, Permission, User
from django.contrib.sessions.models import Session
from django.test import Client

from lambdaserve.access.models import ApiKey
from tests.api.access.test_permission_matrix import create_targets
from tests.api.conftest import Api
from tests.api.permission_table import Row, fill_in, rows

pytestmark = pytest.mark.django_db(databases=["default", "views"])
TOKEN = "a" * 32
FORMS = [row for row in rows() if row.method == "POST" and row.route.startswith("admin/")]


DONE = {"done": 302, "done here": 200}
"""Audiences of the forms that change something, and the status of the answer."""


def is_logged(row: Row) -> bool:
    """Whether the admin's log gets an entry; most forms of the operations pages name a target that does not exist."""
    is_operation = row.route.startswith("admin/operations/")
    return row.audience in DONE and (not is_operation or row.body["action"] in ("all", "view", "movie", "warm"))


@pytest.fixture
def staff(client: Client, healthy_api: Api) -> Client:
    """A superuser whose browser holds a CSRF cookie, and whose requests are checked for the token."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(User.objects.create_superuser("root"))
    client.cookies["csrftoken"] = TOKEN
    return client


def snapshot() -> list[Any]:
    """Everything that a form could change."""
    models = (ApiKey, User, Group, Session, LogEntry)
    return [list(model._default_manager.order_by("pk").values()) for model in models] + [
        list(User.user_permissions.through.objects.values())
    ]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-CSRFToken": "b" * 32},
        {"X-CSRFToken": "null"},
        {"X-CSRFToken": TOKEN, "Origin": "https://evil.example"},
        {"X-CSRFToken": TOKEN, "Origin": "http://testserver.evil.example"},
        {"X-CSRFToken": TOKEN, "Origin": "null"},
    ],
)
def test_every_admin_form_needs_a_csrf_token_and_this_origin(staff: Client, headers: dict[str, str]) -> None:
    known = create_targets()
    before = snapshot()
    for row in FORMS:
        address, body = fill_in(row, known)
        assert staff.post(f"/{address}", body, headers=headers).status_code == 403, address
    assert snapshot() == before


def test_over_https_a_form_needs_this_site_as_its_referer(staff: Client) -> None:
    for headers, status in (
        ({}, 403),
        ({"Referer": "https://evil.example/admin/"}, 403),
        ({"Referer": "http://testserver/admin/"}, 403),
        ({"Referer": "https://testserver/admin/"}, 302),
    ):
        sent = {"X-CSRFToken": TOKEN, **headers}
        found = staff.post("/admin/auth/group/add/", {"name": "new"}, headers=sent, secure=True)
        assert found.status_code == status, headers


def test_every_admin_form_works_with_its_csrf_token(staff: Client) -> None:
    known = create_targets()
    for row in (row for row in FORMS if row.audience in DONE):
        address, body = fill_in(row, known)
        found = staff.post(f"/{address}", {**body, "csrfmiddlewaretoken": TOKEN})
        assert found.status_code == DONE[row.audience], address
        known = replace_targets()
    assert LogEntry.objects.count() == len([row for row in FORMS if is_logged(row)])


def replace_targets() -> dict[str, Any]:
    """Deletes what is left of the targets and creates new ones."""
    User.objects.filter(username="target").delete()
    Group.objects.filter(name="target").delete()
    return create_targets()


@pytest.mark.parametrize("row", [row for row in FORMS if row.body], ids=lambda row: row.address)
def test_following_a_link_changes_nothing(staff: Client, row: Row) -> None:
    address, body = fill_in(row, create_targets())
    before = snapshot()
    assert staff.get(f"/{address}", body).status_code in (200, 302)
    assert snapshot() == before


@pytest.mark.parametrize(("action", "needed"), [("revoke", "change_apikey"), ("delete_selected", "delete_apikey")])
def test_an_action_needs_its_own_permission(client: Client, action: str, needed: str) -> None:
    user = User.objects.create_user("staff", is_staff=True)
    client.force_login(user)
    for codename, changes in (("view_apikey", False), ("add_apikey", False), (needed, True)):
        user.user_permissions.add(Permission.objects.get(codename=codename))
        key = ApiKey(name="a key")
        key.issue()
        key.save()
        sent: dict[str, Any] = {"action": action, "_selected_action": [key.pk], "post": "yes"}
        client.post("/admin/access/apikey/", sent)
        alive = ApiKey.objects.filter(pk=key.pk, revoked_at=None).exists()
        assert alive is not changes, codename


def test_a_log_in_redirects_to_this_site_only(client: Client) -> None:
    User.objects.create_superuser("root", password="correct horse battery staple")
    for target in (
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "\thttps://evil.example",
    ):
        sent = {"username": "root", "password": "correct horse battery staple", "next": target}
        found = client.post("/admin/login/", sent, REMOTE_ADDR=f"10.0.0.{len(target)}")
        assert (found.status_code, found.headers["Location"][:2]) == (302, "/a"), target
        client.logout()
