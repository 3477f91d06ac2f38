"""What a start of `make run` means, from the environment alone: where to serve and what to start."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from lambdaserve.config import variables
from lambdaserve.config.debug_guard import is_loopback
from lambdaserve.config.env import Environment, Variable
from lambdaserve.config.kinds import Address
from lambdaserve.server.embedded_stores import free_port


class RunFailed(Exception):
    """The service can't start or can't go on; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """What a start means, from the environment alone.

    Attributes:
        bind: where to serve.
        live: where to serve the streams of pages; ``None``: not here, ``LIVE_URL`` says where they are.
        embed_mongo: start the embedded MongoDB.
        embed_redis: start the embedded Redis.
        sample: keep the sample world in the embedded MongoDB.
        moved: the default port was taken and another one is used.
    """

    bind: Address
    live: Address | None
    embed_mongo: bool
    embed_redis: bool
    sample: bool
    moved: bool

    @classmethod
    def of(cls, environment: Environment) -> StartPlan:
        """Reads the plan.

        Raises:
            ImproperlyConfigured: a variable holds what it doesn't take.
            RunFailed: ``BIND`` names an address that can't be listened on.
        """
        bind, moved = _chosen_address(environment, variables.BIND)
        live = None
        if not environment.is_set(variables.LIVE_URL):
            live, _ = _chosen_address(environment, variables.LIVE_BIND, bind.host)
        embed_mongo = not environment.is_set(variables.MONGODB_URI)
        return cls(
            bind=bind,
            live=live,
            embed_mongo=embed_mongo,
            embed_redis=not environment.is_set(variables.REDIS_URL),
            # The sample world is only ever written into a store of our own.
            sample=embed_mongo and environment.read(variables.LOAD_SAMPLE) == "auto",
            moved=moved,
        )

    def defaults(self) -> dict[str, str]:
        """Variables for the children where the user says nothing: plain HTTP, and open where nobody else can see.

        Reading is open if the documents are the embedded store's or only this machine can connect.
        """
        local = self.embed_mongo or is_loopback(self.bind.host)
        chosen = {"HTTPS_ONLY": "0", "ANONYMOUS_READ": "1" if local else "0"}
        # By the name that the page was called up by, whatever that is: the streams are a port further.
        return chosen if self.live is None else {**chosen, "LIVE_URL": f":{self.live.port}"}


def _chosen_address(
    environment: Environment, variable: Variable[Address], host: str | None = None
) -> tuple[Address, bool]:
    """The address to serve on, and whether it differs from the default because that was taken.

    Args:
        environment: what the user set.
        variable: that names it.
        host: of the default; the variable's own where ``None``.
    """
    wanted = environment.read(variable)
    is_set = environment.is_set(variable)
    if host is not None and not is_set:
        wanted = Address(host, wanted.port)
    trouble = _trouble_with(wanted)
    if trouble is None:
        return wanted, False
    if is_set:
        raise RunFailed(
            f"{variable.name} takes an address that is free on this machine; {wanted.host}:{wanted.port}: {trouble}"
        )
    return Address(wanted.host, free_port()), True


def _trouble_with(address: Address) -> str | None:
    """Why nothing can listen there; ``None`` where something can."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
            probe.bind(target)
    except OSError as error:
        return error.strerror or str(error)
    return None
