"""Thousands of malformed heads, bodies and parameters: a real server answers each or hangs up, and never with a 5xx.

Each case is made from its number; a failure names the numbers, and ``request_of`` makes the bytes again.
"""

from __future__ import annotations

import random
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.integration.serving.test_serve import served

pytestmark = pytest.mark.slow

CASES = 2_500
PATIENCE = 3.0
"""Seconds for an answer; a server may wait for the rest of a head or body that never comes."""

METHODS = [
    b"GET",
    b"HEAD",
    b"POST",
    b"PUT",
    b"OPTIONS",
    b"TRACE",
    b"CONNECT",
    b"get",
    b"G\x00T",
    b"",
    b"A" * 300,
    b"QUERY",
]
PATHS = [
    b"/",
    b"/api/v1/movies/1",
    b"/api/v1/trending/movies",
    b"/api/v1/search/movies",
    b"/api/v1/auth/token",
    b"/admin/login/",
    b"/metrics",
    b"/static/x.js",
    b"*",
    b"http://evil.example/",
    b"//evil.example",
    b"/%",
    b"/%00",
    b"/\xff\xfe",
    b"/..//../etc/passwd",
    b"/api/v1/movies/" + b"9" * 400,
    b"/api/v1/analytics/trends",
    b"/movies/1/",
    b"/search/",
    b"",
]
NAMES = [
    b"window",
    b"genre",
    b"limit",
    b"q",
    b"metric",
    b"completeness",
    b"explain",
    b"start",
    b"cursor",
    b"%65xplain",
    b"",
    b"a" * 500,
    b"genre[$ne]",
    b"__proto__",
    b"page",
]
VALUES = [
    b"7d",
    b"-1",
    b"1e999",
    b"NaN",
    b"%",
    b"%00",
    b"%ff%fe",
    b"%F0%9F%8E%AC",
    b"'; --",
    b"{}",
    b"[]",
    b"\xc3\x28",
    b"0" * 2_000,
    b"null",
    b"9" * 400,
    b"../",
    b"<script>",
    b"$where",
    b"2026-99-99",
    b"+",
    b"%252e",
]
HEADERS = [
    (b"X-API-Key", b"ls0123456789.x"),
    (b"X-API-Key", b"\xff" * 50),
    (b"Authorization", b"Bearer " + b"a." * 400),
    (b"Authorization", b"Basic"),
    (b"Cookie", b"sessionid=" + b"x" * 3_000),
    (b"Cookie", b"=;=;\xff"),
    (b"If-None-Match", b'W/"' + b"," * 900),
    (b"Accept", b"*/*;q=9e9,\x01"),
    (b"Accept-Encoding", b"gzip;q=x"),
    (b"Content-Length", b"-5"),
    (b"Content-Length", b"99999999999999999999"),
    (b"Content-Length", b"3"),
    (b"Transfer-Encoding", b"chunked"),
    (b"Transfer-Encoding", b"gzip, chunked"),
    (b"Expect", b"100-continue"),
    (b"Range", b"bytes=0-,-1,5-2"),
    (b"X-Forwarded-For", b"," * 500),
    (b"Host", b"evil.example"),
    (b"Host", b""),
    (b"Connection", b"upgrade"),
    (b"Upgrade", b"websocket"),
    (b"Content-Type", b"application/json; charset=\xff"),
    (b"Content-Type", b"multipart/form-data"),
    (b"", b"x"),
    (b"a b", b"c"),
    (b"X-Request-ID", b"\r"),
    (b"X", b"y" * 9_000),
    (b"Cache-Control", b"max-age=-1, max-age=x"),
]
BODIES = [
    b"",
    b"{",
    b'{"username": ' + b"[" * 3_000,
    b"\xff" * 100,
    b"5\r\nhello\r\n0\r\n\r\n",
    b"ffffffffffffffff\r\n",
    b"-1\r\n\r\n",
    b"0\r\nX: y\r\n\r\n",
    b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n",
    b"a=" + b"%" * 500,
]
ENDS = [b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\r\n "]


def request_of(number: int, host: bytes) -> bytes:
    """The bytes of a case."""
    dice = random.Random(number)
    path = dice.choice(PATHS)
    if dice.random() < 0.6:
        pairs = [dice.choice(NAMES) + b"=" + dice.choice(VALUES) for _ in range(dice.randrange(1, 5))]
        path += b"?" + dice.choice([b"&", b";", b"&&"]).join(pairs)
    version = dice.choice([b"HTTP/1.1"] * 8 + [b"HTTP/1.0", b"HTTP/2", b"HTTP/9.9", b"", b"http/1.1"])
    headers = [(b"Host", host)] if dice.random() < 0.9 else []
    headers += dice.sample(HEADERS, dice.randrange(5))
    end = dice.choice(ENDS) if dice.random() < 0.2 else b"\r\n"
    head = dice.choice(METHODS if dice.random() < 0.5 else METHODS[:3]) + b" " + path + b" " + version + b"\r\n"
    raw = head + b"".join(name + b": " + value + end for name, value in headers) + b"\r\n" + dice.choice(BODIES)
    if dice.random() < 0.1:
        place = dice.randrange(len(raw))
        raw = raw[:place] + dice.randbytes(3) + raw[place:]
    return raw[: dice.randrange(1, len(raw))] if dice.random() < 0.05 else raw


def status_of(address: tuple[str, int], number: int, host: bytes) -> int | None:
    """The status of the answer to a case; ``None``: the server hung up, or waits for more."""
    with socket.create_connection(address, timeout=PATIENCE) as connection:
        try:
            connection.sendall(request_of(number, host))
            connection.shutdown(socket.SHUT_WR)
            found = re.match(rb"HTTP/1\.[01] (\d{3})", connection.recv(64))
        except OSError:
            return None
    return int(found[1]) if found else None


def test_no_malformed_request_gets_a_server_error(tmp_path: Path) -> None:
    with served(tmp_path, RATE_LIMIT="0", PAGE_LIMIT="0", LOGIN_LIMIT_ADDRESS="0") as copy:
        copy.wait_until_it_serves()
        host, _, port = copy.url.removeprefix("http://").partition(":")
        address = host, int(port)
        with ThreadPoolExecutor(16) as pool:
            found = list(pool.map(lambda number: status_of(address, number, host.encode()), range(CASES)))
        errors = [number for number, status in enumerate(found) if status is not None and status >= 500]
        assert not errors, [(number, found[number], request_of(number, host.encode())[:200]) for number in errors[:5]]
        answered = [status for status in found if status is not None]
        assert len(answered) > CASES / 2
        assert {200, 400, 404} <= set(answered)
        assert "Traceback" not in copy.said()
        assert copy.status("/api/v1/health") == 200
