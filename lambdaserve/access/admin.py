"""API keys and sessions in the admin (S1, S2): keys are made here, shown once, revoked; sessions are ended."""

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

if TYPE_CHECKING:  # generic for the type checker alone
    _Form = forms.ModelForm[ApiKey]
    _Admin = admin.ModelAdmin[ApiKey]
    _SessionAdmin = admin.ModelAdmin[Session]
else:
    _Form = forms.ModelForm
    _Admin = _SessionAdmin = admin.ModelAdmin


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


@admin.register(Session)
class SessionAdmin(_SessionAdmin):
    """Shows who is logged in with tokens, and ends their sessions."""

    list_display = ("user", "created_at", "expires_at")
    list_display_links = ("created_at",)
    fields = ("user", "created_at", "expires_at")
    search_fields = ("user__username",)
    ordering = ("-created_at",)
    actions = ("end",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Sessions that have not ended, with their users."""
        return Session.objects.live(timezone.now()).select_related("user").order_by(*self.ordering)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Sessions begin with a log-in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """Nothing in them can be changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Session | None = None) -> bool:
        """They are ended instead."""
        return False

    def has_end_permission(self, request: HttpRequest) -> bool:
        """Whether the user may end them."""
        return request.user.has_perm("access.end_session")

    @admin.action(description="End the selected sessions", permissions=["end"])
    def end(self, request: HttpRequest, queryset: QuerySet[Session]) -> None:
        """Ends them; every process knows within five seconds."""
        for session in queryset:
            end_session(session.session)
            self.log_change(request, session, "Ended.")
        messages.success(request, "Ended; every process refuses their tokens within five seconds.")
