"""A stream goes on only while its reader may read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.models import AnonymousUser, User
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.test import RequestFactory
from django.utils import timezone

from pages.live import readers as module
from pages.live.hub import Holder, Hub
from pages.live.readers import Reader, find_readers, reader_of, watch_readers

pytestmark = pytest.mark.django_db


def log_in(name: str) -> tuple[User, SessionStore]:
    user = User.objects.create_user(name, password="a long password")
    session = SessionStore()
    session[SESSION_KEY], session[HASH_SESSION_KEY] = str(user.pk), user.get_session_auth_hash()
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session.create()
    return user, session


def reader_in(user: Any, session: SessionStore) -> Reader | None:
    request = RequestFactory().get("/")
    request.user, request.session = user, session
    return reader_of(request)


@pytest.fixture(autouse=True)
def only_some_may_read(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ANONYMOUS_READ = False
    monkeypatch.setattr(module, "close_old_connections", lambda: None)  # it would close the test's own


def test_reader_is_named_only_where_not_everybody_may_read(settings: Any) -> None:
    user, session = log_in("ann")
    reader = reader_in(user, session)
    assert reader is not None
    assert session.session_key is not None
    assert session.session_key not in "".join(reader)
    assert reader_in(AnonymousUser(), session) is None
    settings.ANONYMOUS_READ = True
    assert reader_in(user, session) is None


def _lock_out(user: User, session: SessionStore) -> None:
    user.is_active = False
    user.save()


def _change_password(user: User, session: SessionStore) -> None:
    user.set_password("another long password")
    user.save()


def _expire(user: User, session: SessionStore) -> None:
    Session.objects.filter(pk=session.session_key).update(expire_date=timezone.now() - timedelta(seconds=1))


def _delete(user: User, _: SessionStore) -> None:
    user.delete()


def _log_out(_: User, session: SessionStore) -> None:
    session.flush()


@pytest.mark.parametrize(
    "end",
    [
        _lock_out,
        _change_password,
        _expire,
        _delete,
        _log_out,
    ],
    ids=["locked out", "new password", "expired", "deleted", "logged out"],
)
def test_reader_who_lost_access_is_not_found_and_others_are(end: Callable[[User, SessionStore], object]) -> None:
    (user, session), (other, others) = log_in("ann"), log_in("bob")
    ann, bob = reader_in(user, session), reader_in(other, others)
    assert ann is not None
    assert bob is not None
    assert find_readers([ann, bob]) == {ann, bob}
    end(user, session)
    assert find_readers([ann, bob]) == {bob}


def test_session_of_the_same_start_is_another_one() -> None:
    user, session = log_in("ann")
    reader = reader_in(user, session)
    assert reader is not None
    assert find_readers([reader._replace(digest="0" * 32)]) == set()
    assert find_readers([reader._replace(user="0")]) == set()


def end_of(holder: Holder, find: Callable[[Collection[Reader]], set[Reader]], seconds: float = 1.0) -> bool:
    """Whether a stream of this holder ends within some seconds."""

    async def play() -> bool:
        hub = Hub(pytest.fail)
        stream = hub.open("a", holder)
        watching = asyncio.create_task(watch_readers(hub, find, 0.01))
        try:
            return await asyncio.wait_for(stream.next(), seconds) is None
        except TimeoutError:
            return False
        finally:
            watching.cancel()

    return asyncio.run(play())


ANN = Reader("abcdefgh", "0" * 32, "7")


def test_stream_ends_with_its_ticket_or_its_reader() -> None:
    assert end_of(Holder(expires_at=time.time() + 0.1), set)
    assert end_of(Holder(reader=ANN), lambda _: set())
    assert not end_of(Holder(reader=ANN, expires_at=time.time() + 60), set, 0.2)


def test_streams_outlive_a_short_failure_of_the_database_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(readers: Collection[Reader]) -> set[Reader]:
        raise OperationalError

    assert not end_of(Holder(reader=ANN), fail, 0.2)
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    assert end_of(Holder(reader=ANN), fail)
