"""`manage.py create_api_key` makes a key of the REST API and prints it.

Requirement S1.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from lambdaserve.access.credentials.api_keys import KeyText
from lambdaserve.access.models import ApiKey

pytestmark = pytest.mark.django_db


def create(*arguments: str) -> str:
    output = StringIO()
    call_command("create_api_key", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_prints_nothing_but_a_key_that_reads() -> None:
    text = create("dashboard").removesuffix("\n")
    key = ApiKey.objects.get()
    parsed = KeyText.parse(text)
    assert parsed is not None
    assert parsed.matches(key.digest)
    assert (key.name, key.prefix, key.scopes) == ("dashboard", parsed.prefix, ["read"])
    assert (key.rate, key.burst, key.expires_at, key.owner) == (None, None, None, None)


def test_options_set_every_property_of_a_key(django_user_model: Any) -> None:
    ada = django_user_model.objects.create_user("ada")
    before = timezone.now()
    create(
        *("ops", "--scope", "read", "--scope", "metrics", "--rate", "600", "--burst", "50"),
        *("--expires", "90d", "--owner", "ada"),
    )
    key = ApiKey.objects.get()
    assert (key.scopes, key.rate, key.burst, key.owner) == (["read", "metrics"], 600, 50, ada)
    assert key.expires_at is not None
    assert timedelta(0) <= key.expires_at - before - timedelta(days=90) < timedelta(minutes=1)


@pytest.mark.parametrize("written", ["2101-01-01T00:00Z", "2101-01-01T00:00", "2101-01-01T02:00+02:00"])
def test_an_expiry_without_a_zone_is_utc(written: str) -> None:
    create("long", "--expires", written)
    assert ApiKey.objects.get().expires_at == datetime(2101, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["x", "--rate", "0"], "rate: .*greater than or equal to 1"),
        (["x", "--burst", "99999999999"], "burst: .*less than or equal to 10000000"),
        (["x" * 101], "name: .*at most 100"),
        ([""], "name: "),
        (["x", "--expires", "soon"], "--expires takes .*; got 'soon'"),
        (["x", "--expires", "2101-13-01T00:00Z"], "--expires takes "),
        (["x", "--expires", "2001-01-01T00:00Z"], "in the past"),
        (["x", "--owner", "nobody"], "no user 'nobody'"),
        (["x", "--scope", "everything"], "invalid choice: 'everything'"),
    ],
)
def test_bad_argument_is_named_and_no_key_is_created(arguments: list[str], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        create(*arguments)
    assert not ApiKey.objects.exists()
