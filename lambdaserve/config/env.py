"""Reads typed values from environment variables and refuses bad ones loudly.

A ``Kind`` says how the text of a variable becomes a value and what it takes; a ``Variable`` is one row of the
table in ``lambdaserve/config/variables.py``. Every refusal is an ``ImproperlyConfigured`` that names the variable and
what it takes.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

from lambdaserve.config.secret_files import SUFFIX, read_secret

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})
_UNITS = {"": "seconds", "s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_DURATION = re.compile(r"(?P<number>\d{1,9})\s*(?P<unit>[smhd]?)", re.ASCII)
_TEN_YEARS = timedelta(days=3652)
_INTEGER = re.compile(r"[+-]?\d{1,15}", re.ASCII)


@dataclass(frozen=True)
class Kind(Generic[T_co]):
    """How the text of a variable is read.

    Attributes:
        read: text, stripped, to value; raises ``ValueError`` for what it doesn't take.
        takes: end of the sentence "NAME takes …".
    """

    read: Callable[[str], T_co]
    takes: str


class Address(NamedTuple):
    """Where to listen: host without brackets, port 1 to 65535."""

    host: str
    port: int

    def near_host(self) -> str:
        """The host that a client on this machine would connect to."""
        return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104 - compared, not bound

    def url(self) -> str:
        """The address that a browser on this machine would take."""
        shown = self.near_host()
        return f"http://[{shown}]:{self.port}" if ":" in shown else f"http://{shown}:{self.port}"


@dataclass(frozen=True)
class Variable(Generic[T_co]):
    """One environment variable.

    Attributes:
        name: as it is spelled in the environment.
        kind: how its text is read.
        default: value where it is unset or empty.
        about: what it decides, in one sentence.
        secret: its value is never repeated in a message, and may lie in a file that ``NAME_FILE`` names.
    """

    name: str
    kind: Kind[T_co]
    default: T_co
    about: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """The variables that this process was given.

    Attributes:
        values: name to text.
        base_dir: where relative paths of secrets' files start.
    """

    values: Mapping[str, str]
    base_dir: Path = Path()

    @classmethod
    def of_process(cls, base_dir: Path) -> Environment:
        """The process's own variables over those of the file that ``ENV_FILE`` names.

        Args:
            base_dir: where a relative ``ENV_FILE`` (default ``.env``), and other relative paths, start.

        Raises:
            ImproperlyConfigured: ``ENV_FILE`` was set to a file that can't be read.
        """
        name = os.environ.get("ENV_FILE", ".env")
        return cls({**(_file(base_dir / name) if name else {}), **os.environ}, base_dir)

    def is_set(self, variable: Variable[Any]) -> bool:
        """True where the variable, or the one that names its file, holds something other than blanks."""
        return bool(self._given(variable.name) or self._file_of(variable))

    def check(self, declared: Iterable[Variable[Any]]) -> None:
        """Reads every one of them, so that a bad one is known before anything starts.

        Raises:
            ImproperlyConfigured: the first one holds something that it doesn't take.
        """
        for variable in declared:
            self.read(variable)

    def read(self, variable: Variable[T]) -> T:
        """The variable's value, its default where it is unset or blank.

        Raises:
            ImproperlyConfigured: it holds something that it doesn't take, is set twice, or its file can't be read.
        """
        text = self._text(variable)
        if not text:
            return variable.default
        try:
            return variable.kind.read(text)
        except ValueError:
            got = "something else (not shown, it may hold a password)" if variable.secret else repr(text)
            message = f"{variable.name} takes {variable.kind.takes}; got {got}"
            raise ImproperlyConfigured(message) from None

    def _text(self, variable: Variable[Any]) -> str:
        text, file = self._given(variable.name), self._file_of(variable)
        if not file:
            return text
        if text:
            raise ImproperlyConfigured(f"{variable.name} and {variable.name}{SUFFIX} are both set; only one may be")
        return read_secret(variable.name, self.base_dir / file)

    def _file_of(self, variable: Variable[Any]) -> str:
        return self._given(variable.name + SUFFIX) if variable.secret else ""

    def _given(self, name: str) -> str:
        return self.values.get(name, "").strip()


def _file(path: Path) -> dict[str, str]:
    """The variables of a dotenv file; none where there is no file and none was asked for by name."""
    if not path.is_file() and "ENV_FILE" not in os.environ:
        return {}
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"ENV_FILE takes the path of a readable UTF-8 file; {path}: {error}") from error
    found = dotenv_values(stream=StringIO(content), interpolate=False)
    return {name: value for name, value in found.items() if value is not None}


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

    return Kind(read, "1, true, yes or on, else 0, false, no or off")


def duration(*, least: timedelta = timedelta(seconds=1)) -> Kind[timedelta]:
    """A length of time: ``90`` or ``90s`` seconds, ``10m``, ``36h``, ``2d``; ten years at most."""

    def read(raw: str) -> timedelta:
        match = _DURATION.fullmatch(raw.lower())
        if match is None:
            raise ValueError(raw)
        return _within(timedelta(**{_UNITS[match["unit"]]: int(match["number"])}), least, _TEN_YEARS)

    return Kind(read, f"a length of time such as 90 (seconds), 10m, 36h or 2d, {least} at least")


def url(*schemes: str) -> Kind[str]:
    """An address with one of these schemes and a host."""

    def read(raw: str) -> str:
        parts = urlsplit(raw)
        if parts.scheme not in schemes or not (parts.netloc or parts.path):
            raise ValueError(raw)
        return raw

    return Kind(read, "an address that starts with " + " or ".join(f"{scheme}://" for scheme in schemes))


def address() -> Kind[Address]:
    """Host and port to listen on."""

    def read(raw: str) -> Address:
        parts = urlsplit(f"//{raw}")
        if not parts.hostname or not parts.port or parts.netloc != raw or parts.username is not None:
            raise ValueError(raw)
        return Address(parts.hostname, parts.port)

    return Kind(read, "an address and port such as 127.0.0.1:8000 or [::1]:8000")


def choice(*allowed: str) -> Kind[str]:
    """One of these words, in any case."""

    def read(raw: str) -> str:
        if raw.lower() not in allowed:
            raise ValueError(raw)
        return raw.lower()

    return Kind(read, " or ".join(allowed))


def listing(of: Callable[[str], str] = str, takes: str = "words") -> Kind[tuple[str, ...]]:
    """Items with commas between them; ``of`` reads each and raises ``ValueError`` for a bad one."""

    def read(raw: str) -> tuple[str, ...]:
        return tuple(of(item.strip()) for item in raw.split(",") if item.strip())

    return Kind(read, f"{takes} with commas between them")


def json_object() -> Kind[dict[str, Any]]:
    """A JSON object."""

    def read(raw: str) -> dict[str, Any]:
        value = json.loads(raw)
        if not isinstance(value, dict):
            raise ValueError(raw)
        return value

    return Kind(read, "a JSON object")


_Ordered = TypeVar("_Ordered", int, float, timedelta)


def _within(value: _Ordered, least: _Ordered, most: _Ordered) -> _Ordered:
    if not least <= value <= most:
        raise ValueError(value)
    return value
