"""A change costs one read of the database for any number of open streams; a real server holds a thousand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import time
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.test import override_settings
from django_redis import get_redis_connection
from pymongo import MongoClient

from merger import wiring
from merger.stores.mongo import client as mongo
from pages.frame.fragments import make_topic, render_fragment
from pages.live.hub import Hub
from pages.live.streams import create_app
from pages.live.tickets import issue_ticket
from tests.integration.layers.test_request_path import MOVIE, SCALE, Finds
from tests.integration.serving.test_serve import run_command_beside, served

STREAMS = 1_000
LEADER = 990_099
"""A movie that the sample world does not have."""
TRENDING = make_topic("trending", window="6h", limit=20)


@pytest.fixture
def finds(mongo_uri: str, redis_url: str) -> Iterator[Finds]:
    """The service over a small sample world; records the finds of its MongoDB client."""
    noted = Finds()
    client: MongoClient[dict[str, Any]] = MongoClient(mongo_uri, event_listeners=[noted], tz_aware=True)
    with (
        pytest.MonkeyPatch.context() as patch,
        override_settings(MONGODB_DATABASE="live_streams", SAMPLE_SCALE=SCALE),
        client,
    ):
        patch.setattr(mongo, "client", lambda: client)
        call_command("create_indexes", verbosity=0)
        call_command("sample_batch", scale=SCALE)
        call_command("sample_speed", verbosity=0)
        wiring.service.cache_clear()
        wiring.service().warm_up()
        yield noted
        wiring.service.cache_clear()
        client.drop_database("live_streams")


class Browser:
    """One open stream: collects its events and can close it."""

    def __init__(self, application: Any, address: str) -> None:
        self.events: list[str] = []
        self.status = 0
        self._left = asyncio.Event()
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "path": f"/{address}",
            "raw_path": f"/{address}".encode(),
            "query_string": b"",
            "root_path": "",
            "scheme": "http",
            "headers": [],
        }
        self.task = asyncio.create_task(application(scope, self._receive, self._send))

    async def _receive(self) -> dict[str, Any]:
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif b"event: fragment" in message.get("body", b""):
            self.events.append(message["body"].decode())

    async def leave(self) -> None:
        self._left.set()
        await self.task


async def push_events(hub: Hub, browsers: list[Browser], number: int) -> None:
    """Lets the hub check its topics until every browser has received this many events."""
    for _ in range(50):
        await hub.check_topics()
        for _ in range(20):
            await asyncio.sleep(0.01)
            if all(len(each.events) >= number for each in browsers):
                return
    raise AssertionError([len(each.events) for each in browsers][:5])


def change(number: int) -> None:
    """Changes a movie's score in the speed layer and empties the caches, as the watcher does."""
    speed = mongo.database()["speed_views"]
    newest = speed.find_one(
        {"data_type": "trending", "movie_id": {"$exists": True}}, sort=[("hour", -1)]
    )  # no heartbeat
    assert newest is not None
    speed.update_one({"_id": newest["_id"]}, {"$set": {"data.trending_score": 90.0 + number}})
    service = wiring.service()
    for kept in service.hours._types.values():
        kept._hours = {}
    service.cache.local_tier.clear()
    get_redis_connection("default").flushdb()


def reads(finds: Finds) -> int:
    """Number of reads of hours' documents; other reads are the service's own, every second or two."""
    return sum("hour" in command["filter"] and not command.get("limit") for command in finds.commands)


def cost_of_a_change(finds: Finds, number_of_streams: int) -> int:
    """Number of reads of MongoDB for one change while this many streams are open."""

    async def play() -> int:
        hub = Hub(render_fragment)
        application = create_app(hub)
        browsers = [Browser(application, issue_ticket(TRENDING)) for _ in range(number_of_streams)]
        await asyncio.sleep(0.5)
        await push_events(hub, browsers, 1)
        await asyncio.to_thread(change, number_of_streams)
        finds.commands.clear()
        await push_events(hub, browsers, 2)
        cost = reads(finds)
        for _ in range(3):
            await hub.check_topics()
        assert reads(finds) == cost, "MongoDB was read although nothing has changed"
        assert {each.events[1] for each in browsers} == {browsers[0].events[1]}
        assert browsers[0].events[0] != browsers[0].events[1]
        assert hub.streams == number_of_streams
        for each in browsers:
            await each.leave()
        assert (hub.streams, hub.topics) == (0, 0)
        return cost

    return asyncio.run(play())


@pytest.mark.slow
def test_thousand_streams_cost_no_more_reads_per_change_than_one(finds: Finds) -> None:
    alone = cost_of_a_change(finds, 1)
    assert 0 < cost_of_a_change(finds, STREAMS) <= alone


@pytest.mark.slow
def test_figures_of_a_movie_are_pushed(finds: Finds) -> None:
    async def play() -> str:
        hub = Hub(render_fragment)
        browser = Browser(create_app(hub), issue_ticket(make_topic("movie", movie_id=MOVIE)))
        await asyncio.sleep(0.1)
        await push_events(hub, [browser], 1)
        await browser.leave()
        return browser.events[0]

    event = asyncio.run(play())
    assert "Popularity" in event
    assert "<html" not in event


