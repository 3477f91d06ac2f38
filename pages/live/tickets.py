"""Tickets that open a stream: a signed topic, issued by a page to a reader who may see it.

The stream server knows neither users nor sessions, so a page gives its reader a ticket for just what it shows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core import signing

TICKET_LIFETIME: Final = timedelta(hours=12)
"""Age after which a ticket no longer opens a stream; the page polls from then on."""

_SALT: Final = "lambdaserve.pages.live"


def issue_ticket(topic: str) -> str:
    """Issues a ticket for a topic."""
    return signing.dumps(topic, salt=_SALT)


def read_ticket(text: str) -> str | None:
    """The topic of a ticket; ``None`` if it is invalid or expired."""
    try:
        topic: str = signing.loads(text, salt=_SALT, max_age=TICKET_LIFETIME)
    except signing.BadSignature:
        return None
    return topic
