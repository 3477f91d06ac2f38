"""Limits of clients: the settings' and a key's own."""

from __future__ import annotations

from typing import Any

import pytest

from lambdaserve.access.ratelimit.bucket import Limit
from lambdaserve.access.ratelimit.limits import limit_of


@pytest.mark.parametrize(
    ("default", "own", "limit"),
    [
        ((0, None), (None, None), None),
        ((0, 50), (None, 20), None),
        ((600, None), (None, None), Limit(600, 100)),
        ((30, None), (None, None), Limit(30, 10)),
        ((600, 50), (None, None), Limit(600, 50)),
        ((600, 50), (None, 7), Limit(600, 7)),
        ((600, 50), (6000, None), Limit(6000, 1000)),
        ((0, None), (120, 3), Limit(120, 3)),
    ],
)
def test_a_key_s_own_limit_overrides_the_settings(
    settings: Any, default: tuple[int, int | None], own: tuple[int | None, int | None], limit: Limit | None
) -> None:
    settings.RATE_LIMIT, settings.RATE_BURST = default
    assert limit_of(*own) == limit
