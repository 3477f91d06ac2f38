"""Admin pages of API keys and token sessions."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.utils import timezone

from lambdaserve.access.credentials.api_key_cache import ApiKeyCache
from lambdaserve.access.credentials.sessions import Session
from lambdaserve.access.credentials.tokens import begin_session
from lambdaserve.access.models import ApiKey

pytestmark = pytest.mark.django_db
KEYS = "/admin/access/apikey/"
SESSIONS = "/admin/access/session/"


def create_key(**properties: Any) -> tuple[ApiKey, str]:
    key = ApiKey(name="a key", **properties)
    text = key.issue()
    key.save()
    return key, text


def is_accepted(text: str) -> bool:
    """Whether a process that has not seen the key yet accepts it."""
    return ApiKeyCache(timezone.now).find(text) is not None


def add_key(client: Client, **fields: Any) -> str:
    """Makes a key in the admin; returns the page that follows."""
    form = {"name": "dashboard", "scopes": ["read", "explain"], **fields}
    response: Any = client.post(f"{KEYS}add/", form, follow=True)
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_new_key_is_shown_once_and_accepted(admin_client: Client) -> None:
    page = add_key(admin_client, rate="600")
    text = page.partition('<code id="new-key">')[2].partition("<")[0]
    assert is_accepted(text)
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.rate) == ("dashboard", ["read", "explain"], 600)
    for path in (KEYS, f"{KEYS}{key.pk}/change/", "/admin/"):
        later: Any = admin_client.get(path)
        assert later.status_code == 200
        assert text.partition(".")[2] not in later.content.decode()
        assert key.digest not in later.content.decode()


def test_changing_a_key_keeps_its_secret(admin_client: Client) -> None:
    key, text = create_key()
    form = {"name": "renamed", "scopes": ["read"]}
    page: Any = admin_client.post(f"{KEYS}{key.pk}/change/", form, follow=True)
    assert "shown only once" not in page.content.decode()
    assert ApiKey.objects.get().name == "renamed"
    assert is_accepted(text)


def as_staff(client: Client, *permissions: str) -> User:
    """Logs a user in who is staff with some permissions of this app, and nothing else."""
    user = User.objects.create_user("keymaker", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return user


def test_the_text_of_a_key_is_in_no_cookie_and_in_no_cache(admin_client: Client) -> None:
    response: Any = admin_client.post(f"{KEYS}add/", {"name": "dashboard", "scopes": ["read"]})
    assert response.status_code == 200
    assert '<code id="new-key">ls' in response.content.decode()
    assert "no-store" in response.headers["Cache-Control"]
    assert "messages" not in response.cookies


def test_staff_give_a_key_only_the_scopes_that_they_have(client: Client) -> None:
    as_staff(client, "add_apikey", "see_metrics")
    page: Any = client.get(f"{KEYS}add/")
    assert re.findall(r'name="scopes" value="(\w+)"', page.content.decode()) == [
        "read",
        "explain",
        "preview",
        "metrics",
    ]
    add_key(client, scopes=["read", "manage"])
    assert not ApiKey.objects.exists()
    add_key(client, scopes=["read", "metrics"])
    assert ApiKey.objects.get().scopes == ["read", "metrics"]


def test_staff_give_a_key_no_more_requests_than_anybody_has(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 600, None
    as_staff(client, "add_apikey")
    add_key(client, scopes=["read"], rate="10000000")
    add_key(client, scopes=["read"], burst="10000000")
    assert not ApiKey.objects.exists()
    add_key(client, scopes=["read"], rate="600", burst="100")
    assert ApiKey.objects.get().rate == 600


def test_staff_make_no_keys_that_act_as_another_user(client: Client) -> None:
    user = as_staff(client, "add_apikey", "view_user")
    other = User.objects.create_superuser("boss")
    add_key(client, scopes=["read"], owner=str(other.pk))
    assert not ApiKey.objects.exists()
    add_key(client, scopes=["read"], owner=str(user.pk))
    assert ApiKey.objects.get().owner == user


def test_staff_who_change_a_key_keep_what_others_gave_it_and_add_nothing(client: Client, settings: Any) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = 600, None
    as_staff(client, "view_apikey", "change_apikey")
    key, _ = create_key(scopes=["read", "metrics"], rate=10_000, owner=User.objects.create_superuser("boss"))
    kept = {"scopes": ["read", "metrics"], "rate": "10000", "owner": str(key.owner_id)}
    client.post(f"{KEYS}{key.pk}/change/", {"name": "renamed", **kept})
    key.refresh_from_db()
    assert (key.name, key.scopes, key.rate) == ("renamed", ["read", "metrics"], 10_000)
    for more in ({"scopes": ["read", "metrics", "manage"]}, {"rate": "20000"}):
        client.post(f"{KEYS}{key.pk}/change/", {"name": "more", **kept, **more})
    key.refresh_from_db()
    assert key.name == "renamed"


@pytest.mark.parametrize("lookup", ["digest__startswith", "digest", "owner__password__startswith", "pk__gt"])
def test_an_address_filters_keys_by_no_field_that_is_not_listed(client: Client, lookup: str) -> None:
    as_staff(client, "view_apikey")
    create_key()
    assert client.get(KEYS, {lookup: "a"}).status_code == 400


@pytest.mark.parametrize("lookup", ["jti__startswith", "token__startswith", "user__password__startswith"])
def test_an_address_filters_sessions_by_no_field_that_is_not_listed(client: Client, lookup: str) -> None:
    as_staff(client, "view_session")
    assert client.get(SESSIONS, {lookup: "a"}).status_code == 400


def test_unknown_scopes_and_absurd_rates_are_refused(admin_client: Client) -> None:
    add_key(admin_client, scopes=["everything"])
    add_key(admin_client, rate="0")
    add_key(admin_client, burst="99999999999")
    assert not ApiKey.objects.exists()


def test_revoking_needs_a_post_and_leaves_a_log_entry(admin_client: Client) -> None:
    (key, text), (_, other) = create_key(), create_key()
    form: dict[str, Any] = {"action": "revoke", "_selected_action": [key.pk]}
    admin_client.get(KEYS, form)
    assert is_accepted(text)
    page: Any = admin_client.post(KEYS, form, follow=True)
    assert "Revoked. Every process refuses these keys within five seconds." in page.content.decode()
    assert (is_accepted(text), is_accepted(other)) == (False, True)
    assert LogEntry.objects.get().get_change_message() == "Revoked."


def test_staff_without_the_permission_sees_and_revokes_nothing(client: Client) -> None:
    key, text = create_key()
    client.force_login(User.objects.create_user("staff", is_staff=True))
    assert client.get(KEYS).status_code == 403
    client.post(KEYS, {"action": "revoke", "_selected_action": [key.pk]})
    assert is_accepted(text)


def test_key_list_shows_each_key_s_state(admin_client: Client) -> None:
    past = datetime(2020, 1, 1, tzinfo=UTC)
    create_key()
    create_key(revoked_at=past)
    create_key(expires_at=past)
    page: Any = admin_client.get(KEYS)
    states = [page.content.decode().count(f'field-state">{state}<') for state in ("valid", "revoked", "expired, or")]
    assert states[:2] == [1, 1]
    assert page.content.decode().count("expired, or its owner is inactive") == 1


def test_staff_ends_a_session_and_the_log_records_it(admin_client: Client) -> None:
    begin_session(User.objects.create_user("ann"))
    page: Any = admin_client.get(SESSIONS)
    assert page.content.decode().count("action-select") == 1
    session = Session.objects.get()
    admin_client.post(SESSIONS, {"action": "end", "_selected_action": [session.pk]})
    assert not Session.objects.live(timezone.now()).exists()
    assert LogEntry.objects.get().change_message == "Ended."
    page = admin_client.get(SESSIONS)
    assert "0 sessions of tokens" in page.content.decode()


def test_staff_who_may_only_view_sessions_ends_none(client: Client) -> None:
    from django.contrib.auth.models import Permission

    begin_session(User.objects.create_user("ann"))
    staff = User.objects.create_user("staff", is_staff=True)
    staff.user_permissions.add(Permission.objects.get(codename="view_session", content_type__app_label="access"))
    client.force_login(staff)
    assert client.get(SESSIONS).status_code == 200
    client.post(SESSIONS, {"action": "end", "_selected_action": [Session.objects.get().pk]})
    assert Session.objects.live(timezone.now()).exists()
