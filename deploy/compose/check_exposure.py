"""Keeps `docker compose up` from publishing what anybody may read, or log-ins without encryption, by mistake.

Reads ``LAMBDASERVE_BIND``, ``ANONYMOUS_READ``, ``LAMBDASERVE_HTTPS`` and ``LAMBDASERVE_PUBLIC``, as docker-compose.yml
passes them. Exits with 1 where an address beyond this machine comes with anonymous reading or plain HTTP, unless
``LAMBDASERVE_PUBLIC`` is 1. Standard library only.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from ipaddress import ip_address


def complaint(variables: Mapping[str, str]) -> str:
    """Why these variables must not be used; empty if they may.

    Args:
        variables: the environment.
    """
    bind = variables.get("LAMBDASERVE_BIND", "")
    host = bind.rpartition(":")[0].strip("[]") or "0.0.0.0"  # noqa: S104 - a port alone means every address
    if is_loopback(host) or variables.get("LAMBDASERVE_PUBLIC") == "1":
        return ""
    wanted = []
    if variables.get("ANONYMOUS_READ") != "0":
        wanted.append("ANONYMOUS_READ=0, since anybody could read it")
    if variables.get("LAMBDASERVE_HTTPS") != "1":
        wanted.append("LAMBDASERVE_HTTPS=1 behind a certificate, since passwords and keys would travel in the clear")
    if not wanted:
        return ""
    advice = f"Set {' and '.join(wanted)}; or LAMBDASERVE_PUBLIC=1 if that is meant."
    return f"LAMBDASERVE_BIND={bind} can be reached from other machines. {advice}"


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


if __name__ == "__main__":
    found = complaint(os.environ)
    sys.stdout.write(f"{found}\n" if found else "")
    sys.exit(1 if found else 0)
