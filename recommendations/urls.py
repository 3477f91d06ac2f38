"""Addresses of recommendations, relative to ``/api/v1/``."""

from django.urls import path

from recommendations.api import PersonalViewSet, RecommendationsViewSet

urlpatterns = [
    path(
        "recommendations/movies/<str:movie_id>/similar",
        RecommendationsViewSet.as_view({"get": "similar"}),
        name="recommendations-similar",
    ),
    # The name of a genre may hold a slash.
    path(
        "recommendations/genres/<path:genre>",
        RecommendationsViewSet.as_view({"get": "genre"}),
        name="recommendations-genre",
    ),
    path(
        "recommendations/personalized",
        PersonalViewSet.as_view({"post": "personalized"}),
        name="recommendations-personalized",
    ),
]
