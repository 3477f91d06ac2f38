"""``DEBUG`` and other machines exclude each other: its error pages show settings, variables and code (S5)."""

from __future__ import annotations

from ipaddress import ip_address

from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config.env import Environment
from lambdaserve.config.variables import ALLOWED_HOSTS, BIND


def refuse_in_public(environment: Environment) -> None:
    """Ends a start with ``DEBUG`` that other machines could reach.

    Raises:
        ImproperlyConfigured: ``BIND`` or one of ``ALLOWED_HOSTS`` is not of this machine alone.
    """
    for name, hosts in (
        ("BIND", (environment.read(BIND).host,)),
        ("ALLOWED_HOSTS", environment.read(ALLOWED_HOSTS)),
    ):
        for host in hosts:
            if not of_this_machine(host):
                raise ImproperlyConfigured(f"DEBUG takes 0 where {name} is not of this machine alone; got {host!r}")


def of_this_machine(host: str) -> bool:
    """Whether a host name or address, as in ``BIND`` or ``ALLOWED_HOSTS``, leads to this machine from nowhere else."""
    name = host.strip("[]").removeprefix(".").lower()
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost" or name.endswith(".localhost")
