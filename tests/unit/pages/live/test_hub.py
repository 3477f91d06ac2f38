"""Hub of the live streams: what is rendered, and what is pushed to which stream."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import pytest

from pages.live.hub import Holder, Hub, Stream
from pages.live.readers import Reader


@dataclass(frozen=True)
class Html:
    html: str

    @property
    def version(self) -> str:
        return self.html


@contextmanager
def subscribe(hub: Hub, topic: str, holder: Holder = Holder()) -> Iterator[Stream]:  # noqa: B008 - it is frozen
    stream = hub.open(topic, holder)
    try:
        yield stream
    finally:
        hub.close(topic, stream)


async def html(stream: Stream) -> str | None:
    """HTML of a stream's next version; ``None``: it has ended."""
    version = await asyncio.wait_for(stream.next(), 1)
    return None if version is None else version.html


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
        contexts = [subscribe(hub, "a") for _ in range(1_000)]
        streams = [each.__enter__() for each in contexts]
        await hub.check_topics()
        assert {await html(each) for each in streams} == {"one"}
        assert (world.rendered["a"], hub.pushed, hub.streams) == (1, 1_000, 1_000)
        await hub.check_topics()
        assert hub.pushed == 1_000
        world.shows["a"] = "two"
        await hub.check_topics()
        assert {await html(each) for each in streams} == {"two"}
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
        with subscribe(hub, "a"):
            await hub.check_topics()
            with subscribe(hub, "a") as late:
                assert await html(late) == "one"

    asyncio.run(play())


def test_slow_reader_gets_only_the_newest_version() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render)
        with subscribe(hub, "a") as slow:
            for text in ("one", "two", "three"):
                world.shows["a"] = text
                await hub.check_topics()
            assert await html(slow) == "three"
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
        with subscribe(hub, "bad") as bad, subscribe(hub, "good") as good:
            for _ in range(3):
                await hub.check_topics()
            assert await html(good) == "one"
            world.shows["bad"] = "mended"
            await hub.check_topics()
            assert await html(bad) == "mended"

    asyncio.run(play())
    assert len([record for record in caplog.records if "bad" in record.getMessage()]) == 1


def test_streams_and_topics_are_limited() -> None:
    hub = Hub(World().render, most_streams=3, most_topics=2)
    with subscribe(hub, "a"), subscribe(hub, "b"):
        assert not hub.is_full_for("a")
        assert hub.is_full_for("c")
        with subscribe(hub, "a"):
            assert hub.is_full_for("a")
        assert not hub.is_full_for("a")


def test_run_checks_topics_repeatedly() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render, interval=0.01)
        looking = asyncio.create_task(hub.run())
        with subscribe(hub, "a") as stream:
            for text in ("one", "two"):
                world.shows["a"] = text
                while await html(stream) != text:
                    pass
        looking.cancel()

    asyncio.run(play())


def test_client_is_limited_in_streams_and_in_topics() -> None:
    hub = Hub(World().render, most_topics=20, most_of_client=3)
    greedy = Holder(("192.0.2.1", "user 7"))
    with ExitStack() as stack:
        for topic in ("a", "b"):
            stack.enter_context(subscribe(hub, topic, greedy))
        for client in greedy.clients:
            assert hub.is_spent_by((client,), "c"), "a tenth of the topics"
            assert not hub.is_spent_by((client,), "a")
        stack.enter_context(subscribe(hub, "a", greedy))
        assert hub.is_spent_by(("192.0.2.9", "user 7"), "a")
        assert not hub.is_spent_by(("192.0.2.9", "user 8"), "c")
    assert not hub.is_spent_by(greedy.clients, "c")


def test_dear_topics_take_no_more_than_their_share_of_the_time() -> None:
    def render(topic: str) -> Html:
        time.sleep(0.02)
        return Html(topic)

    async def play() -> float:
        hub = Hub(render, share=0.25)
        with subscribe(hub, "a"), subscribe(hub, "b"):
            began = time.monotonic()
            await hub.check_topics()
            return time.monotonic() - began

    assert asyncio.run(play()) >= 2 * 0.02 / 0.25


def test_streams_of_some_holders_are_ended_and_later_versions_change_nothing() -> None:
    async def play() -> None:
        world = World()
        hub = Hub(world.render)
        ann, bob = (Reader("start", name, "7") for name in ("ann", "bob"))
        with subscribe(hub, "a", Holder((), ann)) as first, subscribe(hub, "a", Holder((), bob)) as second:
            assert hub.readers() == {ann, bob}
            hub.end_streams(lambda holder: holder.reader == ann)
            await hub.check_topics()
            assert await html(first) is None
            assert await html(second) == ""

    asyncio.run(play())
