"""Reads typed values from environment variables.

A ``Variable`` is one row of the table in ``lambdaserve/config/variables.py``; its ``Kind`` says which texts it takes.
A bad value raises an ``ImproperlyConfigured`` that names the variable and what it takes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any, Generic, TypeVar

from django.core.exceptions import ImproperlyConfigured
from dotenv import dotenv_values

from lambdaserve.config.kinds import Kind
from lambdaserve.config.secret_files import SUFFIX, read_secret

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Variable(Generic[T_co]):
    """One environment variable.

    Attributes:
        name: its name in the environment.
        kind: how its text is read.
        default: value where it is unset or empty.
        about: what it decides, in one sentence.
        secret: its value never appears in a message, and may come from a file that ``NAME_FILE`` names.
    """

    name: str
    kind: Kind[T_co]
    default: T_co
    about: str
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment variables of this process.

    Attributes:
        values: texts by name.
        base_dir: folder that relative paths of secret files start from.
    """

    values: Mapping[str, str]
    base_dir: Path = Path()

    @classmethod
    def of_process(cls, base_dir: Path) -> Environment:
        """Reads the process's own variables and, below them, those of the file that ``ENV_FILE`` names.

        Args:
            base_dir: folder that a relative ``ENV_FILE`` (default ``.env``) and other relative paths start from.

        Raises:
            ImproperlyConfigured: ``ENV_FILE`` is set to a file that can't be read.
        """
        name = os.environ.get("ENV_FILE", ".env")
        return cls({**(_read_dotenv(base_dir / name) if name else {}), **os.environ}, base_dir)

    def is_set(self, variable: Variable[Any]) -> bool:
        """Whether the variable, or the one that names its file, is set and not blank."""
        return bool(self._stripped(variable.name) or self._file_of(variable))

    def check(self, declared: Iterable[Variable[Any]]) -> None:
        """Reads all variables, so that a bad value is found before anything starts.

        Raises:
            ImproperlyConfigured: a variable has a value that it doesn't take; the first one is named.
        """
        for variable in declared:
            self.read(variable)

    def read(self, variable: Variable[T]) -> T:
        """The variable's value; its default if it is unset or blank.

        Raises:
            ImproperlyConfigured: it has a value that it doesn't take, is set twice, or its file can't be read.
        """
        text = self._text(variable)
        if not text:
            return variable.default
        try:
            return variable.kind.read(text)
        except ValueError:
            got = "another value (not shown, it may hold a password)" if variable.secret else repr(text)
            message = f"{variable.name} takes {variable.kind.takes}; got {got}"
            raise ImproperlyConfigured(message) from None

    def _text(self, variable: Variable[Any]) -> str:
        text, file = self._stripped(variable.name), self._file_of(variable)
        if not file:
            return text
        if text:
            message = f"{variable.name} and {variable.name}{SUFFIX} are both set; set only one of them"
            raise ImproperlyConfigured(message)
        return read_secret(variable.name, self.base_dir / file)

    def _file_of(self, variable: Variable[Any]) -> str:
        return self._stripped(variable.name + SUFFIX) if variable.secret else ""

    def _stripped(self, name: str) -> str:
        return self.values.get(name, "").strip()


def _read_dotenv(path: Path) -> dict[str, str]:
    """The variables of a dotenv file; none if the default file does not exist."""
    if not path.is_file() and "ENV_FILE" not in os.environ:
        return {}
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"ENV_FILE takes the path of a readable UTF-8 file; {path}: {error}") from error
    values = dotenv_values(stream=StringIO(content), interpolate=False)
    return {name: value for name, value in values.items() if value is not None}
