"""No parameter of the admin's lists, and no id of a page, makes it answer with a 5xx.

Requirement S5.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from lambdaserve.access.models import ApiKey
from tests.api.conftest import Api
from tests.effort import some

pytestmark = pytest.mark.django_db(databases=["default", "views"])

DIGITS = "9" * 5000
VALUES = [
    "",
    " ",
    "0",
    "-1",
    "--5",
    "+5",
    "1.5",
    "1e400",
    "nan",
    "inf",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    DIGITS,
    "0" * 5000 + "1",
    "٣",
    "²",
    "\x00",
    "a\x00b",
    "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"),
    "\U0010ffff",
    "%",
    "%00",
    "'",
    '"',
    "\\",
    "; DROP TABLE access_apikey",
    "' OR 1=1 --",
    "$where",
    '{"$ne": null}',
    '{"$oid": "x"}',
    '{"$date": {"$numberLong": "' + DIGITS + '"}}',
    "[" * 2000,
    "{" * 2000,
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59.999999Z",
    "2026-02-30",
    "<script>",
    "True",
    ".-1",
    "1." * 500,
]
"""Forty odd values of a parameter or an id."""

COMMON = ["q", "p", "o", "all", "e", "_facets", "_to_field", "_popup", "pk__in", "id__isnull", "x"]
LISTS = [model for model in admin.site._registry if model._meta.app_label in ("access", "auth", "staff", "admin")]


def parameters_of(model: Any) -> list[str]:
    """What the address of a list may carry: the admin's own parameters, and a name for each filter."""
    filters: list[str] = []
    for each in admin.site._registry[model].list_filter:
        if isinstance(each, str):
            filters += [f"{each}__exact", f"{each}__isnull"]
        elif isinstance(each, type):
            filters += [name for name, _, _ in getattr(each, "fields", ())]
            filters += filter(None, [getattr(each, "parameter_name", None)])
    return [*COMMON, *filters]


def addresses_of(model: Any) -> Iterator[str]:
    meta = model._meta
    base = reverse(f"admin:{meta.app_label}_{meta.model_name}_changelist")
    for name, value in product(parameters_of(model), VALUES):
        query = QueryDict(mutable=True)
        query[name] = value
        yield f"{base}?{query.urlencode()}"
    for value in filter(None, VALUES):
        for page in ("change", "history", "delete"):
            yield f"{base}{quote(value[:500], safe='')}/{page}/"


@pytest.fixture
def staff(client: Client, healthy_api: Api) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    ApiKey(name="a key", prefix="0123456789ab").save()
    client.raise_request_exception = False
    return client


@pytest.mark.parametrize("model", LISTS, ids=[model._meta.model_name for model in LISTS])
def test_no_parameter_and_no_id_makes_the_admin_fail(staff: Client, model: Any, settings: Any) -> None:
    settings.PAGE_LIMIT = 0
    names = {each._meta.model_name for each in LISTS}
    assert names >= {"apikey", "session", "user", "batchdocument", "speeddocument"}
    # One in five, which is a value's every fifth parameter: no number of values is a multiple of it.
    assert len(VALUES) % 5
    addresses = some(list(addresses_of(model)), 5)
    failed = [address[:120] for address in addresses if staff.get(address).status_code >= 500]
    assert failed == []


@pytest.mark.parametrize("values", [VALUES[begin::4] for begin in range(4)], ids=range(4))
def test_no_value_of_a_form_makes_the_operations_fail(staff: Client, values: Sequence[str], settings: Any) -> None:
    settings.PAGE_LIMIT = 0
    for value, page in product(values, ("cache", "indexes", "runs", "drift", "freshness", "health", "contract")):
        address = reverse("admin:index") + f"operations/{page}/"
        for action in ("view", "movie", "create", "publish", value):
            form = {"action": action, "movie": value, "view": value, "name": value, "run": value, "confirmed": "1"}
            assert staff.post(address, form).status_code < 500, (page, action, value)
