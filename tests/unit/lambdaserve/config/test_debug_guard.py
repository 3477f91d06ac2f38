"""Debugging is for this machine alone (S5)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config.debug_guard import of_this_machine, refuse_in_public
from lambdaserve.config.env import Environment


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", ".localhost", "api.localhost", "127.0.0.1", "127.9.9.9"])
@pytest.mark.parametrize("form", ["{}", "[::1]", "::1"])
def test_names_and_addresses_of_this_machine(host: str, form: str) -> None:
    assert of_this_machine(form.format(host))


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "*", "", ".", "10.0.0.1", "example.org", "localhost.example.org", "127.0.0.1.nip.io", "127.x"],
)
def test_names_and_addresses_that_others_reach(host: str) -> None:
    assert not of_this_machine(host)


@pytest.mark.parametrize(
    ("name", "value", "culprit"),
    [
        ("BIND", "0.0.0.0:8000", "0.0.0.0"),
        ("BIND", "[::]:80", "::"),
        ("ALLOWED_HOSTS", "localhost,a.example", "a.ex"),
    ],
)
def test_a_start_that_others_could_reach_is_refused_by_name(name: str, value: str, culprit: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^DEBUG takes 0 where {name} .*{culprit}"):
        refuse_in_public(Environment({name: value}))


def test_a_start_that_they_can_not_is_fine() -> None:
    refuse_in_public(Environment({}))
    refuse_in_public(Environment({"BIND": "[::1]:9000", "ALLOWED_HOSTS": "localhost,app.localhost"}))
