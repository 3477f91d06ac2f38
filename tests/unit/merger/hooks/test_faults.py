"""Settings of the hook that don't fit each other are named."""

from __future__ import annotations

from typing import Any

import pytest

from merger.checks import check_hook
from merger.hooks.faults import hook_faults
from merger.hooks.target import parse_target

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    ("hook", "secret", "private", "named"),
    [
        ("approve", "", False, []),
        ("https://example.org", SECRET, False, []),
        ("http://127.0.0.1", SECRET, True, []),
        ("https://example.org", "", False, ["RUN_HOOK_SECRET"]),
        ("http://example.org", SECRET, False, ["RUN_HOOK_PRIVATE_ADDRESSES"]),
    ],
)
def test_faults(settings: Any, hook: str, secret: str, private: bool, named: list[str]) -> None:
    settings.RUN_HOOK, settings.RUN_HOOK_SECRET = parse_target(hook), secret
    settings.RUN_HOOK_PRIVATE_ADDRESSES = private
    assert len(hook_faults()) == len(named)
    assert all(name in fault for name, fault in zip(named, hook_faults(), strict=True))
    assert [each.id for each in check_hook(None)] == ["merger.E006"] * len(named)
