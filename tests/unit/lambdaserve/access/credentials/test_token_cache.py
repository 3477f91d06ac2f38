"""The cache of access tokens, over the SQL database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.utils import timezone

from lambdaserve.access.credentials.credential_cache import CACHE_SECONDS
from lambdaserve.access.credentials.token_cache import TokenCache
from lambdaserve.access.credentials.tokens import begin_session, revoke

pytestmark = pytest.mark.django_db


class Clock:
    """Seconds that a test moves."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> TokenCache:
    return TokenCache(timezone.now, clock)


@pytest.fixture
def ann() -> User:
    return User.objects.create_user("ann")


def test_a_token_names_its_user_whose_bucket_it_takes_from(cache: TokenCache, ann: User) -> None:
    caller = cache.find(begin_session(ann)["access"])
    assert caller is not None
    assert caller.user == ann
    assert caller.grant == ("access token", f"user:{ann.pk}", frozenset({"read"}), None)


def test_a_known_token_costs_no_sql(
    cache: TokenCache, ann: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    access = begin_session(ann)["access"]
    cache.find(access)
    with django_assert_num_queries(0):
        assert cache.find(access) is not None


def test_a_refresh_token_and_a_broken_one_are_refused_without_sql(
    cache: TokenCache, ann: User, django_assert_num_queries: Callable[[int], Any]
) -> None:
    tokens = begin_session(ann)
    with django_assert_num_queries(0):
        assert cache.find(tokens["refresh"]) is None
        assert cache.find(tokens["access"] + "x") is None


def test_a_token_permits_what_it_names_and_its_user_still_may(cache: TokenCache, ann: User, clock: Clock) -> None:
    metrics = Permission.objects.get(codename="see_metrics")
    ann.user_permissions.add(metrics)
    access = begin_session(User.objects.get(pk=ann.pk))["access"]

    def scopes() -> frozenset[str]:
        caller = cache.find(access)
        assert caller is not None
        return caller.grant.scopes

    assert scopes() == {"read", "metrics"}
    ann.user_permissions.set([Permission.objects.get(codename="manage_stores")])
    clock.seconds += CACHE_SECONDS
    assert scopes() == {"read"}


@pytest.mark.parametrize("change", ["log-out", "deactivated", "password"])
def test_a_token_is_refused_after_its_session_or_user_changed(
    cache: TokenCache, ann: User, clock: Clock, change: str
) -> None:
    tokens = begin_session(ann)
    assert cache.find(tokens["access"]) is not None
    if change == "log-out":
        revoke(tokens["refresh"])
    elif change == "deactivated":
        User.objects.update(is_active=False)
    else:
        ann.set_password("another one")
        ann.save()
    clock.seconds += CACHE_SECONDS
    assert cache.find(tokens["access"]) is None
