"""Signs events as the Standard Webhooks specification 1.0.0 says: HMAC-SHA256 over id, time and body."""

from __future__ import annotations

import base64
import hmac
from typing import Final

_PREFIX: Final = "whsec_"
_LEAST, _MOST = 24, 64


def key_of(secret: str) -> bytes:
    """The key of a secret: ``whsec_`` and 24 to 64 bytes in base64.

    Raises:
        ValueError: it has another form.
    """
    if not secret.startswith(_PREFIX):
        raise ValueError("no prefix")
    key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    if not _LEAST <= len(key) <= _MOST:
        raise ValueError("too short or too long")
    return key


def signed_headers(secret: str, event_id: str, timestamp: int, body: bytes) -> dict[str, str]:
    """The headers of a signed event.

    Args:
        secret: as ``key_of`` reads it.
        event_id: the same for each attempt of one event.
        timestamp: of this attempt, in seconds since 1970.
        body: what is sent, byte for byte.
    """
    signed = hmac.digest(key_of(secret), f"{event_id}.{timestamp}.".encode() + body, "sha256")
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": f"v1,{base64.b64encode(signed).decode()}",
    }
