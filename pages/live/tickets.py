"""What opens a stream: a topic, signed by the page that was given to somebody who may read.

The process of the streams knows neither users nor sessions, so a page hands its reader a ticket for just what it shows.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.core import signing

TICKET_LIFETIME: Final = timedelta(hours=12)
"""After which a stream that is opened again is refused; the page goes on by asking."""

_SALT: Final = "lambdaserve.pages.live"


def issue_ticket(topic: str) -> str:
    """Opens a stream of a topic."""
    return signing.dumps(topic, salt=_SALT)


def read_ticket(text: str) -> str | None:
    """The topic of a ticket; ``None``: it is none, or no longer."""
    try:
        found: str = signing.loads(text, salt=_SALT, max_age=TICKET_LIFETIME)
    except signing.BadSignature:
        return None
    return found
