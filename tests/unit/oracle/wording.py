"""A world in words: what differs from the plainest one."""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from tests.unit.oracle.worlds.truth import Truth
from tests.unit.oracle.worlds.world import BatchJob, SpeedJob, World


def describe(world: World) -> str:
    """One line for each part of a world that differs from a world in which nothing happens."""
    parts = [*_differences(world.truth, Truth(world.now)), *_differences(world.batch, BatchJob())]
    parts += _differences(world.speed, SpeedJob())
    if world.dialects:
        parts.append(f"dialects: {_text(world.dialects)} in {world.share:.0%} of the documents")
    if world.damages:
        parts.append(f"damages: {_text(world.damages)}")
    return "\n".join([f"now: {_text(world.now)}", *parts])


def _differences(part: Any, plain: Any) -> list[str]:
    return [
        f"{field.name}: {_text(getattr(part, field.name))}"
        for field in fields(part)
        if field.name != "months" and getattr(part, field.name) != getattr(plain, field.name)
    ]


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value:%m-%d %H:%M}"
    if isinstance(value, timedelta):
        return str(value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(entry)}" for key, entry in value.items())
    if isinstance(value, tuple | frozenset):
        return "; ".join(_text(entry) for entry in (sorted(value) if isinstance(value, frozenset) else value))
    if hasattr(value, "__dataclass_fields__"):
        return " ".join(f"{field.name}={_text(getattr(value, field.name))}" for field in fields(value))
    return str(value)
