"""Creates the random secrets of docker-compose.yml, each in a file that only its one reader can read.

    python deploy/compose/make_secrets.py DIRECTORY

Each folder of the directory is a volume that one kind of container mounts. Existing files are left as they are, so a
second start changes nothing. To change a secret, delete its file and the files that contain it too (docs/scaling.md).
Standard library only.
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

SERVICE, MONGO, POSTGRES, GRAFANA, REDIS, ROOT = 10001, 999, 999, 472, 10002, 0
"""User ids that the containers run as."""

MEMBERS = "mongo-1:27017,mongo-2:27017,mongo-3:27017"
TOPOLOGIES = {"replica_set": (MEMBERS, "&replicaSet=rs0"), "sharded": ("mongos:27017", "")}
OF_THE_STREAMS = ("secret_key", "redis_url", "database_url", *(f"mongodb_uri_{each}" for each in TOPOLOGIES))
"""What the process that pushes changes to pages needs: it makes no tokens and checks no API keys."""
MONGO_USERS = {"service": "lambdaserve", "producer": "producer", "operator": "operator"}
"""MongoDB's users by the folder of their addresses; ``deploy/mongo/roles.js`` says what each may do."""
READING = "readPreference=secondaryPreferred&maxStalenessSeconds=90&readConcernLevel=majority&w=majority"


class SecretFiles:
    """A directory of secrets.

    Args:
        directory: holds all of them.
        own: makes a user the owner of a file; only root can.
    """

    def __init__(self, directory: Path, own: Callable[[Path, int], None]) -> None:
        self._directory, self._own = directory, own
        self.new: list[str] = []

    def file(self, name: str, user: int, text: Callable[[], str]) -> str:
        """Reads a file; creates it first if it does not exist.

        Args:
            name: folder and file.
            user: the only user who may read it.
            text: creates its content.
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
        scratch.replace(path)  # an interrupted start leaves no half-written file
        self.new.append(name)
        return path.read_text(encoding="utf-8")


def password() -> str:
    """A random password of letters, digits, ``-`` and ``_``, which needs no escaping in a URL."""
    return secrets.token_urlsafe(32)


def create_secrets(files: SecretFiles) -> None:
    """Creates all secrets that do not exist.

    Args:
        files: the directory for them.
    """
    for name in ("secret_key", "api_key_pepper", "jwt_signing_key"):
        files.file(f"service/{name}", SERVICE, lambda: secrets.token_urlsafe(48))

    files.file("mongo/keyfile", MONGO, lambda: secrets.token_urlsafe(500)[:600].replace("-", "+").replace("_", "/"))
    files.file("mongo/admin_password", MONGO, password)
    users = {name: files.file(f"mongo/{name}_password", MONGO, password) for name in MONGO_USERS}
    for topology, (hosts, option) in TOPOLOGIES.items():
        uri = f"{hosts}/moviedb?{READING}{option}"
        for name, user in MONGO_USERS.items():
            address = f"mongodb://{user}:{users[name]}@{uri}&authSource=moviedb"
            files.file(f"{name}/mongodb_uri_{topology}", SERVICE, lambda address=address: address)  # type: ignore[misc]

    redis_password = files.file("redis/password", REDIS, password)
    limits = 'save ""\nmaxmemory 256mb\nmaxmemory-policy allkeys-lru\nprotected-mode no\n'
    files.file("redis/valkey.conf", REDIS, lambda: f"requirepass {redis_password}\n{limits}")
    files.file("service/redis_url", SERVICE, lambda: f"redis://:{redis_password}@redis:6379/0")

    sql_password = files.file("postgres/password", POSTGRES, password)
    files.file(
        "service/database_url", SERVICE, lambda: f"postgres://lambdaserve:{sql_password}@postgres:5432/lambdaserve"
    )
    files.file("grafana/admin_password", GRAFANA, password)
    for name in OF_THE_STREAMS:
        text = files.file(f"service/{name}", SERVICE, str)
        files.file(f"live/{name}", SERVICE, lambda text=text: text)  # type: ignore[misc]


def main(arguments: list[str]) -> int:
    """Creates the secrets in the directory given on the command line."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        sys.stdout.write(f"{__doc__}\n")
        return 0 if arguments in (["-h"], ["--help"]) else 2
    files = SecretFiles(Path(arguments[0]), lambda path, user: os.chown(path, user, user))
    create_secrets(files)
    sys.stdout.write(f"Created {len(files.new)} secrets.\n" if files.new else "All secrets exist already.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
