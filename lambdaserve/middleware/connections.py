"""The clients' connections of this process as the system's kernel sees them, and an end to those that are too slow.

The server lets a client take as long as it likes for the body of a request, and for its answer. The kernel counts when
a connection last sent and received, and how long it had to wait until its client took what it was sent. Linux only:
elsewhere no connection is found, and none is ended.

Requirement S5.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SLOW_SWEEPS: Final = 4
"""A client is slow that kept its connection waiting through as many sweeps in a row."""

ANSWER_SECONDS: Final = 2.5
"""Longest time in which a request is answered that has arrived."""

_DISPATCH_SECONDS: Final = 0.05
"""Longest time between the making of a connection and the start of its first request, if it doesn't wait for it."""

_WAITING_SHARE: Final = 0.8
"""Share of the time between two sweeps from which on a connection was waiting for its client."""

_CLOCK_TICK: Final = 0.01
"""Seconds by which the kernel's times may be off."""

_MAPPED: Final = "::ffff:"
"""Start of an IPv4 address at a socket that takes IPv6 as well."""

_INFO_BYTES: Final = 256
_TIMES: Final = struct.Struct("<44xI4xI")
"""Milliseconds since the connection last sent and received data, in Linux's ``struct tcp_info``."""

_WAITED: Final = struct.Struct("<176xQ")
"""Microseconds for which its client had no room for more."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A client's connection.

    Attributes:
        socket: this process's second handle of it, valid until the next one is asked for.
        peer: IP address and port of the client, or of the proxy that passes it on.
        unanswered: seconds since anything was sent to it, or since it was made.
        silent: seconds since anything came from it.
        waited: seconds, in all, for which its client had no room for what it was to get.
    """

    socket: socket.socket
    peer: tuple[str, int]
    unanswered: float
    silent: float
    waited: float


@dataclass(slots=True)
class _Taker:
    """What the last sweep found: when, how long the connection had waited by then, how many slow sweeps in a row."""

    at: float
    waited: float
    slow: int = 0


@dataclass(slots=True)
class SlowTakers:
    """Ends connections whose clients don't take their answers."""

    _takers: dict[tuple[str, int], _Taker] = field(default_factory=dict)

    def sweep(self, now: float) -> int:
        """Ends those that were slow in ``SLOW_SWEEPS`` sweeps in a row; returns how many.

        Args:
            now: seconds of a monotonic clock.
        """
        found: dict[tuple[str, int], _Taker] = {}
        ended = 0
        for each in connections():
            before = self._takers.get(each.peer, _Taker(now, each.waited))
            was_slow = each.waited - before.waited > _WAITING_SHARE * (now - before.at)
            taker = found[each.peer] = _Taker(now, each.waited, before.slow + 1 if was_slow else 0)
            if taker.slow >= SLOW_SWEEPS:
                ended += _shut(each.socket, socket.SHUT_RDWR)
        self._takers = found
        return ended


def stop_waiting_for(host: str, seconds: float) -> int:
    """Takes nothing more from a host's connection that got no answer for so long although it sent something.

    The server then sees the end of a request's body, and can still answer it. Which connection a request came by is
    known by the time alone: where answers may take as long, only one that has been unanswered for as long to some
    milliseconds is stopped, else all that have been for as long or longer. Returns how many that were.

    Args:
        host: IP address of the client, or of the proxy that passes it on.
        seconds: for which nothing was sent to it.
    """
    peer_host, least = host.removeprefix(_MAPPED), seconds - _CLOCK_TICK
    # An idle connection had its last answer after its last request.
    found = [
        (each.unanswered, each.peer)
        for each in connections()
        if each.peer[0] == peer_host and least <= each.unanswered and each.silent <= each.unanswered
    ]
    if seconds < ANSWER_SECONDS:
        found = [each for each in sorted(found)[:1] if each[0] <= seconds + _DISPATCH_SECONDS]
    chosen = {peer for _, peer in found}
    return sum(_shut(each.socket, socket.SHUT_RD) for each in connections() if each.peer in chosen) if chosen else 0


def connections() -> Iterator[Connection]:
    """The connections that clients made to this process; those to stores are not among them."""
    served = set(_listening_ports())
    for each in _sockets() if served else ():
        with suppress(OSError, struct.error):
            peer, port = each.getpeername(), each.getsockname()[1]
            if port not in served:
                continue
            known = each.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
            sent, received = _TIMES.unpack_from(known)
            waited = _WAITED.unpack_from(known)[0] / 1e6 if len(known) >= _WAITED.size else 0.0
            yield Connection(each, (peer[0].removeprefix(_MAPPED), peer[1]), sent / 1000, received / 1000, waited)


def _listening_ports() -> Iterator[int]:
    for each in _sockets():
        with suppress(OSError):
            if each.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
                yield each.getsockname()[1]


def _sockets() -> Iterator[socket.socket]:
    """A second handle of each TCP socket of this process, closed when the next one is asked for.

    Other files get none: closing a second handle of SQLite's files would take the locks of this process away, and
    another one could then delete the log that this one goes on writing to.
    """
    if not hasattr(socket, "TCP_INFO"):
        return
    for file in list(Path("/dev/fd").iterdir()):
        with suppress(OSError):
            if not stat.S_ISSOCK(os.fstat(int(file.name)).st_mode):
                continue
        with suppress(OSError), _second_handle(int(file.name)) as found:
            if found.family in {socket.AF_INET, socket.AF_INET6} and found.type is socket.SOCK_STREAM:
                yield found


@contextmanager
def _second_handle(number: int) -> Iterator[socket.socket]:
    """A handle of a file that the server may close, and open another by its number, at any moment.

    Raises:
        OSError: there is no such file any more, or it isn't a socket.
    """
    copy = os.dup(number)
    try:
        found = socket.socket(fileno=copy)
    except OSError:
        os.close(copy)
        raise
    with found:
        yield found


def _shut(connection: socket.socket, how: int) -> bool:
    """Whether the connection was there to be shut."""
    try:
        connection.shutdown(how)
    except OSError:
        return False
    return True
