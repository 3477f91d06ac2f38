"""The text of an API key and what is stored of it (S1): ``<prefix>.<secret>``, the secret only as an HMAC."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_BRAND = "ls"  # tells what a key is for where one is found lying around
_TEXT = re.compile(rf"(?P<prefix>{_BRAND}[0-9a-f]{{10}})\.(?P<secret>[A-Za-z0-9_-]{{43}})", re.ASCII)
PREFIX_LENGTH = 12


class KeyText(NamedTuple):
    """The two halves of a key."""

    prefix: str
    secret: str

    @classmethod
    def drawn(cls) -> KeyText:
        """A new one, of 256 random bits."""
        return cls(_BRAND + secrets.token_hex(5), secrets.token_urlsafe(32))

    @classmethod
    def parsed(cls, text: str) -> KeyText | None:
        """The halves of what somebody sent, ``None`` where it can't be a key."""
        found = _TEXT.fullmatch(text)
        return None if found is None else cls(found["prefix"], found["secret"])

    def __str__(self) -> str:
        return f"{self.prefix}.{self.secret}"

    def digest(self) -> str:
        """HMAC-SHA-256 of the secret under the server's pepper: 64 hexadecimal digits."""
        return self._digest_under(_peppers()[0])

    def matches(self, digest: str) -> bool:
        """Whether that is its digest under a pepper that is believed; its time tells nothing of a wrong one."""
        return any(constant_time_compare(self._digest_under(pepper), digest) for pepper in _peppers())

    def _digest_under(self, pepper: str) -> str:
        return salted_hmac("lambdaserve.access.key", self.secret, secret=pepper, algorithm="sha256").hexdigest()


def _peppers() -> list[str]:
    """The one that digests are made with, then those that are still believed."""
    believed = [settings.API_KEY_PEPPER, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [pepper for pepper in believed if pepper]
