"""Paths of movies and of the search, relative to ``/api/v1/``."""

from django.urls import path

from movies.api import MovieViewSet, SearchViewSet

urlpatterns = [
    path("movies/<str:movie_id>", MovieViewSet.as_view({"get": "retrieve"}), name="movie"),
    path("movies/<str:movie_id>/sentiment", MovieViewSet.as_view({"get": "sentiment"}), name="movie-sentiment"),
    path("movies/<str:movie_id>/stats", MovieViewSet.as_view({"get": "stats"}), name="movie-stats"),
    path("search/movies", SearchViewSet.as_view({"get": "movies"}), name="search-movies"),
    path("search/genres", SearchViewSet.as_view({"get": "genres"}), name="search-genres"),
]
