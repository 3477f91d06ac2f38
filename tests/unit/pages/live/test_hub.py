"""Hub of the live streams: what is rendered, and what is pushed to which stream."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass

import pytest

from pages.live.hub import Hub


@dataclass(frozen=True)
class Html:
    html: str

    @property
    def version(self) -> str:
        return self.html


class World:
    """Content of each topic, and how often it was rendered."""

    def __init__(self) -> None:
        self.shows: dict[str, str] = {}
        self.rendered: Counter[str] = Counter()

    def render(self, topic: str) -> Html:
        self.rendered[topic] += 1
        if self.shows.get(topic) == "broken":
            raise RuntimeError(topic)
        return Html(self.shows.get(topic, ""))


def test_topic_is_rendered_once_per_check_and_pushed_to_all_streams() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render)
        world.shows["a"] = "one"
        contexts = [hub.subscribe("a") for _ in range(1_000)]
        streams = [each.__enter__() for each in contexts]
        await hub.check_topics()
        assert {(await each.next()).html for each in streams} == {"one"}
        assert (world.rendered["a"], hub.pushed, hub.streams) == (1, 1_000, 1_000)
        await hub.check_topics()
        assert hub.pushed == 1_000
        world.shows["a"] = "two"
        await hub.check_topics()
        assert {(await each.next()).html for each in streams} == {"two"}
        for each in contexts:
            each.__exit__(None, None, None)
        assert (hub.streams, hub.topics) == (0, 0)
        await hub.check_topics()
        assert world.rendered["a"] == 3

    asyncio.run(play())


def test_later_stream_gets_the_last_version_at_once() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render)
        world.shows["a"] = "one"
        with hub.subscribe("a"):
            await hub.check_topics()
            with hub.subscribe("a") as late:
                assert (await asyncio.wait_for(late.next(), 1)).html == "one"

    asyncio.run(play())


def test_slow_reader_gets_only_the_newest_version() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render)
        with hub.subscribe("a") as slow:
            for text in ("one", "two", "three"):
                world.shows["a"] = text
                await hub.check_topics()
            assert (await slow.next()).html == "three"
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(slow.next(), 0.05)

    asyncio.run(play())


def test_failing_topic_is_logged_once_and_does_not_stop_others(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render)
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


def test_streams_and_topics_are_limited() -> None:
    hub = Hub(World().render, most_streams=3, most_topics=2)
    with hub.subscribe("a"), hub.subscribe("b"):
        assert not hub.is_full_for("a")
        assert hub.is_full_for("c")
        with hub.subscribe("a"):
            assert hub.is_full_for("a")
        assert not hub.is_full_for("a")


def test_run_checks_topics_repeatedly() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render, interval=0.01)
        looking = asyncio.create_task(hub.run())
        with hub.subscribe("a") as stream:
            for text in ("one", "two"):
                world.shows["a"] = text
                while (await asyncio.wait_for(stream.next(), 2)).html != text:
                    pass
        looking.cancel()

    asyncio.run(play())
