"""Request and response bodies of the token endpoints.

Requirement S2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rest_framework import serializers
from rest_framework_simplejwt.serializers import PasswordField, TokenObtainSerializer

from lambdaserve.access.credentials import tokens

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class CredentialsSerializer(TokenObtainSerializer):
    """A user's name and password, and the tokens of the session that they begin."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # A blank at either end of a password is part of it.
        self.fields["password"] = PasswordField(trim_whitespace=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Checks the password, begins a session and returns its tokens.

        Raises:
            AuthenticationFailed: no active user has this name and this password.
        """
        super().validate(attrs)
        return tokens.begin_session(cast("User", self.user))  # a user: the line before raises where there is none


class PairSerializer(serializers.Serializer[Any]):
    """A session's two tokens."""

    access = serializers.CharField(help_text="For `Authorization: Bearer …`; expires within minutes.")
    refresh = serializers.CharField(help_text="For the next two tokens; can be used once.")


class RefreshSerializer(serializers.Serializer[Any]):
    """A refresh token."""

    refresh = serializers.CharField(max_length=tokens.MAX_LENGTH, help_text="The newest refresh token of the session.")


class TokenSerializer(serializers.Serializer[Any]):
    """Any token."""

    token = serializers.CharField(max_length=tokens.MAX_LENGTH, help_text="An access or refresh token.")
