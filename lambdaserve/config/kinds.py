"""Kinds of values that variables take: how the text of a variable becomes a value, and what it takes.

Each function makes a ``Kind``; its ``read`` raises ``ValueError`` for a text that it does not take.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from merger.stores.redis import address as redis_address

T_co = TypeVar("T_co", covariant=True)

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(?P<number>\d{1,9})\s*(?P<unit>[smhd]?)", re.ASCII)
_TEN_YEARS = timedelta(days=3652)
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)
_ORIGIN = re.compile(r"https?://[^/?#\s]+")
_IMAGE_ADDRESS = re.compile(
    r"(?P<origin>https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?)"
    r"(?:[/?](?:[A-Za-z0-9._~%/@:+,=&?-]|\{poster_path\}|\{movie_id\})*)?"
)


@dataclass(frozen=True)
class Kind(Generic[T_co]):
    """Kind of value: reads the text of a variable.

    Attributes:
        read: turns the stripped text into a value; raises ``ValueError`` for a text that it doesn't take.
        takes: end of the sentence "NAME takes …".
    """

    read: Callable[[str], T_co]
    takes: str


class Address(NamedTuple):
    """Address to listen on: host without brackets, port from 1 to 65535."""

    host: str
    port: int

    def near_host(self) -> str:
        """The host that a client on this machine connects to."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound

    def url(self) -> str:
        """The URL for a browser on this machine."""
        shown = self.near_host()
        return f"http://[{shown}]:{self.port}" if ":" in shown else f"http://{shown}:{self.port}"


class ImageAddress(NamedTuple):
    """Address of images.

    Attributes:
        origin: scheme, host and perhaps port.
        template: the whole address, with ``{poster_path}``, ``{movie_id}`` or both in it.
    """

    origin: str
    template: str


def text() -> Kind[str]:
    """Any text."""
    return Kind(str, "any text")


def integer(*, least: int, most: int) -> Kind[int]:
    """A whole number in ``[least, most]``."""

    def read(raw: str) -> int:
        if not _INTEGER.fullmatch(raw):
            raise ValueError(raw)
        return _within(int(raw), least, most)

    return Kind(read, f"a whole number from {least} to {most}")


def number(*, least: float, most: float) -> Kind[float]:
    """A finite number in ``[least, most]``."""

    def read(raw: str) -> float:
        value = float(raw)
        if not math.isfinite(value):
            raise ValueError(raw)
        return _within(value, least, most)

    return Kind(read, f"a number from {least:g} to {most:g}")


def boolean() -> Kind[bool]:
    """On or off."""

    def read(raw: str) -> bool:
        word = raw.lower()
        if word not in _TRUE | _FALSE:
            raise ValueError(raw)
        return word in _TRUE

    return Kind(read, "1, true, yes or on, or 0, false, no or off")


def duration(*, least: timedelta = timedelta(seconds=1)) -> Kind[timedelta]:
    """A length of time: ``90`` or ``90s`` seconds, ``10m``, ``36h``, ``2d``; ten years at most."""

    def read(raw: str) -> timedelta:
        match = _DURATION.fullmatch(raw.lower())
        if match is None:
            raise ValueError(raw)
        return _within(timedelta(**{_UNITS[match["unit"]]: int(match["number"])}), least, _TEN_YEARS)

    return Kind(read, f"a length of time such as 90 (seconds), 10m, 36h or 2d, at least {least}")


def url(*schemes: str) -> Kind[str]:
    """A URL with one of these schemes and a host."""

    def read(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(raw)
        return raw

    return Kind(read, "an address that starts with " + " or ".join(f"{scheme}://" for scheme in schemes))


def address() -> Kind[Address]:
    """A host and a port to listen on."""

    def read(raw: str) -> Address:
        parts = urlsplit(f"//{raw}")
        if not parts.hostname or not parts.port or parts.netloc != raw or parts.username is not None:
            raise ValueError(raw)
        return Address(parts.hostname, parts.port)

    return Kind(read, "an address and port such as 127.0.0.1:8000 or [::1]:8000")


def choice(*allowed: str) -> Kind[str]:
    """One of these words, in upper or lower case."""

    def read(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError(raw)
        return raw.lower()

    return Kind(read, " or ".join(allowed))


def listing(of: Callable[[str], str] = str, takes: str = "words") -> Kind[tuple[str, ...]]:
    """Items separated by commas; ``of`` reads each one and raises ``ValueError`` for a bad one."""

    def read(raw: str) -> tuple[str, ...]:
        return tuple(of(item.strip()) for item in raw.split(",") if item.strip())

    return Kind(read, f"{takes} separated by commas")


def json_object() -> Kind[dict[str, Any]]:
    """A JSON object."""

    def read(raw: str) -> dict[str, Any]:
        value = json.loads(raw)
        if not isinstance(value, dict):
            raise ValueError(raw)
        return value

    return Kind(read, "a JSON object")


def redis_url() -> Kind[str]:
    """An address of Redis: one server, Sentinels or a Cluster."""

    def read(raw: str) -> str:
        redis_address.parse_redis_url(raw)
        return raw

    return Kind(read, redis_address.ACCEPTED_FORMS)


def own_secret() -> Kind[str]:
    """A secret of this deployment's own: long, and unlike those of examples."""
    return Kind(_own_secret, "a random text of 32 characters or more")


def own_secrets() -> Kind[tuple[str, ...]]:
    """Former secrets of this deployment, separated by commas."""
    return listing(_own_secret, "former keys of 32 characters or more each,")


def networks() -> Kind[tuple[str, ...]]:
    """IP addresses or networks in CIDR notation, separated by commas."""

    def read(raw: str) -> str:
        ipaddress.ip_network(raw, strict=False)
        return raw

    return listing(read, "addresses or networks such as 10.0.0.0/8")


def origins() -> Kind[tuple[str, ...]]:
    """Origins as browsers send them, scheme, host and perhaps port, separated by commas."""

    def read(raw: str) -> str:
        if not _ORIGIN.fullmatch(raw):
            raise ValueError(raw)
        return raw

    return listing(read, "origins such as https://example.org")


def image_address() -> Kind[ImageAddress]:
    """An address of images: one that all paths are added to, or one with places for a path or an id."""

    def read(raw: str) -> ImageAddress:
        match = _IMAGE_ADDRESS.fullmatch(raw)
        if match is None:
            raise ValueError(raw)
        return ImageAddress(match["origin"], raw if "{" in raw else f"{raw.rstrip('/')}/{{poster_path}}")

    return Kind(
        read,
        "an address such as https://image.example.org/t/p/w342, to which poster_path is added, or one with "
        "{poster_path} or {movie_id} after its host",
    )


def _own_secret(raw: str) -> str:
    if len(raw) < 32 or len(set(raw)) < 8 or raw.startswith("django-insecure-"):
        raise ValueError(raw)
    return raw


_Ordered = TypeVar("_Ordered", int, float, timedelta)


def _within(value: _Ordered, least: _Ordered, most: _Ordered) -> _Ordered:
    if not least <= value <= most:
        raise ValueError(value)
    return value
