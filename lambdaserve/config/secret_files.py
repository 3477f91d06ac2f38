"""Secrets in files, as Docker and Kubernetes hand them to a process: ``NAME_FILE`` names the file (S5)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from django.core.exceptions import ImproperlyConfigured

SUFFIX: Final = "_FILE"
"""What follows the name of a secret variable in that of the one which names its file."""

_LONGEST = 65_536
"""Bytes that such a file may have; nobody's secret is longer."""


def read_secret(name: str, path: Path) -> str:
    """What the file holds, without the blanks and line ends around it.

    Args:
        name: of the variable whose value it is.
        path: of the file.

    Raises:
        ImproperlyConfigured: the file can't be read, is blank or too long; what it holds is not shown.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST + 1)
        if len(content) > _LONGEST:
            raise _refusal(name, path, f"it has more than {_LONGEST} bytes")
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
