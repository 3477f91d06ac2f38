"""Who looks at what, and what is pushed to whom."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest

from pages.live.hub import Hub


@dataclass(frozen=True)
class Shown:
    html: str

    @property
    def version(self) -> str:
        return self.html


class World:
    """What topics show, and how often each was made."""

    def __init__(self) -> None:
        self.shows: dict[str, str] = {}
        self.made: Counter[str] = Counter()

    def make(self, topic: str) -> Shown:
        self.made[topic] += 1
        if self.shows.get(topic) == "broken":
            raise RuntimeError(topic)
        return Shown(self.shows.get(topic, ""))


def test_a_topic_is_made_once_per_look_however_many_read_it_and_told_to_all_of_them() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.make)
        world.shows["a"] = "one"
        contexts = [hub.subscribe("a") for _ in range(1_000)]
        streams = [each.__enter__() for each in contexts]
        await hub.check_topics()
        assert {(await each.next()).html for each in streams} == {"one"}
        assert (world.made["a"], hub.pushed, hub.streams) == (1, 1_000, 1_000)
        await hub.check_topics()
        assert hub.pushed == 1_000
        world.shows["a"] = "two"
        await hub.check_topics()
        assert {(await each.next()).html for each in streams} == {"two"}
        for each in contexts:
            each.__exit__(None, None, None)
        assert (hub.streams, hub.topics) == (0, 0)
        await hub.check_topics()
        assert world.made["a"] == 3

    asyncio.run(play())


def test_who_comes_later_is_told_at_once_what_is_known() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.make)
        world.shows["a"] = "one"
        with hub.subscribe("a"):
            await hub.check_topics()
            with hub.subscribe("a") as late:
                assert (await asyncio.wait_for(late.next(), 1)).html == "one"

    asyncio.run(play())


def test_a_slow_reader_gets_the_newest_and_nothing_that_was_replaced() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.make)
        with hub.subscribe("a") as slow:
            for text in ("one", "two", "three"):
                world.shows["a"] = text
                await hub.check_topics()
            assert (await slow.next()).html == "three"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(slow.next(), 0.05)

    asyncio.run(play())


def test_one_topic_in_trouble_keeps_no_other_from_its_readers_and_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.make)
        world.shows |= {"bad": "broken", "good": "one"}
        with hub.subscribe("bad") as bad, hub.subscribe("good") as good:
            for _ in range(3):
                await hub.check_topics()
            assert (await good.next()).html == "one"
            world.shows["bad"] = "mended"
            await hub.check_topics()
            assert (await bad.next()).html == "mended"

    asyncio.run(play())
    assert len([record for record in caplog.records if "bad" in record.getMessage()]) == 1


def test_it_takes_so_many_streams_and_topics_and_no_more() -> None:
    hub = Hub(World().make, most_streams=3, most_topics=2)
    with hub.subscribe("a"), hub.subscribe("b"):
        assert not hub.is_full_for("a")
        assert hub.is_full_for("c")
        with hub.subscribe("a"):
            assert hub.is_full_for("a")
        assert not hub.is_full_for("a")


def test_it_looks_again_and_again() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.make, interval=0.01)
        looking = asyncio.create_task(hub.run())
        with hub.subscribe("a") as stream:
            for text in ("one", "two"):
                world.shows["a"] = text
                while (await asyncio.wait_for(stream.next(), 2)).html != text:
                    pass
        looking.cancel()

    asyncio.run(play())
