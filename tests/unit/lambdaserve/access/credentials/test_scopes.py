"""Scopes that users have."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission, User

from lambdaserve.access.credentials.scopes import PERMISSIONS, READ, SCOPES, scopes_of


def test_every_scope_but_read_comes_from_a_permission() -> None:
    assert {READ, *PERMISSIONS} == set(SCOPES)


def test_an_anonymous_user_has_no_scope() -> None:
    assert scopes_of(AnonymousUser()) == frozenset()


@pytest.mark.django_db
def test_a_user_reads_and_gets_scopes_from_own_and_group_permissions() -> None:
    user = User.objects.create_user("ann")
    assert scopes_of(user) == {"read"}
    group = Group.objects.create(name="operators")
    group.permissions.add(Permission.objects.get(codename="see_metrics"))
    user.groups.add(group)
    user.user_permissions.add(Permission.objects.get(codename="manage_stores"))
    assert scopes_of(User.objects.get(pk=user.pk)) == {"read", "metrics", "manage"}


@pytest.mark.django_db
def test_staff_may_explain_and_preview_and_a_superuser_may_do_everything() -> None:
    assert scopes_of(User.objects.create_user("staff", is_staff=True)) == {"read", "explain", "preview"}
    assert scopes_of(User.objects.create_superuser("root")) == set(SCOPES)
