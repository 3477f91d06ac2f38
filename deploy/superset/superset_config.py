"""Superset's settings in docker-compose.yml; it stores everything in /data."""

import secrets
from pathlib import Path


def _stored_secret(name: str) -> str:
    """A random text, created once and the same at every start."""
    path = Path("/data") / name
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")


SECRET_KEY = _stored_secret("secret_key")
SQLALCHEMY_DATABASE_URI = "sqlite:////data/superset.db"
WTF_CSRF_ENABLED = True
TALISMAN_ENABLED = True
# Superset refuses shillelagh because it can read local files; `shillelagh+safe` loads only adapters that can't.
PREVENT_UNSAFE_DB_CONNECTIONS = False
