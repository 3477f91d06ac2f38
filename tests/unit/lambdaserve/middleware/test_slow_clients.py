"""Places for bodies on their way: who gets one, and whose late body gives way."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from lambdaserve.middleware import slow_clients
from lambdaserve.middleware.connections import ANSWER_SECONDS
from lambdaserve.middleware.slow_clients import BODY_SECONDS, LATE_SECONDS, BodyPlaces, SlowClients

PROXY = "10.0.0.1"


class World:
    """Four places, a clock, and the waits that were ended: host and seconds."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(slow_clients, "SLOT_TIMEOUT_SECONDS", 0.01)
        self.now = 0.0
        self.stopped: list[tuple[str, float]] = []
        self.stops = 1
        self._held: dict[tuple[str, int], ExitStack] = {}
        self.places = BodyPlaces(4, self._stop, lambda: self.now)

    def enter(self, client: str, host: str = PROXY) -> bool:
        stack = ExitStack()
        held = stack.enter_context(self.places.hold(client, host))
        self._held[client, len(self._held)] = stack
        return held

    def leave(self, client: str) -> None:
        """The client's first body has arrived."""
        found = min(key for key in self._held if key[0] == client)
        self._held.pop(found).close()

    def _stop(self, host: str, seconds: float) -> int:
        self.stopped.append((host, round(seconds, 3)))
        return self.stops


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


def test_client_has_half_of_the_places_and_leaves_the_others_to_others(world: World) -> None:
    assert [world.enter("a") for _ in range(3)] == [True, True, False]
    assert world.enter("b")
    assert world.stopped == [], "no body is late"


def test_place_is_free_again_when_the_body_has_arrived(world: World) -> None:
    assert [world.enter("a"), world.enter("a")] == [True, True]
    world.leave("a")
    assert world.enter("a")


def test_late_body_of_the_client_with_most_gives_way_to_a_newcomer(world: World) -> None:
    world.enter("b", "10.0.0.2")
    world.now = 0.1
    for client in ("a", "a", "c"):
        world.enter(client)
    world.now = LATE_SECONDS + 0.2
    assert not world.enter("d")
    assert world.stopped == [(PROXY, LATE_SECONDS + 0.1)]


def test_client_with_all_its_places_gives_way_to_itself_alone(world: World) -> None:
    world.enter("b", "10.0.0.2")
    world.now = 1.0
    world.enter("a")
    world.enter("a")
    world.now = 2.0
    world.enter("a")
    assert world.stopped == [(PROXY, 1.0)]


def test_each_newcomer_has_another_body_give_way(world: World) -> None:
    for client in ("a", "a", "b", "b"):
        world.enter(client)
        world.now += 0.1
    world.now = 1.0
    for _ in range(4):
        world.enter("c")
    assert world.stopped == [(PROXY, 1.0), (PROXY, 0.9), (PROXY, 0.8), (PROXY, 0.7)]
    world.enter("d")
    assert len(world.stopped) == 4, "all have been asked to"
    world.now = ANSWER_SECONDS
    world.enter("d")
    assert world.stopped[4:] == [(PROXY, ANSWER_SECONDS)], "the first one did not"


def test_body_that_could_not_be_ended_is_tried_again(world: World) -> None:
    world.stops = 0
    for client in ("a", "a", "b", "b"):
        world.enter(client)
    world.now = 1.0
    world.enter("c")
    world.enter("c")
    assert world.stopped == [(PROXY, 1.0)] * 2


def test_overdue_bodies_are_ended_without_a_newcomer(world: World) -> None:
    world.enter("a", "10.0.0.2")
    world.now = 1.0
    world.enter("b")
    world.places.end_overdue()
    assert world.stopped == []
    world.now = BODY_SECONDS
    world.places.end_overdue()
    assert world.stopped == [("10.0.0.2", BODY_SECONDS)]


def test_body_that_is_cut_short_gives_408(settings: Any) -> None:
    def view(_: HttpRequest) -> HttpResponse:
        raise AssertionError("no view gets half a body")

    request = RequestFactory().post("/api/v1/auth/token", b"half", content_type="application/json")
    request.META["CONTENT_LENGTH"] = "8"
    assert SlowClients(view)(request).status_code == 408


def test_only_so_many_requests_are_answered_at_once_and_a_failed_one_leaves_its_slot(settings: Any) -> None:
    at_once = []

    def view(request: HttpRequest) -> HttpResponse:
        at_once.append(settings.THREADS - slow_clients.answering_slots().qsize())
        if request.path == "/fails":
            raise RuntimeError
        return HttpResponse()

    middleware = SlowClients(view)
    with pytest.raises(RuntimeError):
        middleware(RequestFactory().get("/fails"))
    for _ in range(settings.THREADS + 1):
        middleware(RequestFactory().get("/"))
    assert set(at_once) == {1}
    assert slow_clients.answering_slots().qsize() == settings.THREADS
