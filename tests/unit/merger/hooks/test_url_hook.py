"""Hooks behind a URL, over real sockets on this machine: what is sent, and each way in which an answer can fail."""

from __future__ import annotations

import base64
import contextlib
import hmac
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from merger.hooks import url_hook
from merger.hooks.answers import HookFault
from merger.hooks.target import Url, parse_target
from merger.hooks.url_hook import UrlHook
from tests.tls_proxy import OPENSSL, Authority

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = b'{"type":"run.test"}'


class Server:
    """Answers each connection with what ``answer`` writes, after it has read one request."""

    def __init__(self, answer: Callable[[socket.socket], None], tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[bytes] = []
        self._answer, self._tls = answer, tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with contextlib.suppress(OSError), connection:
                served = self._tls.wrap_socket(connection, server_side=True) if self._tls else connection
                with served:
                    request = b""
                    while BODY not in request:
                        part = served.recv(65_536)
                        if not part:
                            break
                        request += part
                    self.requests.append(request)
                    self._answer(served)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(5)


@contextlib.contextmanager
def serving(answer: Callable[[socket.socket], None] | bytes, tls: ssl.SSLContext | None = None) -> Iterator[Server]:
    server = Server((lambda to: to.sendall(answer)) if isinstance(answer, bytes) else answer, tls)
    try:
        yield server
    finally:
        server.close()


def hook_of(address: str, *, private: bool = True, **options: object) -> UrlHook:
    url = parse_target(address)
    assert isinstance(url, Url)
    return UrlHook(url, SECRET, private, **options)  # type: ignore[arg-type]


def ask(hook: UrlHook, seconds: float = 5) -> bytes:
    return hook.ask("msg_1", BODY, time.monotonic() + seconds)


def answered(answer: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(answer), answer)


def test_the_event_is_posted_with_its_signature() -> None:
    with serving(answered(b'{"answer": "proceed"}')) as server:
        assert ask(hook_of(f"http://127.0.0.1:{server.port}/a?b=c")) == b'{"answer": "proceed"}'
    head, _, body = server.requests[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    assert (first, body) == ("POST /a?b=c HTTP/1.1", BODY)
    assert headers["host"] == f"127.0.0.1:{server.port}"
    assert headers["webhook-id"] == "msg_1"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 5
    signed = f"msg_1.{headers['webhook-timestamp']}.".encode() + BODY
    digest = hmac.digest(base64.b64decode(SECRET.removeprefix("whsec_")), signed, "sha256")
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    assert "authorization" not in headers


@pytest.mark.parametrize(
    "answer", [b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n"]
)
def test_an_empty_answer_of_2xx(answer: bytes) -> None:
    with serving(answer) as server:
        assert ask(hook_of(f"http://127.0.0.1:{server.port}")) == b""


@pytest.mark.parametrize("status", ["500 Oh", "401 No", "304 Same", "302 Found\r\nLocation: http://127.0.0.1:{port}/"])
def test_another_status_is_a_fault_and_no_redirect_is_followed(status: str) -> None:
    with serving(f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n".encode()) as server:
        with pytest.raises(HookFault, match=f"answered with status {status[:3]}"):
            ask(hook_of(f"http://127.0.0.1:{server.port}"))
        time.sleep(0.1)
        assert len(server.requests) == 1


def test_a_body_without_end_is_read_up_to_the_bound() -> None:
    def flood(to: socket.socket) -> None:
        to.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            to.sendall(b"x" * 65_536)

    with serving(flood) as server:
        assert len(ask(hook_of(f"http://127.0.0.1:{server.port}"))) == 65_537


def drip(to: socket.socket, first: bytes, each: bytes) -> None:
    to.sendall(first)
    while True:
        to.sendall(each)
        time.sleep(0.02)


@pytest.mark.parametrize(
    ("first", "each"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n", b"x"),
        (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
)
def test_a_slow_drip_ends_at_the_deadline(first: bytes, each: bytes) -> None:
    with serving(partial(drip, first=first, each=each)) as server:
        began = time.monotonic()
        with pytest.raises(HookFault, match="it did not answer in time"):
            ask(hook_of(f"http://127.0.0.1:{server.port}"), 0.5)
        assert 0.4 < time.monotonic() - began < 2


def test_silence_ends_at_the_deadline() -> None:
    with serving(lambda _: time.sleep(1.5)) as server, pytest.raises(HookFault, match="it did not answer in time"):
        ask(hook_of(f"http://127.0.0.1:{server.port}"), 0.3)


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 200 OK\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: y", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"],
)
def test_what_was_cut_off_does_not_pass_as_proceed(answer: bytes) -> None:
    with serving(answer) as server, pytest.raises(HookFault, match="its answer was cut off, or is empty without"):
        ask(hook_of(f"http://127.0.0.1:{server.port}"))


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0\r\n", b"\0" * 90])
def test_what_is_not_http_is_a_fault(answer: bytes) -> None:
    with serving(answer) as server, pytest.raises(HookFault, match=r"it can't be asked|it answered"):
        ask(hook_of(f"http://127.0.0.1:{server.port}"))


def test_nothing_that_listens_is_a_fault() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(HookFault, match=r"it can't be asked \(ConnectionRefusedError\)"):
        ask(hook_of(f"http://127.0.0.1:{port}"))


def test_private_addresses_and_plain_http_are_refused_unless_allowed() -> None:
    with serving(answered(b"")) as server:
        with pytest.raises(HookFault, match="not public"):
            ask(hook_of(f"https://localhost:{server.port}", private=False))
        with pytest.raises(HookFault, match="must begin with https://"):
            ask(hook_of(f"http://localhost:{server.port}", private=False))
        assert server.requests == []


def test_no_event_is_sent_unsigned() -> None:
    url = parse_target("https://example.org")
    with pytest.raises(HookFault, match="RUN_HOOK_SECRET is empty"):
        UrlHook(url, "").ask("msg_1", BODY, time.monotonic() + 1)  # type: ignore[arg-type]


def test_proxies_of_the_environment_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with serving(answered(b"{}")) as server:
        assert ask(hook_of(f"http://127.0.0.1:{server.port}")) == b"{}"


@pytest.mark.skipif(OPENSSL is None, reason="needs openssl")
def test_tls_is_verified_with_the_name_and_the_address_is_looked_up_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority.create(tmp_path)
    serverside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serverside.load_cert_chain(authority.sign("hook.example"))
    looked_up: list[str] = []

    with serving(answered(b"{}"), serverside) as server:

        def once(host: str, port: int, deadline: float, *, private: bool) -> list[object]:
            looked_up.append(host)
            return [(socket.AF_INET, ("127.0.0.1", port))]

        monkeypatch.setattr(url_hook, "addresses_of", once)
        trusting = partial(ssl.create_default_context, cafile=str(authority.certificate))
        assert ask(hook_of(f"https://hook.example:{server.port}", tls=trusting)) == b"{}"
        assert looked_up == ["hook.example"]
        assert b"\r\nHost: hook.example:" in server.requests[0]
        with pytest.raises(HookFault, match="SSLCertVerificationError"):
            ask(hook_of(f"https://other.example:{server.port}", tls=trusting))
        with pytest.raises(HookFault, match="SSLCertVerificationError"):
            ask(hook_of(f"https://hook.example:{server.port}"))
        assert len(server.requests) == 1
