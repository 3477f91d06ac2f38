"""Who a stream is for, where only some may read, and whether they still may.

A ticket names its reader's session by the start of its key and a digest of all of it: enough to find it again, useless
to log in with. Requirement S6.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, NamedTuple

from django.conf import settings
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db import close_old_connections
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from pages.live.hub import Hub

CHECK_SECONDS: Final = 3.0
"""Seconds between two checks: who may read no longer loses the stream within five."""

PATIENCE_SECONDS: Final = 60.0
"""Seconds for which streams stay open while the SQL database can't say whether their readers may read."""

_START_CHARS: Final = 8
_AT_ONCE: Final = 100
"""Sessions that one query looks for."""

_log = logging.getLogger(__name__)


class Reader(NamedTuple):
    """A logged-in user's session: the start of its key, a digest of its key, and the user's id as text."""

    start: str
    digest: str
    user: str


def reader_of(request: HttpRequest) -> Reader | None:
    """The reader of a page; ``None`` where everybody may read."""
    key = request.session.session_key
    if settings.ANONYMOUS_READ or not key or not request.user.is_authenticated:
        return None
    return Reader(key[:_START_CHARS], _digest(key), str(request.user.pk))


def find_readers(readers: Collection[Reader]) -> set[Reader]:
    """Those of the readers that may still read: active users whose sessions go on.

    Raises:
        DatabaseError: the SQL database can't be asked.
    """
    close_old_connections()
    of_digest = {each.digest: each for each in readers}
    users: dict[str, User] = {
        str(pk): user for pk, user in get_user_model().objects.in_bulk({each.user for each in readers}).items()
    }
    found = ((of_digest.get(_digest(each.session_key)), each) for each in _sessions({each.start for each in readers}))
    return {reader for reader, session in found if reader is not None and _is_good(session, users.get(reader.user))}


async def watch_readers(
    hub: Hub, find: Callable[[Collection[Reader]], set[Reader]] = find_readers, interval: float = CHECK_SECONDS
) -> None:
    """Ends streams whose tickets have expired, or whose readers may read no longer, until cancelled."""
    answered = time.monotonic()
    while True:
        await asyncio.sleep(interval)
        hub.end_streams(lambda holder: holder.expires_at <= time.time())
        readers = hub.readers()
        try:
            good = await asyncio.to_thread(find, readers) if readers else set()
        except Exception as error:  # noqa: BLE001 - whatever fails, streams must not stay open for ever
            _log.warning("readers of streams could not be checked: %r", error)
            if time.monotonic() - answered < PATIENCE_SECONDS:
                continue
            good = set()
        else:
            answered = time.monotonic()
        gone = readers - good
        hub.end_streams(lambda holder: holder.reader in gone)  # noqa: B023 - it is called at once


def _digest(key: str) -> str:
    return salted_hmac("lambdaserve.pages.live.readers", key, algorithm="sha256").hexdigest()[:32]


def _sessions(starts: Iterable[str]) -> Iterable[Session]:
    """Sessions that go on and whose keys start like this, among them others' now and then."""
    wanted = sorted(starts)
    for first in range(0, len(wanted), _AT_ONCE):
        like = reduce(or_, (Q(session_key__startswith=each) for each in wanted[first : first + _AT_ONCE]))
        yield from Session.objects.filter(like, expire_date__gt=timezone.now())


def _is_good(session: Session, user: User | None) -> bool:
    """Whether a session is this active user's, and of his password: changing it ends all sessions."""
    if user is None or not user.is_active:
        return False
    kept = session.get_decoded()
    hashes = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return str(kept.get(SESSION_KEY)) == str(user.pk) and any(
        constant_time_compare(kept.get(HASH_SESSION_KEY, ""), each) for each in hashes
    )
