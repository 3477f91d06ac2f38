"""Makes the secrets of docker-compose.yml, once: random ones, in files, each where its one reader alone can see it.

    python deploy/compose/make_secrets.py DIRECTORY

Each folder of the directory is a volume that one kind of container mounts. A file that is there is left as it is, so
that a second start changes nothing; to change a secret, delete its file, and with it those that hold it too
(docs/scaling.md).
Standard library only.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

SERVICE, MONGO, POSTGRES, GRAFANA, REDIS, ROOT = 10001, 999, 999, 472, 10002, 0
"""Users that the containers run as."""

MEMBERS = "mongo-1:27017,mongo-2:27017,mongo-3:27017"
TOPOLOGIES = {"replica_set": (MEMBERS, "&replicaSet=rs0"), "sharded": ("mongos:27017", "")}
READING = "readPreference=secondaryPreferred&maxStalenessSeconds=90&readConcernLevel=majority&w=majority"


class Made:
    """A directory of secrets.

    Args:
        directory: of all of them.
        own: gives a file to a user; only root can.
    """

    def __init__(self, directory: Path, own: Callable[[Path, int], None]) -> None:
        self._directory, self._own = directory, own
        self.new: list[str] = []

    def file(self, name: str, user: int, text: Callable[[], str]) -> str:
        """A file's text, made if the file is not there.

        Args:
            name: folder and file.
            user: who may read it.
            text: what it says.
        """
        path = self._directory / name
        if path.exists():
            return path.read_text(encoding="utf-8")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.parent.chmod(0o755)
        scratch = path.with_suffix(".new")
        scratch.touch(mode=0o600)
        scratch.write_text(text(), encoding="utf-8")
        scratch.chmod(0o400)
        self._own(scratch, user)
        scratch.replace(path)  # a start that was broken off leaves no half of one
        self.new.append(name)
        return path.read_text(encoding="utf-8")


def password() -> str:
    """Letters, digits, ``-`` and ``_``: it needs no escaping in an address."""
    return secrets.token_urlsafe(32)


def make(made: Made) -> None:
    """Makes all of them.

    Args:
        made: where.
    """
    for name in ("secret_key", "api_key_pepper", "jwt_signing_key"):
        made.file(f"service/{name}", SERVICE, lambda: secrets.token_urlsafe(48))

    made.file("mongo/keyfile", MONGO, lambda: secrets.token_urlsafe(500)[:600].replace("-", "+").replace("_", "/"))
    admin = made.file("mongo/admin_password", MONGO, password)
    service = made.file("mongo/service_password", MONGO, password)
    for topology, (hosts, option) in TOPOLOGIES.items():
        uri = f"{hosts}/moviedb?{READING}{option}"
        made.file(
            f"service/mongodb_uri_{topology}",
            SERVICE,
            lambda uri=uri: f"mongodb://lambdaserve:{service}@{uri}&authSource=moviedb",  # type: ignore[misc]
        )
        made.file(
            f"operator/mongodb_uri_{topology}",
            SERVICE,
            lambda uri=uri: f"mongodb://admin:{admin}@{uri}&authSource=admin",  # type: ignore[misc]
        )

    word = made.file("redis/password", REDIS, password)
    limits = 'save ""\nmaxmemory 256mb\nmaxmemory-policy allkeys-lru\nprotected-mode no\n'
    made.file("redis/valkey.conf", REDIS, lambda: f"requirepass {word}\n{limits}")
    made.file("service/redis_url", SERVICE, lambda: f"redis://:{word}@redis:6379/0")

    word_of_sql = made.file("postgres/password", POSTGRES, password)
    made.file(
        "service/database_url", SERVICE, lambda: f"postgres://lambdaserve:{word_of_sql}@postgres:5432/lambdaserve"
    )
    made.file("grafana/admin_password", GRAFANA, password)


def main(arguments: list[str]) -> int:
    """Makes them in the directory that the command line names."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stdout.write(f"{__doc__}\n")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    made = Made(Path(arguments[0]), lambda path, user: os.chown(path, user, user))
    make(made)
    sys.stdout.write(f"{len(made.new)} secrets made.\n" if made.new else "All secrets are there.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
