"""Addresses of the token endpoints, relative to ``/api/v1/``."""

from django.urls import path

from lambdaserve.auth_api.api import TokenViewSet

urlpatterns = [
    path("auth/token", TokenViewSet.as_view({"post": "obtain"}), name="token"),
    path("auth/token/refresh", TokenViewSet.as_view({"post": "refresh"}), name="token-refresh"),
    path("auth/token/verify", TokenViewSet.as_view({"post": "verify"}), name="token-verify"),
    path("auth/token/revoke", TokenViewSet.as_view({"post": "revoke"}), name="token-revoke"),
]
