"""The deployment's settings are the limits."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from merger.gates.configured import configured_limits
from merger.gates.limits import Limits


def test_settings_without_changes_are_the_defaults() -> None:
    assert configured_limits() == Limits()


def test_each_setting_changes_its_own_limit(settings: Any) -> None:
    default = asdict(Limits())
    for name, value in default.items():
        setattr(settings, f"GATE_{name.upper()}", value * 1.5)
        assert asdict(configured_limits()) == {**default, name: value * 1.5}
        setattr(settings, f"GATE_{name.upper()}", value)
