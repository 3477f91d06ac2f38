"""Every action of analytics has an address and a description."""

from __future__ import annotations

from django.urls import resolve

from analytics.urls import urlpatterns

ACTIONS = {"genre", "trends", "overview", "comparison", "actor"}


def test_every_action_has_a_route() -> None:
    routed = {action for route in urlpatterns for action in vars(route.callback)["actions"].values()}
    assert routed == ACTIONS


def test_names_may_hold_a_slash() -> None:
    found = resolve("/api/v1/analytics/genre/Action/Adventure")
    assert (found.url_name, found.kwargs) == ("analytics-genre", {"genre": "Action/Adventure"})
