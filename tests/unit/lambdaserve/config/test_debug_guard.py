"""``DEBUG`` is refused where other machines can reach the service.

Requirement S5.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config.debug_guard import is_loopback, refuse_public_debug
from lambdaserve.config.env import Environment


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST", ".localhost", "api.localhost", "127.0.0.1", "127.9.9.9"])
@pytest.mark.parametrize("form", ["{}", "[::1]", "::1"])
def test_loopback_names_and_addresses_are_recognised(host: str, form: str) -> None:
    assert is_loopback(form.format(host))


@pytest.mark.parametrize(
    "host",
    ["0.0.0.0", "::", "*", "", ".", "10.0.0.1", "example.org", "localhost.example.org", "127.0.0.1.nip.io", "127.x"],
)
def test_other_names_and_addresses_are_not_loopback(host: str) -> None:
    assert not is_loopback(host)


@pytest.mark.parametrize(
    ("name", "value", "culprit"),
    [
        ("BIND", "0.0.0.0:8000", "0.0.0.0"),
        ("BIND", "[::]:80", "::"),
        ("ALLOWED_HOSTS", "localhost,a.example", "a.ex"),
    ],
)
def test_debug_is_refused_where_others_could_reach_the_service(name: str, value: str, culprit: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^DEBUG must be off .* while {name} .*{culprit}"):
        refuse_public_debug(Environment({name: value}))


def test_debug_is_allowed_on_loopback_addresses() -> None:
    refuse_public_debug(Environment({}))
    refuse_public_debug(Environment({"BIND": "[::1]:9000", "ALLOWED_HOSTS": "localhost,app.localhost"}))
