"""``manage.py slo`` from the access log, and its messages when there is nothing to judge."""

from __future__ import annotations

import gzip
import io
import json
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from lambdaserve.server.embedded_stores import LOOPBACK, free_port

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("merger.configuration.utc_now", lambda: NOW)


def line(ago: timedelta = timedelta(minutes=5), **fields: Any) -> bytes:
    usual = {
        "timestamp": (NOW - ago).isoformat().replace("+00:00", "Z"),
        "level": "info",
        "event": "request",
        "logger": "lambdaserve.access",
        "route": "api/v1/movies/<movie_id>",
        "status": 200,
        "ms": 3.0,
        "cache": "HIT",
    }
    return json.dumps(usual | fields).encode() + b"\n"


def slo(*arguments: str) -> tuple[str, str]:
    output, errors = io.StringIO(), io.StringIO()
    call_command("slo", *arguments, stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def of_log(file: Path, lines: list[bytes], *arguments: str) -> dict[str, Any]:
    file.write_bytes(b"".join(lines))
    found: dict[str, Any] = json.loads(slo("--log", str(file), "--json", *arguments)[0])
    return found


def test_only_the_apis_requests_are_counted(tmp_path: Path) -> None:
    others = [
        line(route="api/v1/health", status=503),
        line(route="static"),
        line(route="unmatched", status=404),
        line(logger="merger.invalidation.watcher"),
        line(event="started"),
    ]
    found = of_log(tmp_path / "log", [*([line()] * 3), line(status=404, cache=None), line(cache="MISS"), *others])
    assert (found["requests"], found["errors"], found["hit_rate"]) == (5, 0, 0.75)


def test_strict_refusals_are_not_errors(tmp_path: Path) -> None:
    refused = line(status=503, problem="incomplete", cache=None)
    failed = line(status=503, problem="store-unavailable", cache=None)
    found = of_log(tmp_path / "log", [line()] * 8 + [refused, failed], "--report-only")
    assert found["error_ratio"] == pytest.approx(0.1)
    assert found["strict_refusals"] == 1
    assert found["burn_rate"] == pytest.approx(100)


def test_newest_hour_ends_with_the_newest_request(tmp_path: Path) -> None:
    old = [line(timedelta(days=2, minutes=minute)) for minute in range(100)]
    new = [line(timedelta(days=1)), line(timedelta(days=1, minutes=59), status=500)]
    found = of_log(tmp_path / "log", [*new, *old], "--report-only")
    assert found["burn_rate_newest_hour"] == pytest.approx(500)
    assert found["burn_rate"] == pytest.approx(1000 / 102)


def test_since_limits_the_period(tmp_path: Path) -> None:
    lines = [line(), line(timedelta(hours=7), status=500), line(-timedelta(hours=1), status=500)]
    assert of_log(tmp_path / "log", lines, "--since", "6h")["requests"] == 1


def test_unreadable_lines_are_counted_and_reported(tmp_path: Path) -> None:
    bad = [b"Traceback (most recent call last):\n", b"[1]\n", b'"text"\n', line(status="?"), line(ms=None)]
    bad += [line(timestamp="soon"), line(ms=float("nan")), line(ms=-1), line(route=None), b'{"a": "\xff"}\n']
    (tmp_path / "log").write_bytes(b"".join([*bad, b"\n", line()]))
    output, errors = slo("--log", str(tmp_path / "log"))
    assert "1 requests of the API" in output
    assert "10 of 12 lines can't be read and are not counted" in errors


def test_a_line_of_any_length_takes_little_memory(tmp_path: Path) -> None:
    file, packed = tmp_path / "log.gz", gzip.compress(line() + b"x" * 40_000_000 + b"\n" + line())
    file.write_bytes(packed)
    tracemalloc.start()
    try:
        output, errors = slo("--log", str(file), "--json")
        assert tracemalloc.get_traced_memory()[1] < 5_000_000
    finally:
        tracemalloc.stop()
    assert json.loads(output)["requests"] == 2
    assert "1 of 3 lines can't be read" in errors


def test_several_files_and_gzip_are_read(tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(line() * 2)
    (tmp_path / "old.gz").write_bytes(gzip.compress(line() * 3))
    output, errors = slo("--log", str(tmp_path / "new"), str(tmp_path / "old.gz"))
    assert "5 requests of the API" in output
    assert "Lines read: 5" in errors


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input_is_read(monkeypatch: pytest.MonkeyPatch, pack: Any) -> None:
    stream = io.TextIOWrapper(io.BufferedReader(io.BytesIO(pack(line() * 4))))
    monkeypatch.setattr("sys.stdin", stream)
    assert "4 requests of the API" in slo("--log", "-")[0]


def test_table_shows_results_beside_objectives(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(line() * 999 + line(ms=400, status=500))
    output, _ = slo("--log", str(tmp_path / "log"))
    for text in ("99.900%", "0.100%", "200 ms", "hit rate", "burn rate", "api/v1/movies/<movie_id>"):
        assert text in output, text
    assert "1970" not in output


def test_missed_objective_exits_with_1(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(line() * 90 + line(ms=700) * 10)
    with pytest.raises(CommandError, match=r"^missed: p95 is \d+ ms, above the objective of 200 ms$") as missed:
        slo("--log", str(tmp_path / "log"))
    assert missed.value.returncode == 1
    assert "p95" in slo("--log", str(tmp_path / "log"), "--report-only")[0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--log", "absent"], "absent can't be read: No such file or directory"),
        (["--log", "empty"], "no request of the API was counted"),
        (["--log", "cut.gz"], "cut.gz can't be read: Compressed file ended"),
        (["--log", "empty", "--since", "a while"], "--since takes a length of time .*; got 'a while'"),
        (["--prometheus", "file:///etc/passwd"], "--prometheus takes an address that starts with http"),
        (["--prometheus", f"http://{LOOPBACK}:{free_port()}"], "does not answer: .*refused"),
    ],
)
def test_nothing_to_judge_exits_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").touch()
    Path("cut.gz").write_bytes(gzip.compress(line() * 1000)[:-30])
    with pytest.raises(CommandError, match=message) as trouble:
        slo(*arguments)
    assert trouble.value.returncode == 2


@pytest.fixture
def other_server() -> Iterator[tuple[str, dict[str, Any]]]:
    """A server that is not Prometheus: its URL, and what it answers."""
    answer = {"status": 200, "body": b"<html>"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(answer["status"])  # type: ignore[arg-type]  # an int
            self.end_headers()
            self.wfile.write(answer["body"])  # type: ignore[arg-type]  # bytes

        def log_message(self, *args: Any) -> None:
            """Keeps the test's output clean."""

    server = HTTPServer((LOOPBACK, 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://{LOOPBACK}:{server.server_port}", answer
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, b"<html>", "is not Prometheus"),
        (200, b"{}", "is not Prometheus"),
        (200, b"[]", "is not Prometheus"),
        (400, b'{"status":"error","error":"unknown function"}', "refuses the query: unknown function"),
        (502, b"<html>", "refuses the query: 502 Bad Gateway"),
    ],
)
def test_unusable_answer_of_prometheus_is_reported(
    other_server: tuple[str, dict[str, Any]], status: int, body: bytes, message: str
) -> None:
    address, answer = other_server
    answer.update(status=status, body=body)
    with pytest.raises(CommandError, match=message):
        slo("--prometheus", address)
