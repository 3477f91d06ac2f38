"""Secrets in files, as Docker and Kubernetes provide them: ``NAME_FILE`` names the file.

Requirement S5.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

SUFFIX: Final = "_FILE"
"""Appended to a secret variable's name, it gives the name of the variable that holds the path of its file."""

_MAX_BYTES = 65_536
"""Upper bound of a secret file's size."""


def read_secret(name: str, path: Path) -> str:
    """Reads a secret from a file, without surrounding blanks and line ends.

    Args:
        name: variable that takes the secret.
        path: where the file is.

    Raises:
        ImproperlyConfigured: the file can't be read, is blank or too large; its content is not shown.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise _refusal(name, path, f"it has more than {_MAX_BYTES} bytes")
        text = content.decode("utf-8").strip()
    except OSError as error:
        raise _refusal(name, path, error.strerror or "it can't be read") from None
    except UnicodeDecodeError:
        raise _refusal(name, path, "it is not UTF-8") from None
    if not text:
        raise _refusal(name, path, "it is blank")
    return text


def _refusal(name: str, path: Path, reason: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"{name}{SUFFIX} takes the path of a file that holds {name}; {path}: {reason}")
