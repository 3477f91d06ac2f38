"""Addresses of analytics, relative to ``/api/v1/``."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
