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

    opts: Any
    list_filter: ClassVar[Any] = ()

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether an address may filter by this lookup; one by another field of the model is answered with 400."""
        name = lookup.partition("__")[0]
        fields = {"pk", *(field.name for field in self.opts.get_fields())}
        return name not in fields or any(name in _parameters_of(each) for each in self.list_filter)


def _parameters_of(listed: Any) -> tuple[str, ...]:
    """Names that the address has for a listed filter: of a field, or of a class of filters."""
    if isinstance(listed, type):
        return (getattr(listed, "parameter_name", ""), *(name for name, *_ in getattr(listed, "fields", ())))
    return (listed[0],) if isinstance(listed, tuple) else (listed,)


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
