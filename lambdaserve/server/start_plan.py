"""Plans a start of `make run` from the environment: where to serve and what to start."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from lambdaserve.config import variables
from lambdaserve.config.debug_guard import is_loopback
from lambdaserve.config.env import Environment, Variable
from lambdaserve.config.kinds import Address
from lambdaserve.server.embedded_stores import free_port

SAMPLE_NOTICE = "Sample data: movies and people are real; reviews, votes and popularity changes are simulated."
SAMPLE_CREDIT = (
    "Facts about movies: TMDB, 2017. This product uses the TMDB API but is not endorsed or certified by TMDB."
)

PATIENCE = "WARM_UP_PATIENCE"
"""Environment variable: seconds for which a process that serves retries its warm-up before it takes requests."""

EMBEDDED_PATIENCE = 60
"""Seconds for which the server's processes try to read what the first pages show from an embedded MongoDB."""

EMBEDDED_TIMEOUT = 6
"""Seconds for which a request may wait for an embedded MongoDB."""


class RunFailed(Exception):
    """The service can't start or can't continue; the message says why."""


@dataclass(frozen=True, slots=True)
class StartPlan:
    """Plan of a start: where to serve, and what to start.

    Attributes:
        bind: where to serve.
        live: where to serve the streams of pages; ``None``: not here, ``LIVE_URL`` says where they are.
        embed_mongo: whether to start the embedded MongoDB.
        embed_redis: whether to start the embedded Redis.
        sample: whether to keep the sample world in the embedded MongoDB.
        moved: whether the default port was taken, so that another one is used.
    """

    bind: Address
    live: Address | None
    embed_mongo: bool
    embed_redis: bool
    sample: bool
    moved: bool

    @classmethod
    def of(cls, environment: Environment) -> StartPlan:
        """Derives the plan from the environment.

        Raises:
            ImproperlyConfigured: a variable has a value that it doesn't take.
            RunFailed: ``BIND`` or ``LIVE_BIND`` names an address that is not free on this machine.
        """
        bind, moved = _choose_address(environment, variables.BIND)
        live = None
        if not environment.is_set(variables.LIVE_URL):
            live, _ = _choose_address(environment, variables.LIVE_BIND, bind.host)
        embed_mongo = not environment.is_set(variables.MONGODB_URI)
        return cls(
            bind=bind,
            live=live,
            embed_mongo=embed_mongo,
            embed_redis=not environment.is_set(variables.REDIS_URL),
            # The sample world is only ever written into the embedded store.
            sample=embed_mongo and environment.read(variables.LOAD_SAMPLE) == "auto",
            moved=moved,
        )

    @classmethod
    def of_streams(cls, environment: Environment) -> StartPlan:
        """Derives the plan of a process that serves the streams alone, on ``LIVE_BIND``, and starts nothing else.

        Raises:
            ImproperlyConfigured: as for ``of``.
            RunFailed: ``LIVE_BIND`` names an address that is not free on this machine.
        """
        bind, moved = _choose_address(environment, variables.LIVE_BIND)
        return cls(bind=bind, live=None, embed_mongo=False, embed_redis=False, sample=False, moved=moved)

    def defaults(self) -> dict[str, str]:
        """Defaults for the children's variables: plain HTTP, a URL for the streams of pages, what the sample is.

        Anonymous reading is on if the documents are the embedded store's or only this machine can connect. The embedded
        store does one thing at a time, and puts away for long what was just loaded: answers and the first page wait.
        """
        local = self.embed_mongo or is_loopback(self.bind.host)
        chosen = {"HTTPS_ONLY": "0", "ANONYMOUS_READ": "1" if local else "0"}
        if self.sample:
            chosen |= {"DATA_NOTICE": SAMPLE_NOTICE, "DATA_CREDIT": SAMPLE_CREDIT}
        if self.embed_mongo:
            chosen |= {PATIENCE: str(EMBEDDED_PATIENCE), variables.MONGODB_TIMEOUT.name: str(EMBEDDED_TIMEOUT)}
        # The streams have the host name by which the page was opened, and a port of their own.
        return chosen if self.live is None else {**chosen, "LIVE_URL": f":{self.live.port}"}


def _choose_address(
    environment: Environment, variable: Variable[Address], host: str | None = None
) -> tuple[Address, bool]:
    """Chooses the address to serve on; also says whether the default one was taken.

    Args:
        environment: what the user set.
        variable: names the address.
        host: the default address's; ``None``: the variable's own.
    """
    wanted = environment.read(variable)
    is_set = environment.is_set(variable)
    if host is not None and not is_set:
        wanted = Address(host, wanted.port)
    error = _bind_error(wanted)
    if error is None:
        return wanted, False
    if is_set:
        raise RunFailed(
            f"{variable.name} takes an address that is free on this machine; {wanted.host}:{wanted.port}: {error}"
        )
    return Address(wanted.host, free_port()), True


def _bind_error(address: Address) -> str | None:
    """Why a server can't listen on the address; ``None`` if it can."""
    try:
        family, kind, protocol, _, target = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port in TIME_WAIT is free
            probe.bind(target)
    except OSError as error:
        return error.strerror or str(error)
    return None
