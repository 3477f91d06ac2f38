"""Keeps ``DEBUG`` away from other machines: Django's debug pages show settings, variables and code.

Requirement S5.
"""

from __future__ import annotations

from ipaddress import ip_address

from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config.env import Environment
from lambdaserve.config.variables import ALLOWED_HOSTS, BIND


def refuse_public_debug(environment: Environment) -> None:
    """Refuses to start with ``DEBUG`` where other machines could reach the service.

    Raises:
        ImproperlyConfigured: ``BIND`` or one of ``ALLOWED_HOSTS`` is reachable from other machines.
    """
    declared = {"BIND": (environment.read(BIND).host,), "ALLOWED_HOSTS": environment.read(ALLOWED_HOSTS)}
    for name, hosts in declared.items():
        for host in hosts:
            if not is_loopback(host):
                message = f"DEBUG must be off (0) while {name} can be reached from other machines; got {host!r}"
                raise ImproperlyConfigured(message)


def is_loopback(host: str) -> bool:
    """Whether a host name or address, as in ``BIND`` or ``ALLOWED_HOSTS``, can only be reached from this machine."""
    name = host.strip("[]").removeprefix(".").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
