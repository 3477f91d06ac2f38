"""Addresses of people, relative to ``/api/v1/``."""

from django.urls import path

from people.api import PeopleViewSet

urlpatterns = [
    path("people", PeopleViewSet.as_view({"get": "find"}), name="people"),
    # Names may hold a slash.
    path("people/<path:name>/movies", PeopleViewSet.as_view({"get": "movies"}), name="person-movies"),
    path("people/<path:name>", PeopleViewSet.as_view({"get": "retrieve"}), name="person"),
]
