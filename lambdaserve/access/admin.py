"""Admin pages that create, show once and revoke API keys, and end token sessions.

Requirements S1 and S2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import AnonymousUser, User
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from lambdaserve.access.credentials.scopes import SCOPES, scopes_of
from lambdaserve.access.credentials.sessions import Session, end_session
from lambdaserve.access.models import ApiKey
from lambdaserve.access.ratelimit.limits import limit_of
from lambdaserve.access.read_only import ListedFiltersOnly, ReadOnlyAdmin
from lambdaserve.access.site import password_place

if TYPE_CHECKING:  # generic for the type checker alone
    _Form = forms.ModelForm[ApiKey]
    _Admin = admin.ModelAdmin[ApiKey]
    _SessionAdmin = admin.ModelAdmin[Session]
    _UserAdmin = UserAdmin[User]
else:
    _Form = forms.ModelForm
    _Admin = _SessionAdmin = admin.ModelAdmin
    _UserAdmin = UserAdmin


_NEW_KEY = "new_api_key"
"""Attribute of the request that made a key, with the key's text."""


class ApiKeyForm(_Form):
    """Form of a key, with its scopes as check boxes. Users can give a key only what they have themselves.

    Attributes:
        maker: who fills the form in.
    """

    maker: User | AnonymousUser = AnonymousUser()
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple, required=False)

    class Meta:
        model = ApiKey
        fields = ("name", "owner", "scopes", "rate", "burst", "expires_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "scopes" in self.fields:
            # What another user gave the key may stay.
            offered = scopes_of(self.maker) | set(self.instance.scopes if self.instance.pk else ())
            choices = [(scope, f"{scope}: {meaning}") for scope, meaning in SCOPES.items() if scope in offered]
            cast("forms.MultipleChoiceField", self.fields["scopes"]).choices = choices

    def clean_owner(self) -> User | None:
        """Returns the user as whom the key's requests act; only a superuser may choose another user."""
        owner: User | None = self.cleaned_data["owner"]
        if owner is None or owner == self.maker or self.maker.is_superuser or owner.pk == self._former("owner_id"):
            return owner
        raise forms.ValidationError("Only a superuser can choose another user. Choose yourself, or leave this empty.")

    def clean_rate(self) -> int | None:
        """Returns the rate: the service's default at most, unless a superuser chose it."""
        usual = limit_of(None, None)
        return self._at_most(self.cleaned_data["rate"], usual and usual.rate, "rate")

    def clean_burst(self) -> int | None:
        """Returns the burst: the service's default at most, unless a superuser chose it."""
        usual = limit_of(None, None)
        return self._at_most(self.cleaned_data["burst"], usual and usual.burst, "burst")

    def _at_most(self, value: int | None, usual: int | None, field: str) -> int | None:
        if value is None or usual is None or value <= usual or self.maker.is_superuser or value == self._former(field):
            return value
        raise forms.ValidationError(f"Only a superuser gives more than the service's default of {usual}.")

    def _former(self, field: str) -> Any:
        """The value before the change; ``None`` for a new key."""
        return self.initial.get(field.removesuffix("_id")) if self.instance.pk else None


@admin.register(ApiKey)
class ApiKeyAdmin(ListedFiltersOnly, _Admin):
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

    def get_form(self, request: HttpRequest, obj: ApiKey | None = None, change: bool = False, **kwargs: Any) -> Any:
        """Returns the form for this user."""
        form = super().get_form(request, obj, change, **kwargs)
        return type(form.__name__, (form,), {"maker": request.user, "__module__": __name__})

    def save_model(self, request: HttpRequest, obj: ApiKey, form: Any, change: bool) -> None:
        """Saves the key; generates the text of a new one."""
        if not change:
            setattr(request, _NEW_KEY, obj.issue())
        super().save_model(request, obj, form, change)

    def response_add(self, request: HttpRequest, obj: ApiKey, post_url_continue: str | None = None) -> HttpResponse:
        """Shows the text of a new key, only now and in this response alone: messages travel in a cookie."""
        context = {**self.admin_site.each_context(request), "title": "The new API key", "opts": self.opts}
        context |= {"key": obj, "text": getattr(request, _NEW_KEY, "")}
        response = TemplateResponse(request, "admin/access/new_key.html", context)
        add_never_cache_headers(response)
        return response

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


admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(_UserAdmin):
    """Django's pages of users; each password that they store takes a place, as those do that a log-in checks."""

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Adds a user, or refuses with 429 where no place is free."""
        with password_place(request):
            return super().add_view(request, *args, **kwargs)

    def user_change_password(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Stores another user's password, or refuses with 429 where no place is free."""
        with password_place(request):
            return super().user_change_password(request, *args, **kwargs)
