"""The load generator against a small server of this process: it measures, and trusts no answer that looks wrong."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from benchmarks.harness.latencies import Latencies
from benchmarks.harness.load import CONCURRENCY, LoadFailed, connect, run_cold, run_warm
from benchmarks.harness.workload import Endpoint

ENDPOINT = Endpoint("things", 100.0, ("/one", "/two", "/three"), cold_requests=7)


class Served:
    """A cache that remembers paths, and what was asked of it."""

    def __init__(self) -> None:
        self.port = 0
        self.asked: list[str] = []
        self.clients: set[tuple[str, int]] = set()
        self.held: set[str] = set()
        self.status = 200
        self.keeps = True

    def answer(self, path: str, client: tuple[str, int]) -> tuple[int, str, bytes]:
        self.asked.append(path)
        self.clients.add(client)
        state = "HIT" if path in self.held else "MISS"
        if self.keeps:
            self.held.add(path)
        return self.status, state, b'{"detail": "as asked"}'


@contextmanager
def serving() -> Iterator[Served]:
    served = Served()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Without it, an answer of two packets waits for an acknowledgement that is delayed.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            status, state, body = served.answer(self.path, self.client_address)
            self.send_response(status)
            self.send_header("x-cache", state)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.path = f"{self.path} {body}"
            self.do_GET()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        served.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()


def measure_cold_run(served: Served, endpoint: Endpoint = ENDPOINT) -> Latencies:
    async def measure() -> Latencies:
        async with connect("127.0.0.1", served.port) as connection:
            return await run_cold(connection, endpoint, served.held.clear, held=0.0)

    return asyncio.run(measure())


def test_a_body_after_a_blank_is_posted() -> None:
    with serving() as served:
        measure_cold_run(served, Endpoint("likes", 100.0, ('/likes {"ids": [1, 2]}', "/one"), cold_requests=2))
        assert served.asked == ['/likes {"ids": [1, 2]}', "/one"]


def test_cold_run_requests_every_path_and_empties_cache_before_each_turn() -> None:
    with serving() as served:
        found = measure_cold_run(served)
    assert served.asked == ["/one", "/two", "/three", "/one", "/two", "/three", "/one"]
    assert found.requests == 7
    assert len(served.clients) == 1, "the connection was not kept"
    assert 0 < found.p50 <= found.p95 <= found.slowest


def test_warm_run_repeats_requests_over_several_connections() -> None:
    with serving() as served:
        found = asyncio.run(run_warm("127.0.0.1", served.port, ENDPOINT, 0.2))
    assert len(served.clients) == CONCURRENCY
    assert served.asked[:3] == ["/one", "/two", "/three"]
    assert found.requests == len(served.asked) - 3
    assert found.per_second == pytest.approx(found.requests / 0.2, rel=0.5)


def test_a_cold_run_refuses_an_answer_from_the_cache() -> None:
    with serving() as served:
        served.held.add("/two")
        twice = Endpoint("things", 100.0, ("/one", "/one"), cold_requests=2)
        with pytest.raises(LoadFailed, match="GET /one has X-Cache HIT, not MISS"):
            measure_cold_run(served, twice)


def test_a_warm_run_refuses_an_answer_that_is_not_from_the_cache() -> None:
    with serving() as served:
        served.keeps = False
        with pytest.raises(LoadFailed, match="has X-Cache MISS, not HIT"):
            asyncio.run(run_warm("127.0.0.1", served.port, ENDPOINT, 0.2))


def test_endpoint_without_cache_may_answer_without_x_cache() -> None:
    with serving() as served:
        served.keeps = False
        endpoint = Endpoint("health", 50.0, ("/health",), cached=False, cold_requests=2)
        assert measure_cold_run(served, endpoint).requests == 2


@pytest.mark.parametrize("status", [204, 304, 404, 500, 503])
def test_status_other_than_200_ends_the_run_and_quotes_the_body(status: int) -> None:
    with serving() as served:
        served.status = status
        with pytest.raises(LoadFailed, match=f"GET /one was answered with {status}: .*as asked"):
            measure_cold_run(served)


def test_a_server_that_hangs_up_ends_the_run() -> None:
    async def measure() -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
        async with server, connect("127.0.0.1", server.sockets[0].getsockname()[1]) as connection:
            await connection.milliseconds("/", None)

    with pytest.raises(LoadFailed, match="got no answer that can be read"):
        asyncio.run(measure())
