"""Description of the token endpoints."""

from __future__ import annotations

import pytest

from lambdaserve.auth_api.api import TokenViewSet
from lambdaserve.auth_api.schema import EMPTY_OBJECT, describe_action
from lambdaserve.auth_api.serializers import TokenSerializer


def test_every_action_has_a_description() -> None:
    for action in ("obtain", "refresh", "verify", "revoke"):
        assert "schema" in getattr(TokenViewSet, action).kwargs, action


def test_an_action_without_a_text_can_not_be_described() -> None:
    with pytest.raises(KeyError, match="unknown"):
        describe_action("unknown", TokenSerializer, EMPTY_OBJECT)
