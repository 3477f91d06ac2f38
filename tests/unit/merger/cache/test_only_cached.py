"""Answers from the cache, or none: fresh and old ones are served, and nothing is computed for them."""

from __future__ import annotations

import pytest

from merger.cache.only_cached import NotCached, only_cached, require_may_compute


def test_nothing_is_refused_outside() -> None:
    require_may_compute()


def test_computing_is_refused_inside_and_allowed_again_afterwards() -> None:
    with pytest.raises(NotCached, match="not in the cache"), only_cached():
        require_may_compute()
    require_may_compute()
