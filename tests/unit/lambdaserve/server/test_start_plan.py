"""What a start means: read from the environment alone, before anything is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from lambdaserve.config.env import Environment
from lambdaserve.config.kinds import Address
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from lambdaserve.server.start_plan import RunFailed, StartPlan
from lambdaserve.server.supervisor import batch_is_due


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def plan(**values: str) -> StartPlan:
    return StartPlan.of(Environment({"BIND": f"{LOOPBACK}:{free_port()}", **values}))


def test_without_stores_both_are_embedded_and_the_sample_world_is_kept() -> None:
    found = plan()
    assert (found.embed_mongo, found.embed_redis, found.sample) == (True, True, True)


def test_with_both_stores_given_nothing_is_embedded() -> None:
    found = plan(MONGODB_URI="mongodb://elsewhere", REDIS_URL="redis://elsewhere", LOAD_SAMPLE="never")
    assert (found.embed_mongo, found.embed_redis, found.sample) == (False, False, False)


def test_the_sample_world_never_goes_into_a_mongodb_of_somebody_else() -> None:
    found = plan(MONGODB_URI="mongodb://elsewhere", LOAD_SAMPLE="auto")
    assert (found.embed_mongo, found.embed_redis, found.sample) == (False, True, False)


def test_no_sample_world_where_it_is_not_wanted() -> None:
    assert plan(LOAD_SAMPLE="never").sample is False


def test_a_taken_address_that_was_asked_for_is_refused_by_name(taken: int) -> None:
    with pytest.raises(RunFailed, match=rf"BIND takes an address that is free .*:{taken}: Address already in use"):
        plan(BIND=f"{LOOPBACK}:{taken}")


def test_an_address_of_another_machine_is_refused_by_name() -> None:
    with pytest.raises(RunFailed, match="BIND takes an address that is free on this machine"):
        plan(BIND="192.0.2.1:8000")


def test_a_taken_default_port_is_replaced_by_a_free_one(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from lambdaserve.config import variables
    from lambdaserve.config.env import Variable
    from lambdaserve.config.kinds import address
    from lambdaserve.server import start_plan as plan

    default = Variable("BIND", address(), Address(LOOPBACK, taken), "For tests.")
    monkeypatch.setattr(variables, "BIND", default)
    found = plan.StartPlan.of(Environment({}))
    assert found.moved
    assert found.bind.port != taken


@pytest.mark.parametrize(
    ("host", "mongo", "anonymous"),
    [
        ("127.0.0.1", "mongodb://elsewhere", "1"),
        ("0.0.0.0", "", "1"),
        ("0.0.0.0", "mongodb://elsewhere", "0"),
    ],
)
def test_reading_is_open_only_for_sample_documents_or_on_this_machine_alone(
    host: str, mongo: str, anonymous: str
) -> None:
    found = plan(BIND=f"{host}:{free_port()}", MONGODB_URI=mongo)
    assert found.defaults()["ANONYMOUS_READ"] == anonymous


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        ("2026-03-01T15:40", "2026-03-01T23:59", False),
        ("2026-03-01T15:40", "2026-03-02T02:04", False),
        ("2026-03-01T15:40", "2026-03-02T02:05", True),
        ("2026-03-02T02:05", "2026-03-02T02:06", False),
        ("2026-03-02T01:00", "2026-03-02T01:30", False),
        ("2026-02-20T12:00", "2026-03-02T01:00", True),
    ],
)
def test_the_batch_job_of_the_sample_world_is_due_once_a_night(last: str, now: str, due: bool) -> None:
    def aware(text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)

    assert batch_is_due(aware(last), aware(now)) is due
