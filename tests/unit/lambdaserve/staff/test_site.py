"""The admin's site: addresses and entries of the operations pages."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from lambdaserve.staff.pages import PAGES, SEE


class Operator:
    """A user with so many permissions."""

    is_active = is_staff = True
    is_superuser = False

    def __init__(self, *permissions: str) -> None:
        self._permissions = permissions

    def has_perm(self, permission: str) -> bool:
        return permission in self._permissions

    def has_module_perms(self, _: str) -> bool:
        return False


def app_list(*permissions: str, app_label: str | None = None) -> list[dict[str, Any]]:
    request = RequestFactory().get("/admin/")
    request.user = Operator(*permissions)  # type: ignore[assignment]  # as much of a user as is asked
    return admin.site.get_app_list(request, app_label)


def test_every_page_has_an_address_below_operations() -> None:
    assert [reverse(f"admin:{page.url_name}") for page in PAGES] == [
        f"/admin/operations/{name}/"
        for name in ("health", "freshness", "cache", "indexes", "runs", "drift", "contract")
    ]


def test_the_index_lists_the_pages_first_for_users_who_may_see_them() -> None:
    (operations,) = app_list(SEE)
    assert operations["name"] == "Operations"
    assert [model["name"] for model in operations["models"]] == [page.title for page in PAGES]
    assert all(model["view_only"] for model in operations["models"])


def test_pages_are_hidden_without_permission_and_from_an_app_s_index() -> None:
    assert app_list() == []
    assert app_list(SEE, app_label="access") == []
