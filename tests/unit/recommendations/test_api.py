"""Every action of recommendations has an address and a description."""

from __future__ import annotations

from django.urls import resolve

from recommendations.urls import urlpatterns


def test_every_action_has_a_route() -> None:
    routed = {item for route in urlpatterns for item in vars(route.callback)["actions"].items()}
    assert routed - {("head", "similar"), ("head", "genre")} == {
        ("get", "similar"),
        ("get", "genre"),
        ("post", "personalized"),
    }


def test_names_of_genres_may_hold_a_slash() -> None:
    found = resolve("/api/v1/recommendations/genres/Action/Adventure")
    assert (found.url_name, found.kwargs) == ("recommendations-genre", {"genre": "Action/Adventure"})
