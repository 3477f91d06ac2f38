"""Admin pages that only show."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group, User
from django.test import RequestFactory

from lambdaserve.access.read_only import ReadOnlyAdmin


class GroupAdmin(ReadOnlyAdmin, admin.ModelAdmin):  # type: ignore[type-arg]  # not generic when it runs
    """A model that a superuser may do everything with elsewhere."""


def test_not_even_a_superuser_writes_on_a_read_only_page() -> None:
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_active=True)
    page = GroupAdmin(Group, admin.site)
    assert page.has_view_permission(request)
    for group in (None, Group(name="a group")):
        assert not page.has_change_permission(request, group)
        assert not page.has_delete_permission(request, group)
    assert not page.has_add_permission(request)
