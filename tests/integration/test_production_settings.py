"""The settings as a production process reads them: each case is a process of its own, for settings are read once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lambdaserve.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[2]
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
NAMES = ["ANONYMOUS_READ", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DEBUG"]


def python(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with these variables and no others of ours."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    environment |= {"ENV_FILE": "", "DATA_DIR": str(tmp_path), **variables}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def settings(tmp_path: Path, **variables: str) -> dict[str, Any]:
    script = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {NAMES}}}))"
    )
    found = python(tmp_path, "-c", script, **variables)
    assert found.returncode == 0, found.stderr
    return dict(json.loads(found.stdout))


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    found = python(
        tmp_path,
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        SECRET_KEY=KEY,
        ALLOWED_HOSTS="api.example.org",
    )
    assert found.returncode == 0, found.stderr
    assert "no issues (0 silenced)" in found.stdout


def test_nothing_is_served_without_a_secret_key(tmp_path: Path) -> None:
    found = python(tmp_path, "-c", "import lambdaserve.wsgi")
    assert found.returncode != 0
    assert "SECRET_KEY takes a long random text and is unset" in found.stderr
    assert python(tmp_path, "-c", "import lambdaserve.wsgi", SECRET_KEY=KEY).returncode == 0


def test_production_is_closed_and_insists_on_https_unless_told_otherwise(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET_KEY=KEY) == {
        "ANONYMOUS_READ": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 3600,
        "DEBUG": False,
    }
    told = settings(tmp_path, SECRET_KEY=KEY, ANONYMOUS_READ="1", HTTPS_ONLY="0")
    assert told["ANONYMOUS_READ"] is True
    assert told["SECURE_SSL_REDIRECT"] is False
    assert told["SECURE_HSTS_SECONDS"] == 0


def test_debugging_needs_no_secret_key_and_is_open(tmp_path: Path) -> None:
    found = settings(tmp_path, DEBUG="1")
    assert (found["ANONYMOUS_READ"], found["SECURE_SSL_REDIRECT"]) == (True, False)


@pytest.mark.parametrize("name", ["DEBUG", "SPEED_LAG_LIMIT", "DATABASE_URL", "CONTRACT_ALIASES", "TRUSTED_PROXIES"])
def test_a_bad_setting_ends_any_command_with_its_name(tmp_path: Path, name: str) -> None:
    found = python(tmp_path, "manage.py", "check", **{"SECRET_KEY": KEY, name: "!"})
    assert found.returncode == 1
    assert found.stderr.startswith(f"Configuration error: {name} takes ")
    assert "Traceback" not in found.stderr
