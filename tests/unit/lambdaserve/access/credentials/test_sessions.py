"""Sessions of tokens in the SQL database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken

from lambdaserve.access.credentials.sessions import SESSION_ID_LENGTH, Session, end_session

pytestmark = pytest.mark.django_db


def stored_token(session_id: str, user: User, hours: float = 1) -> OutstandingToken:
    now = timezone.now()
    return OutstandingToken.objects.create(
        user=user, jti=session_id + uuid4().hex, token="secret", created_at=now, expires_at=now + timedelta(hours=hours)
    )


def test_only_unused_and_unexpired_tokens_are_live() -> None:
    user, session_id = User.objects.create_user("ann"), uuid4().hex
    used, newest = stored_token(session_id, user), stored_token(session_id, user)
    BlacklistedToken.objects.create(token=used)
    stored_token(uuid4().hex, user, hours=-1)
    assert [token.pk for token in Session.objects.live(timezone.now())] == [newest.pk]
    assert Session.objects.of_session(session_id).count() == 2
    assert Session.objects.get(pk=newest.pk).session_id == session_id
    assert len(session_id) == SESSION_ID_LENGTH


def test_a_session_that_ends_leaves_others_alone() -> None:
    user = User.objects.create_user("ann")
    ids = sorted(uuid4().hex for _ in range(3))
    for session_id in ids:
        stored_token(session_id, user)
    end_session(ids[1])
    live = {token.session_id for token in Session.objects.live(timezone.now())}
    assert live == {ids[0], ids[2]}
    end_session(ids[1])
    assert BlacklistedToken.objects.count() == 1, "ending twice does no harm"


def test_the_text_of_a_token_is_never_stored() -> None:
    stored = stored_token(uuid4().hex, User.objects.create_user("ann"))
    assert OutstandingToken.objects.get(pk=stored.pk).token == ""
