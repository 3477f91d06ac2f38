"""Text of an API key, ``<prefix>.<secret>``, and the digest that is stored of its secret."""

from __future__ import annotations

import re
import secrets
from typing import NamedTuple

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

_BRAND = "ls"  # lets a person or a scanner that finds a key see what it belongs to
_TEXT = re.compile(rf"(?P<prefix>{_BRAND}[0-9a-f]{{10}})\.(?P<secret>[A-Za-z0-9_-]{{43}})", re.ASCII)
PREFIX_LENGTH = 12


class KeyText(NamedTuple):
    """The two halves of a key."""

    prefix: str
    secret: str

    @classmethod
    def generate(cls) -> KeyText:
        """Generates a new key of 256 random bits."""
        return cls(_BRAND + secrets.token_hex(5), secrets.token_urlsafe(32))

    @classmethod
    def parse(cls, text: str) -> KeyText | None:
        """Splits a text that was sent into the halves of a key; ``None`` where it can't be one."""
        match = _TEXT.fullmatch(text)
        return None if match is None else cls(match["prefix"], match["secret"])

    def __str__(self) -> str:
        return f"{self.prefix}.{self.secret}"

    def digest(self) -> str:
        """Returns the HMAC-SHA-256 of the secret under the server's pepper: 64 hexadecimal digits."""
        return self._digest_under(_peppers()[0])

    def matches(self, digest: str) -> bool:
        """Whether this digest is the key's under an accepted pepper, compared in constant time."""
        return any(constant_time_compare(self._digest_under(pepper), digest) for pepper in _peppers())

    def _digest_under(self, pepper: str) -> str:
        return salted_hmac("lambdaserve.access.key", self.secret, secret=pepper, algorithm="sha256").hexdigest()


def _peppers() -> list[str]:
    """Accepted peppers; new digests use the first."""
    peppers = [settings.API_KEY_PEPPER, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [pepper for pepper in peppers if pepper]
