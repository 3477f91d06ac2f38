"""URLs of the health endpoints, relative to ``/api/v1/``."""

from django.urls import path

from lambdaserve.ops.health.api import HealthViewSet

urlpatterns = [
    path("health", HealthViewSet.as_view({"get": "retrieve"}), name="health"),
    path("health/live", HealthViewSet.as_view({"get": "live"}), name="health-live"),
    path("health/ready", HealthViewSet.as_view({"get": "ready"}), name="health-ready"),
]
