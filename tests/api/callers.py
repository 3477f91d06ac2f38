"""Every kind of caller, each with as much as possible of what must not help it.

Requirements S1, S6 and S7.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from http.cookies import SimpleCookie
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import transaction
from django.test import Client

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.credentials.scopes import EXPLAIN, MANAGE, METRICS, PREVIEW, READ
from lambdaserve.access.credentials.tokens import begin_session
from lambdaserve.access.models import ApiKey

KEYS: Mapping[str, tuple[str, ...]] = {
    "key of no scope": (),
    "key: read": (READ,),
    "key: explain": (EXPLAIN,),
    "key: metrics": (METRICS,),
    "key: manage": (MANAGE,),
    "key: read, explain": (READ, EXPLAIN),
    "key: read, preview": (READ, PREVIEW),
}
SESSIONS = ("user", "permitted user", "staff", "permitted staff", "superuser")
TOKENS = {"token: user": "user", "token: permitted user": "permitted user", "token: superuser": "superuser"}
CALLERS = ("anonymous", "wrong key", *KEYS, *SESSIONS, "wrong token", *TOKENS)
"""The keys are a superuser's. The permitted user has every permission but is not staff; staff has every permission but
those that are needed, permitted staff has only those."""


class Callers:
    """Sends requests as any of ``CALLERS``, and undoes what each changed."""

    def __init__(self) -> None:
        self.superuser = User.objects.create_superuser("root")
        self.staff = User.objects.create_user("staff", is_staff=True)
        self.permissions = {
            f"{each.content_type.app_label}.{each.codename}": each
            for each in Permission.objects.select_related("content_type")
        }
        user, permitted = User.objects.create_user("user"), User.objects.create_user("permitted")
        permitted.user_permissions.set(self.permissions.values())
        self._sessions = {
            "user": _session_of(user),
            "permitted user": _session_of(permitted),
            "staff": _session_of(self.staff),
            "permitted staff": _session_of(self.staff),
            "superuser": _session_of(self.superuser),
        }
        self._keys = {name: self._create_key(scopes) for name, scopes in KEYS.items()}
        self._keys["wrong key"] = str(KeyText.generate())
        users = {"user": user, "permitted user": User.objects.get(pk=permitted.pk), "superuser": self.superuser}
        self._tokens = {name: begin_session(users[whose])["access"] for name, whose in TOKENS.items()}
        self._tokens["wrong token"] = self._tokens["token: superuser"][:-4]
        self._client = Client(raise_request_exception=False)
        self._sent = 0

    def _create_key(self, scopes: Iterable[str]) -> str:
        key = ApiKey(name="a key", scopes=list(scopes), owner=self.superuser)
        text = key.issue()
        key.save()
        return text

    def permit_all_but(self, withheld: Iterable[str]) -> None:
        """Gives the staff every permission but these."""
        self.permit_only(self.permissions.keys() - {*withheld})

    def permit_only(self, names: Iterable[str]) -> None:
        """Gives the staff these permissions and no other."""
        self.staff.user_permissions.set([self.permissions[name] for name in names])

    def headers_of(self, caller: str) -> dict[str, str]:
        """The headers that identify a caller."""
        if caller in self._sessions:
            return {"Cookie": f"sessionid={self._sessions[caller]}"}
        if caller in self._tokens:
            return {"Authorization": f"Bearer {self._tokens[caller]}"}
        return {"X-API-Key": self._keys[caller]} if caller in self._keys else {}

    def send(
        self,
        caller: str,
        method: str,
        address: str,
        body: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Sends a request as a caller, from an address of its own, so that none is limited; returns the response."""
        self._sent += 1
        remote = f"10.{self._sent >> 16}.{self._sent >> 8 & 255}.{self._sent & 255}"
        sent = {**(headers or {}), **self.headers_of(caller)}
        self._client.cookies = SimpleCookie(sent.pop("Cookie", ""))
        with transaction.atomic():
            send = getattr(self._client, method.lower())
            response = send(f"/{address}", body or {}, headers=sent, REMOTE_ADDR=remote)
            transaction.set_rollback(True)
        return response

    def outcome(self, caller: str, method: str, address: str, body: Mapping[str, Any] | None = None) -> str:
        """The status that a caller gets; sent to log in, ``login`` for the admin and ``enter`` for the pages."""
        response = self.send(caller, method, address, None if method == "GET" else body)
        target = response.headers.get("Location", "")
        if target.startswith("/admin/login/"):
            return "login"
        return "enter" if target.startswith("/login/") else str(response.status_code)


def _session_of(user: User) -> str:
    client = Client()
    client.force_login(user)
    return client.cookies["sessionid"].value
