"""What a process that serves may hold: connections, streams, and threads that wait for slow clients."""

from __future__ import annotations

import resource
from typing import Final

CONNECTIONS: Final = 2048
"""Connections that a worker holds at once, silent ones included.

At the limit the server accepts no further connections. With the server's default halved, clients that sent half a head
every half minute kept it from answering at all. Requirement S5.
"""

STREAMS: Final = 5_000
"""Streams that the stream process holds at once."""

STREAM_CONNECTIONS: Final = 6_000
"""Connections of the stream process: streams, and others that are refused or silent."""

OTHER_FILES: Final = 512
"""Files that a process may have open beside its connections."""

BODY_PLACES: Final = 16
"""Requests of a worker whose bodies may be on their way at the same time."""

FILE_PLACES: Final = 4
"""Clients of a worker that may take long files at the same time."""


def threads_of_worker(answering: int) -> int:
    """Number of threads that a worker needs, so that ``answering`` of them answer while all places are taken."""
    return answering + BODY_PLACES + FILE_PLACES


def connections_per_worker(most_connections: int) -> int:
    """Raises the limit of open files, which children inherit, and returns how many connections a worker may hold."""
    wanted = most_connections + OTHER_FILES
    limit, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and limit < wanted:
        limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
        resource.setrlimit(resource.RLIMIT_NOFILE, (limit, most))
    allowed = most_connections if limit == resource.RLIM_INFINITY else limit - OTHER_FILES
    return max(1, min(most_connections, allowed))


def streams_of_process() -> int:
    """Number of streams that this process may hold: fewer where the system lets it open fewer files."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    room = files - OTHER_FILES - (STREAM_CONNECTIONS - STREAMS)
    return STREAMS if files == resource.RLIM_INFINITY else max(1, min(STREAMS, room))
