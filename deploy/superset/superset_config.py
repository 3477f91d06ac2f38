"""Superset's settings in docker-compose.yml: all that it keeps lies in /data."""

import secrets
from pathlib import Path


def _kept(name: str) -> str:
    """A random text, the same at every start."""
    path = Path("/data") / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")


SECRET_KEY = _kept("secret_key")
SQLALCHEMY_DATABASE_URI = "sqlite:////data/superset.db"
WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = True
# It refuses shillelagh, since it can read files of the machine; of `shillelagh+safe` only what can't is loaded.
PREVENT_UNSAFE_DB_CONNECTIONS = False
