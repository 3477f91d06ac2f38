"""Makes a world smaller while a question about it still finds a fault, so that the fault can be read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

from tests.unit.oracle.stored import StoredWorld, Told
from tests.unit.oracle.worlds.world import BatchJob, SpeedJob, World

Question = Callable[[StoredWorld], Told]


def smallest(world: World, question: Question) -> World:
    """The smallest world found in which the question fails as it does in this one."""
    kind = _failure(world, question)
    while True:
        smaller = next((each for each in _smaller(world) if _failure(each, question) == kind), None)
        if smaller is None:
            return world
        world = smaller


def _failure(world: World, question: Question) -> str:
    """The kind of failure: an error's name, with the last words of its text; empty if there is none."""
    try:
        question(StoredWorld(world))
    except Exception as error:  # noqa: BLE001 - any error of the service is a failure
        return f"{type(error).__name__} {' '.join(str(error).splitlines()[0].split()[-2:]) if str(error) else ''}"
    return ""


def _smaller(world: World) -> Iterator[World]:
    yield from (replace(world, truth=each) for each in _shorter(world.truth, ("reviews", "observations", "months")))
    yield from (replace(world, batch=each) for each in _simpler(world.batch, BatchJob(), ("runs",)))
    yield from (replace(world, speed=each) for each in _simpler(world.speed, SpeedJob(), ("lost", "whole_hours")))
    for data_type in world.speed.stopped:
        kept = {name: moment for name, moment in world.speed.stopped.items() if name != data_type}
        yield replace(world, speed=replace(world.speed, stopped=kept))
    yield from _shorter(world, ("dialects", "damages"))
    if world.share != 1.0:
        yield replace(world, share=1.0)


def _simpler(job: Any, plain: Any, lists: tuple[str, ...]) -> Iterator[Any]:
    yield from _shorter(job, lists)
    for field in fields(job):
        if field.name not in (*lists, "stopped") and getattr(job, field.name) != getattr(plain, field.name):
            yield replace(job, **{field.name: getattr(plain, field.name)})


def _shorter(owner: Any, names: tuple[str, ...]) -> Iterator[Any]:
    for name in names:
        held = getattr(owner, name)
        entries = sorted(held) if isinstance(held, frozenset) else list(held)
        size = len(entries)
        while size:
            for start in range(0, len(entries), size):
                yield replace(owner, **{name: type(held)(entries[:start] + entries[start + size :])})
            size //= 2
