"""API keys in the admin (S1): made here, shown once, revoked, never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lambdaserve.access.keys import SCOPES
from lambdaserve.access.models import ApiKey

if TYPE_CHECKING:  # generic for the type checker alone
    _Form = forms.ModelForm[ApiKey]
    _Admin = admin.ModelAdmin[ApiKey]
else:
    _Form = forms.ModelForm
    _Admin = admin.ModelAdmin


class ApiKeyForm(_Form):
    """A key's properties; its scopes as boxes to tick."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope}: {about}") for scope, about in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = ApiKey
        fields = ("name", "owner", "scopes", "rate", "burst", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(_Admin):
    """Makes and revokes keys."""

    form = ApiKeyForm
    list_display = ("name", "prefix", "owner", "scopes", "state", "last_used_at", "created_at")
    search_fields = ("name", "prefix")
    autocomplete_fields = ("owner",)
    readonly_fields = ("prefix", "state", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Every key, with its owner."""
        return super().get_queryset(request).select_related("owner")

    @admin.display(description="state")
    def state(self, key: ApiKey) -> str:
        """Whether requests may use it."""
        if key.pk is None:
            return "new"
        if key.revoked_at is not None:
            return "revoked"
        return "valid" if key.is_valid(timezone.now()) else "expired or without an active owner"

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Stores the key; a new one gets its text, which is shown this once."""
        text = None if change else obj.draw()
        super().save_model(request, obj, form, change)
        if text is not None:
            messages.warning(request, f"The key, shown this once: {text}")

    @admin.action(description="Revoke the selected API keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Ends them; every process knows within five seconds."""
        now = timezone.now()
        for key in queryset.filter(revoked_at=None):
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])
            self.log_change(request, key, "Revoked.")
        messages.success(request, "Revoked; every process refuses them within five seconds.")