def test_stream_without_a_ticket_gives_403() -> None:
    async def play() -> int:
        browser = Browser(create_app(Hub(render_fragment)), "trending")
        await browser.task
        return browser.status

    assert asyncio.run(play()) == 403


def test_stream_beyond_the_limit_gives_503() -> None:
    async def play() -> int:
        browser = Browser(create_app(Hub(render_fragment, most_streams=0)), issue_ticket(TRENDING))
        await browser.task
        return browser.status

    assert asyncio.run(play()) == 503


def open_stream(address: str, path: str) -> socket.socket:
    host, _, port = address.removeprefix("http://").partition(":")
    found = socket.create_connection((host, int(port)), timeout=60)
    found.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept: text/event-stream\r\n\r\n".encode())
    return found


def read_until_all_have(text: bytes, readers: list[socket.socket], received: list[bytes]) -> None:
    """Appends what the streams send to `received`, until each has this text; fails after 90 s."""
    deadline = time.monotonic() + 90
    while without := sum(text not in each for each in received):
        assert time.monotonic() < deadline, f"{without:,} of {len(readers):,} streams did not receive {text!r}"
        for number, reader in enumerate(readers):
            reader.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                received[number] += reader.recv(1_000_000)
        time.sleep(0.1)


def load_the_leader_of_the_ranking(data: Path) -> None:
    """Loads a document that puts `LEADER` first; the sample's own reviews may move nobody for minutes."""
    now = datetime.now(UTC)
    document = {
        "movie_id": LEADER,
        "data_type": "trending",
        "hour": now.replace(minute=0, second=0, microsecond=0).isoformat(),
        "data": {"trending_score": 99.99, "velocity": 1.0, "acceleration": 0.0},
        "synced_at": now.isoformat(),
    }
    file = data / "leader.jsonl"
    file.write_text(json.dumps(document))
    loaded = run_command_beside(data, "load_views", str(file), "--kind", "speed", "--strict")
    assert loaded.returncode == 0, loaded


@pytest.mark.slow
def test_real_server_holds_a_thousand_streams_and_updates_all_of_them(tmp_path: Path) -> None:
    with served(tmp_path, LIVE_LIMIT=str(STREAMS), METRICS_FROM="127.0.0.1") as copy:
        copy.wait_until_it_serves()
        page = urllib.request.urlopen(f"{copy.url}/trending/", timeout=30).read().decode()
        found = re.search(r'sse-connect="(http://[^/]+)(/[^"]+)"', page)
        assert found, page
        readers = [open_stream(found[1], found[2]) for _ in range(STREAMS)]
        received = [b""] * STREAMS
        read_until_all_have(b"event: fragment", readers, received)
        load_the_leader_of_the_ranking(tmp_path)
        read_until_all_have(f"/movies/{LEADER}/".encode(), readers, received)
        assert b"text/event-stream" in received[0]
        state = json.load(urllib.request.urlopen(f"{found[1]}/", timeout=10))
        assert (state["streams"], state["topics"]) == (STREAMS, 1)
        for reader in readers[:-1]:
            reader.close()
        deadline = time.monotonic() + 60
        while state["streams"] > 1:
            assert time.monotonic() < deadline, state
            time.sleep(0.5)
            state = json.load(urllib.request.urlopen(f"{found[1]}/", timeout=10))
        began = time.monotonic()
        assert copy.interrupt() == 0
        assert time.monotonic() - began < 20, "an open stream delayed the end"
        readers[-1].close()


def log_in(url: str, name: str, password: str) -> urllib.request.OpenerDirector:
    """A browser in which a user is logged in."""
    cookies = CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(cookies))
    browser.open(f"{url}/admin/login/", timeout=10).read()
    token = next(each.value for each in cookies if each.name == "csrftoken")
    form = urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token, "next": "/about/"})
    browser.open(f"{url}/admin/login/", form.encode(), timeout=10).read()
    return browser


def has_ended(stream: socket.socket) -> bool:
    """Whether an answer ends with what a stream sends within half a second."""
    stream.settimeout(0.5)
    try:
        return f"\r\n{stream.recv(1_000_000).decode()}".endswith("\r\n0\r\n\r\n")
    except TimeoutError:
        return False


@pytest.mark.slow
def test_user_who_is_locked_out_loses_the_stream_within_five_seconds(tmp_path: Path) -> None:
    with served(tmp_path, ANONYMOUS_READ="0", LOAD_SAMPLE="never") as copy:
        copy.wait_until_it_serves()
        password = re.search(r"demo, password (\S+)", copy.said())
        assert password
        page = log_in(copy.url, "demo", password[1]).open(f"{copy.url}/trending/", timeout=30).read().decode()
        found = re.search(r'sse-connect="(http://[^/]+)(/[^"]+)"', page)
        assert found, page
        with open_stream(found[1], found[2]) as stream:
            assert stream.recv(100).startswith(b"HTTP/1.1 200 ")
            time.sleep(4)
            assert not has_ended(stream)
            lock_out = "from django.contrib.auth.models import User; User.objects.update(is_active=False)"
            assert run_command_beside(tmp_path, "shell", "-c", lock_out).returncode == 0
            deadline = time.monotonic() + 5
            while not has_ended(stream):
                assert time.monotonic() < deadline
        with open_stream(found[1], found[2]) as again:
            assert again.recv(100).startswith(b"HTTP/1.1 403 ")
