"""The output of wrk is read as figures; where wrk is installed, it really runs."""

from __future__ import annotations

import json
import shutil
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from benchmarks.harness import wrk
from benchmarks.harness.latencies import Latencies
from benchmarks.harness.load import LoadFailed

TOLD: dict[str, Any] = {
    "requests": 1000,
    "microseconds": 2_000_000,
    "refused": 0,
    "broken": 0,
    "answered": [["200 HIT", 600], ["200 HIT", 300], ["200 MISS", 100]],
    "p50": 1500.0,
    "p95": 2500.0,
    "p99": 3500.0,
    "slowest": 9000.0,
}


def output(**changes: Any) -> list[str]:
    return ["Running 2s test", f"RESULT {json.dumps(TOLD | changes)}", "  2 threads"]


def test_times_are_milliseconds_and_counts_of_all_threads_are_summed() -> None:
    load = wrk.parse_output(output())
    assert load.latencies == Latencies(1000, 500.0, 1.5, 2.5, 3.5, 9.0)
    assert load.answered == {"200 HIT": 900, "200 MISS": 100}
    assert load.hit_rate == pytest.approx(0.9)


def test_without_counting_there_is_no_hit_rate() -> None:
    assert wrk.parse_output(output(answered=[])).hit_rate is None


@pytest.mark.parametrize(
    "changes",
    [{"refused": 1}, {"broken": 1}, {"requests": 0}, {"answered": [["200 HIT", 999], ["500 -", 1]]}],
)
def test_a_run_with_a_wrong_answer_is_no_run(changes: dict[str, Any]) -> None:
    with pytest.raises(LoadFailed):
        wrk.parse_output(output(**changes))


def test_wrk_without_a_result_fails_with_its_last_output() -> None:
    with pytest.raises(LoadFailed, match="unable to connect"):
        wrk.parse_output([], "unable to connect")


def test_missing_wrk_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(wrk.WrkMissing, match="apt-get install wrk"):
        wrk.find_wrk()


@pytest.mark.skipif(shutil.which("wrk") is None, reason="wrk is not installed (Debian: apt-get install wrk)")
def test_run_requests_lines_from_a_position_with_headers_and_tags(tmp_path: Path) -> None:
    asked: list[tuple[str, str | None, str | None]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            tag = self.headers["If-None-Match"]
            asked.append((self.path, self.headers["X-API-Key"], tag))
            self.send_response(304 if tag else 200)
            self.send_header("x-cache", "HIT")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing."""

    lines = tmp_path / "lines"
    tagged = [f'/{number}\t"{number}"\n' for number in range(60_000)]
    lines.write_text("".join([*tagged[:960], "/960\n", *tagged[961:]]), encoding="utf-8")

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, request: object, client_address: object) -> None:
            """Says nothing: wrk hangs up when its time is over."""

    with Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            address = wrk.Address("127.0.0.1", server.server_address[1], {"X-API-Key": "known"})
            load = wrk.run_wrk(address, lines, 1.0, first=960)
        finally:
            server.shutdown()
            thread.join()
    # Connections overtake each other, so nothing is said of the order.
    numbers = sorted(int(path[1:]) for path, _, _ in asked)
    assert numbers == list(range(960, 960 + len(asked)))
    assert all((key, tag) == ("known", None if path == "/960" else f'"{path[1:]}"') for path, key, tag in asked)
    assert set(load.answered) == {"200 HIT", "304 HIT"}
    assert sum(load.answered.values()) >= load.latencies.requests > 0
