"""The app of the admin."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.models import Group, User
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from lambdaserve.access.models import ApiKey, Session
from lambdaserve.staff.models import BatchDocument, SpeedDocument
from lambdaserve.staff.site import StaffSite


def test_the_admin_is_this_service_s_own_site() -> None:
    assert isinstance(admin.site._wrapped, StaffSite) or admin.site.__class__ is StaffSite  # type: ignore[attr-defined]


def test_only_named_apps_have_admin_pages() -> None:
    for model in (ApiKey, Session, User, Group, BatchDocument, SpeedDocument):
        assert admin.site.is_registered(model), model
    for hidden in (OutstandingToken, BlacklistedToken):
        assert not admin.site.is_registered(hidden), hidden
