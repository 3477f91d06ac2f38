"""Admin pages that show no more than they list, and pages on which nothing can be added, changed or deleted.

Requirement S5.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.http import HttpRequest


class ListedFiltersOnly:
    """Mixin of a ``ModelAdmin`` whose list an address can filter by its listed filters alone; it comes first.

    By default an address may filter by any field, so that staff who may only look could find out letter by letter what
    the list does not show, such as a key's digest.
    """

    list_filter: ClassVar[Any] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether an address may filter by this lookup; anything else is answered with 400."""
        fields = {each[0] if isinstance(each, tuple) else each for each in self.list_filter}
        return lookup.partition("__")[0] in fields


class ReadOnlyAdmin(ListedFiltersOnly):
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
