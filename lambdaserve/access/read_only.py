"""Admin pages on which nothing can be added, changed or deleted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


class ReadOnlyAdmin:
    """Mixin of a ``ModelAdmin`` that only shows; it comes before ``ModelAdmin`` among the bases."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Whether the user may add one: never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may change it: never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the user may delete it: never."""
        return False
