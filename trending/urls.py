"""URLs of trending, relative to ``/api/v1/``."""

from django.urls import path

from trending.api import TrendingViewSet

urlpatterns = [
    path("trending/movies", TrendingViewSet.as_view({"get": "movies"}), name="trending-movies"),
    path("trending/history", TrendingViewSet.as_view({"get": "history"}), name="trending-history"),
    # A genre's name may contain a slash.
    path("trending/genres/<path:genre>", TrendingViewSet.as_view({"get": "genre"}), name="trending-genre"),
]
