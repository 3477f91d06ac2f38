"""Bad settings of lineage are refused at the start, without their value."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import lineage_variables
from lambdaserve.config.env import Environment


def test_a_receiver_is_an_address_of_http() -> None:
    variable = lineage_variables.OPENLINEAGE_URL
    assert Environment({variable.name: "https://lineage.example.org"}).read(variable) == "https://lineage.example.org"
    with pytest.raises(
        ImproperlyConfigured, match=r"^OPENLINEAGE_URL takes an address that starts with http"
    ) as raised:
        Environment({variable.name: "kafka://me:hunter2@example.org"}).read(variable)
    assert "hunter2" not in str(raised.value)
