"""Tickets that open a stream: a signed topic, issued by a page to a reader who may see it.

Where only some may read, a ticket also names its reader, who must still be allowed to read while the stream is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.core import signing

from pages.live.readers import Reader

TICKET_LIFETIME: Final = timedelta(hours=12)
"""Age at which a ticket opens no stream, and its streams end; the page polls from then on."""

_SALT: Final = "lambdaserve.pages.live"


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a valid ticket says.

    Attributes:
        topic: what its stream shows.
        reader: for whom it is; ``None``: for everybody.
        expires_at: seconds since 1970.
    """

    topic: str
    reader: Reader | None
    expires_at: float


def issue_ticket(topic: str, reader: Reader | None = None) -> str:
    """Issues a ticket for a topic."""
    return signing.dumps([topic, *(reader or ())], salt=_SALT)


def read_ticket(text: str) -> Ticket | None:
    """What a ticket says; ``None`` if it is invalid or expired."""
    try:
        match signing.loads(text, salt=_SALT, max_age=TICKET_LIFETIME):
            case [topic]:
                reader = None
            case [topic, start, digest, user]:
                reader = Reader(start, digest, user)
            case _:  # of another release
                return None
    except signing.BadSignature:
        return None
    issued_at = signing.b62_decode(text.rsplit(":", 2)[1])
    return Ticket(topic, reader, issued_at + TICKET_LIFETIME.total_seconds())
