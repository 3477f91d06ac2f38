"""`manage.py demo_user` creates a staff user on a new installation only."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def demo_user() -> str:
    output = StringIO()
    call_command("demo_user", stdout=output)
    return output.getvalue()


def test_demo_user_gets_a_random_password_that_is_shown_once() -> None:
    password = demo_user().rpartition("password ")[2].strip()
    user = authenticate(username="demo", password=password)
    assert user is not None
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert demo_user() == ""


def test_no_demo_user_is_created_beside_other_users() -> None:
    get_user_model().objects.create_user(username="ada")
    assert demo_user() == ""
    assert not get_user_model().objects.filter(username="demo").exists()
