"""Admin pages that create, show once and revoke API keys, and end token sessions.

Requirements S1 and S2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from lambdaserve.access.credentials.scopes import SCOPES
from lambdaserve.access.credentials.sessions import Session, end_session
from lambdaserve.access.models import ApiKey
from lambdaserve.access.read_only import ReadOnlyAdmin

if TYPE_CHECKING:  # generic for the type checker alone
    _Form = forms.ModelForm[ApiKey]
    _Admin = admin.ModelAdmin[ApiKey]
    _SessionAdmin = admin.ModelAdmin[Session]
else:
    _Form = forms.ModelForm
    _Admin = _SessionAdmin = admin.ModelAdmin


class ApiKeyForm(_Form):
    """Form of a key, with its scopes as check boxes."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope}: {meaning}") for scope, meaning in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    class Meta:
        model = ApiKey
        fields = ("name", "owner", "scopes", "rate", "burst", "expires_at")


@admin.register(ApiKey)
class ApiKeyAdmin(_Admin):
    """Pages that create and revoke keys."""

    form = ApiKeyForm
    list_display = ("name", "prefix", "owner", "scopes", "state", "last_used_at", "created_at")
    search_fields = ("name", "prefix")
    autocomplete_fields = ("owner",)
    readonly_fields = ("prefix", "state", "created_at", "last_used_at", "revoked_at")
    actions = ("revoke",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Selects every key, with its owner."""
        return super().get_queryset(request).select_related("owner")

    @admin.display(description="state")
    def state(self, key: ApiKey) -> str:
        """Says whether requests may use the key."""
        if key.pk is None:
            return "new"
        if key.revoked_at is not None:
            return "revoked"
        return "valid" if key.is_valid(timezone.now()) else "expired, or its owner is inactive"

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Saves the key; generates the text of a new one and shows it, only now."""
        text = None if change else obj.issue()
        super().save_model(request, obj, form, change)
        if text is not None:
            messages.warning(request, f"Copy the key now; it is shown only once: {text}")

    @admin.action(description="Revoke the selected API keys", permissions=["change"])
    def revoke(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> None:
        """Revokes keys; every process refuses them within five seconds."""
        now = timezone.now()
        for key in queryset.filter(revoked_at=None):
            key.revoked_at = now
            key.save(update_fields=["revoked_at"])
            self.log_change(request, key, "Revoked.")
        messages.success(request, "Revoked. Every process refuses these keys within five seconds.")


@admin.register(Session)
class SessionAdmin(ReadOnlyAdmin, _SessionAdmin):
    """List of the users who are logged in with tokens, to end their sessions. Only a log-in begins a session."""

    list_display = ("user", "created_at", "expires_at")
    list_display_links = ("created_at",)
    fields = ("user", "created_at", "expires_at")
    search_fields = ("user__username",)
    ordering = ("-created_at",)
    actions = ("end",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Selects sessions that have not ended, with their users."""
        return Session.objects.live(timezone.now()).select_related("user").order_by(*self.ordering)

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether the user may end sessions."""
        return request.user.has_perm("access.end_session")

    @admin.action(description="End the selected sessions", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """Ends sessions; every process refuses their tokens within five seconds."""
        for session in queryset:
            end_session(session.session_id)
            self.log_change(request, session, "Ended.")
        messages.success(request, "Ended. Every process refuses the tokens of these sessions within five seconds.")
