"""Addresses of analytics, relative to ``/api/v1/``."""

from django.urls import path

from analytics.api import AnalyticsViewSet

urlpatterns = [
    # The names of genres and actors may hold a slash.
    path("analytics/genre/<path:genre>", AnalyticsViewSet.as_view({"get": "genre"}), name="analytics-genre"),
    path("analytics/trends", AnalyticsViewSet.as_view({"get": "trends"}), name="analytics-trends"),
    path("analytics/overview", AnalyticsViewSet.as_view({"get": "overview"}), name="analytics-overview"),
    path(
        "analytics/sentiment/comparison",
        AnalyticsViewSet.as_view({"get": "comparison"}),
        name="analytics-sentiment-comparison",
    ),
    path("analytics/actors/<path:name>", AnalyticsViewSet.as_view({"get": "actor"}), name="analytics-actor"),
]
