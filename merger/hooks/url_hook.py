"""A hook behind a URL: one signed POST to a checked address, without redirects or proxies, within a total time."""

from __future__ import annotations

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from merger.hooks.addresses import addresses_of
from merger.hooks.answers import LARGEST_ANSWER, HookFault
from merger.hooks.signing import signed_headers
from merger.hooks.target import Url


@dataclass(frozen=True, slots=True)
class UrlHook:
    """A hook behind a URL.

    Attributes:
        url: where it is.
        secret: signs what is sent, as Standard Webhooks says.
        private: whether private addresses, and HTTP without TLS, are allowed.
        tls: makes what checks the host's certificate.
    """

    url: Url
    secret: str
    private: bool = False
    tls: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def ask(self, event_id: str, body: bytes, deadline: float) -> bytes:
        """Sends an event; returns the body of the answer.

        Args:
            event_id: the same for each attempt.
            body: the event as JSON.
            deadline: of the whole, by ``time.monotonic``.

        Raises:
            HookFault: there is no answer of status 2xx in time, or its address is not allowed.
        """
        if not self.url.is_secure and not self.private:
            raise HookFault("its address must begin with https://, unless RUN_HOOK_PRIVATE_ADDRESSES=1")
        if not self.secret:
            raise HookFault("RUN_HOOK_SECRET is empty, so events can't be signed")
        headers = signed_headers(self.secret, event_id, int(time.time()), body)
        headers |= {"content-type": "application/json", "user-agent": "lambdaserve", "connection": "close"}
        try:
            with self._connect(deadline) as connected, _ended_at(deadline, connected):
                answer = self._exchange(self._secured(connected), headers, body)
        except (OSError, http.client.HTTPException, ValueError, HookFault) as error:
            if time.monotonic() >= deadline:
                raise HookFault("it did not answer in time") from error
            if isinstance(error, HookFault):
                raise
            raise HookFault(f"it can't be asked ({type(error).__name__})") from error
        if time.monotonic() >= deadline:  # what was cut off there may look whole
            raise HookFault("it did not answer in time")
        return answer

    def _connect(self, deadline: float) -> socket.socket:
        trouble: OSError | None = None
        for family, address in addresses_of(self.url.host, self.url.port, deadline, private=self.private):
            connection = socket.socket(family, socket.SOCK_STREAM)
            connection.settimeout(max(deadline - time.monotonic(), 0.001))
            try:
                connection.connect(address)
            except OSError as error:
                connection.close()
                trouble = error
            else:
                return connection
        raise trouble or OSError("no address")

    def _secured(self, connected: socket.socket) -> socket.socket:
        return self.tls().wrap_socket(connected, server_hostname=self.url.host) if self.url.is_secure else connected

    def _exchange(self, connected: socket.socket, headers: dict[str, str], body: bytes) -> bytes:
        kind = http.client.HTTPSConnection if self.url.is_secure else http.client.HTTPConnection
        connection = kind(self.url.host, self.url.port)
        connection.auto_open = 0  # it never connects by itself, so never to another address
        connection.sock = connected
        with contextlib.closing(connection):
            connection.request("POST", self.url.path, body, headers)
            answer = connection.getresponse()
            if not 200 <= answer.status < 300:
                raise HookFault(f"it answered with status {answer.status}")
            return _whole(answer)


def _whole(answer: http.client.HTTPResponse) -> bytes:
    """The body of an answer, one byte beyond the bound at most; nothing means nothing only if its length is stated."""
    body = answer.read(LARGEST_ANSWER + 1)
    is_cut = bool(answer.length) and len(body) <= LARGEST_ANSWER
    if is_cut or (answer.length is None and not answer.chunked and not body.strip()):
        raise HookFault("its answer was cut off, or is empty without a Content-Length")
    return body


@contextlib.contextmanager
def _ended_at(deadline: float, connected: socket.socket) -> Iterator[None]:
    """Ends a connection at a moment, however slowly bytes come: timeouts of a socket are of each read."""
    handle = socket.socket(fileno=socket.dup(connected.fileno()))

    def end() -> None:
        with contextlib.suppress(OSError):
            handle.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(max(deadline - time.monotonic(), 0), end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        handle.close()
