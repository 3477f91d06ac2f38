"""A start is planned from the environment, before anything is started."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from lambdaserve.config.env import Environment
from lambdaserve.config.kinds import Address
from lambdaserve.server.embedded_stores import LOOPBACK, free_port
from lambdaserve.server.start_plan import PATIENCE, SAMPLE_NOTICE, RunFailed, StartPlan


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.create_server((LOOPBACK, 0)) as server:
        yield server.getsockname()[1]


def plan(**values: str) -> StartPlan:
    return StartPlan.of(Environment({"BIND": f"{LOOPBACK}:{free_port()}", **values}))


def test_both_stores_are_embedded_with_the_sample_world_by_default() -> None:
    found = plan()
    assert (found.embed_mongo, found.embed_redis, found.sample) == (True, True, True)


def test_nothing_is_embedded_with_two_external_stores() -> None:
    found = plan(MONGODB_URI="mongodb://elsewhere", REDIS_URL="redis://elsewhere", LOAD_SAMPLE="never")
    assert (found.embed_mongo, found.embed_redis, found.sample) == (False, False, False)


def test_sample_world_is_never_loaded_into_an_external_mongodb() -> None:
    found = plan(MONGODB_URI="mongodb://elsewhere", LOAD_SAMPLE="auto")
    assert (found.embed_mongo, found.embed_redis, found.sample) == (False, True, False)


def test_load_sample_never_leaves_the_sample_world_out() -> None:
    assert plan(LOAD_SAMPLE="never").sample is False


def test_configured_address_that_is_taken_is_refused_by_name(taken: int) -> None:
    with pytest.raises(RunFailed, match=rf"BIND takes an address that is free .*:{taken}: Address already in use"):
        plan(BIND=f"{LOOPBACK}:{taken}")


def test_address_of_another_machine_is_refused_by_name() -> None:
    with pytest.raises(RunFailed, match="BIND takes an address that is free on this machine"):
        plan(BIND="192.0.2.1:8000")


def test_default_port_that_is_taken_is_replaced_by_a_free_one(taken: int, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_anonymous_reading_needs_embedded_documents_or_a_loopback_address(
    host: str, mongo: str, anonymous: str
) -> None:
    found = plan(BIND=f"{host}:{free_port()}", MONGODB_URI=mongo)
    assert found.defaults()["ANONYMOUS_READ"] == anonymous


@pytest.mark.parametrize(
    ("sample", "mongo", "notice"),
    [("auto", "", SAMPLE_NOTICE), ("never", "", None), ("auto", "mongodb://elsewhere", None)],
)
def test_only_the_sample_world_is_called_simulated(sample: str, mongo: str, notice: str | None) -> None:
    defaults = plan(LOAD_SAMPLE=sample, MONGODB_URI=mongo).defaults()
    assert defaults.get("DATA_NOTICE") == notice
    assert ("DATA_CREDIT" in defaults) == (notice is not None)


def test_streams_alone_take_their_own_address_beside_a_copy_that_has_taken_the_others(taken: int) -> None:
    live = free_port()
    environment = Environment({"BIND": f"{LOOPBACK}:{taken}", "LIVE_BIND": f"{LOOPBACK}:{live}"})
    found = StartPlan.of_streams(environment)
    assert (found.bind, found.live) == (Address(LOOPBACK, live), None)
    assert (found.embed_mongo, found.embed_redis, found.sample) == (False, False, False)


@pytest.mark.parametrize(("mongo", "waits"), [("", ("60", "6")), ("mongodb://elsewhere", (None, None))])
def test_first_pages_and_requests_wait_longer_for_an_embedded_store_alone(
    mongo: str, waits: tuple[str | None, str | None]
) -> None:
    defaults = plan(MONGODB_URI=mongo).defaults()
    assert (defaults.get(PATIENCE), defaults.get("MONGODB_TIMEOUT")) == waits
