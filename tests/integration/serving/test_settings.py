"""Settings as a production process reads them; each case is a process of its own, since settings are read once."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lambdaserve.config.variables import VARIABLES

ROOT = Path(__file__).resolve().parents[3]
KEY = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
SECRETS = sorted(name for name, variable in VARIABLES.items() if variable.secret)
SECRET_FILES = {f"{name}_FILE": name for name in SECRETS}
NAMES = ["ANONYMOUS_READ", "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE", "SECURE_HSTS_SECONDS", "DEBUG"]


def python(tmp_path: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Runs Python with only these of the service's variables."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES | SECRET_FILES}
    environment |= {"ENV_FILE": "", "DATA_DIR": str(tmp_path), **variables}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def settings(tmp_path: Path, names: list[str] = NAMES, **variables: str) -> dict[str, Any]:
    script = (
        "import json; from django.conf import settings;"
        f"print(json.dumps({{name: getattr(settings, name) for name in {names}}}))"
    )
    found = python(tmp_path, "-c", script, **variables)
    assert found.returncode == 0, found.stderr
    return dict(json.loads(found.stdout))


def test_deployment_check_is_clean(tmp_path: Path) -> None:
    found = python(
        tmp_path,
        *("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        SECRET_KEY=KEY,
        ALLOWED_HOSTS="api.example.org",
    )
    assert found.returncode == 0, found.stderr
    assert "no issues (0 silenced)" in found.stdout


def test_images_come_from_here_and_the_place_of_posters_alone(tmp_path: Path) -> None:
    given = {"SECRET_KEY": KEY, "POSTER_URL": "https://image.example.org/t/p/w342"}
    policy = settings(tmp_path, ["CONTENT_SECURITY_POLICY"], **given)["CONTENT_SECURITY_POLICY"]["DIRECTIVES"]
    assert policy["img-src"] == ["'self'", "data:", "https://image.example.org"]
    assert policy["default-src"] == ["'self'"]


def test_place_of_posters_that_is_none_stops_the_start(tmp_path: Path) -> None:
    found = python(tmp_path, "manage.py", "check", SECRET_KEY=KEY, POSTER_URL="image.example.org/w342")
    assert found.returncode != 0
    assert "POSTER_URL takes an address such as https://image.example.org/t/p/w342" in found.stderr


def test_nothing_is_served_without_a_secret_key(tmp_path: Path) -> None:
    found = python(tmp_path, "-c", "import lambdaserve.wsgi")
    assert found.returncode != 0
    assert "SECRET_KEY is not set; it takes a long random text" in found.stderr
    assert python(tmp_path, "-c", "import lambdaserve.wsgi", SECRET_KEY=KEY).returncode == 0


def test_files_can_be_judged_without_any_setting(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(
        '{"movie_id": 1, "view_type": "movie_details", "computed_at": "2026-11-28T02:00:00Z", "data": {"title": "X"}}'
    )
    found = python(tmp_path, "manage.py", "check_views", str(path))
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("documents   1 batch movie_details")


@pytest.mark.parametrize("name", ["SECRET_KEY", "API_KEY_PEPPER"])
@pytest.mark.parametrize(
    "guessed",
    [
        "for debugging alone",
        "a long random text",
        "changeme",
        "changeme" * 8,
        "x" * 64,
        f"django-insecure-{KEY}",
        KEY[:31],
    ],
)
def test_secret_that_can_be_guessed_is_refused(tmp_path: Path, name: str, guessed: str) -> None:
    found = python(tmp_path, "manage.py", "check", **{"SECRET_KEY": KEY, name: guessed})
    assert found.returncode == 1
    assert found.stderr.startswith(f"Configuration error: {name} takes a random text of 32 characters or more")
    assert guessed not in found.stderr


@pytest.mark.parametrize("debug", ["", "0"])
def test_secret_key_has_a_default_only_with_debug(tmp_path: Path, debug: str) -> None:
    script = "from django.conf import settings; settings.SECRET_KEY"
    assert python(tmp_path, "-c", script, DEBUG="1").returncode == 0
    found = python(tmp_path, "-c", script, DEBUG=debug)
    assert found.returncode != 0
    assert "The SECRET_KEY setting must not be empty" in found.stderr


EXAMPLES = {
    "SECRET_KEY": KEY,
    "SECRET_KEY_FALLBACKS": KEY[::-1],
    "API_KEY_PEPPER": KEY[::-1],
    "JWT_SIGNING_KEY": KEY.swapcase(),
    "MONGODB_URI": "mongodb://user:hunter2@db.example.org",
    "REDIS_URL": "rediss://:hunter2@cache.example.org",
    "DATABASE_URL": "postgres://user:hunter2@sql.example.org/name",
    "RUN_HOOK": "https://hook.example.org/hunter2",
    "RUN_HOOK_SECRET": f"whsec_{base64.b64encode(KEY.encode()[:32]).decode()}",
    "OPENLINEAGE_URL": "https://:hunter2@lineage.example.org",
    "OPENLINEAGE_API_KEY": "its-own-key",
}


def test_every_secret_can_be_read_from_a_file(tmp_path: Path) -> None:
    paths = {}
    for name in SECRETS:
        path = tmp_path / name.lower()
        path.write_text(f"{EXAMPLES[name]}\n")
        paths[f"{name}_FILE"] = str(path)
    script = (
        "import json; from django.conf import settings as s;"
        "print(json.dumps([s.SECRET_KEY, s.SECRET_KEY_FALLBACKS, s.API_KEY_PEPPER, s.MONGODB_URI, s.REDIS_URL,"
        "s.SIMPLE_JWT['SIGNING_KEY'], s.DATABASES['default']['PASSWORD'], s.RUN_HOOK.path, s.RUN_HOOK_SECRET,"
        "s.OPENLINEAGE_URL, s.OPENLINEAGE_API_KEY]))"
    )
    found = python(tmp_path, "-c", script, **paths)
    assert found.returncode == 0, found.stderr
    key, former, pepper = (EXAMPLES[name] for name in ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "API_KEY_PEPPER"))
    stores = [*(EXAMPLES[name] for name in ("MONGODB_URI", "REDIS_URL", "JWT_SIGNING_KEY")), "hunter2"]
    hook = ["/hunter2", EXAMPLES["RUN_HOOK_SECRET"]]
    lineage = [EXAMPLES["OPENLINEAGE_URL"], EXAMPLES["OPENLINEAGE_API_KEY"]]
    assert json.loads(found.stdout) == [key, [former], pepper, *stores, *hook, *lineage]


def test_secret_set_both_ways_ends_any_command(tmp_path: Path) -> None:
    (tmp_path / "key").write_text(KEY)
    found = python(tmp_path, "manage.py", "check", SECRET_KEY=KEY, SECRET_KEY_FILE=str(tmp_path / "key"))
    assert found.returncode == 1
    assert found.stderr == "Configuration error: SECRET_KEY and SECRET_KEY_FILE are both set; set only one of them\n"


def test_signature_of_a_former_key_is_accepted_until_the_key_is_removed(tmp_path: Path) -> None:
    sign = "from django.core.signing import dumps; print(dumps('who'))"
    signed = python(tmp_path, "-c", sign, SECRET_KEY=KEY).stdout.strip()
    read = f"from django.core.signing import loads; print(loads({signed!r}))"
    newer = {"SECRET_KEY": KEY[::-1]}
    assert python(tmp_path, "-c", read, **newer, SECRET_KEY_FALLBACKS=KEY).stdout == "who\n"
    assert "BadSignature" in python(tmp_path, "-c", read, **newer).stderr


def test_production_needs_a_login_and_https_unless_configured_otherwise(tmp_path: Path) -> None:
    assert settings(tmp_path, SECRET_KEY=KEY) == {
        "ANONYMOUS_READ": False,
        "SECURE_SSL_REDIRECT": True,
        "SESSION_COOKIE_SECURE": True,
        "SECURE_HSTS_SECONDS": 31_536_000,
        "DEBUG": False,
    }
    found = settings(tmp_path, SECRET_KEY=KEY, ANONYMOUS_READ="1", HTTPS_ONLY="0")
    assert found["ANONYMOUS_READ"] is True
    assert found["SECURE_SSL_REDIRECT"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0


def test_debug_needs_no_secret_key_and_no_login(tmp_path: Path) -> None:
    found = settings(tmp_path, DEBUG="1")
    assert (found["ANONYMOUS_READ"], found["SECURE_SSL_REDIRECT"]) == (True, False)


@pytest.mark.parametrize(("name", "value"), [("BIND", "0.0.0.0:8000"), ("ALLOWED_HOSTS", "*")])
def test_debug_that_other_machines_could_reach_ends_any_command(tmp_path: Path, name: str, value: str) -> None:
    for command in ("check", "serve"):
        found = python(tmp_path, "manage.py", command, DEBUG="1", **{name: value})
        assert found.returncode == 1
        assert found.stderr.startswith(f"Configuration error: DEBUG must be off (0) while {name} ")


def test_https_cookies_have_the_host_prefix_and_sessions_their_configured_age(tmp_path: Path) -> None:
    names = ["SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_AGE", "CSRF_COOKIE_SECURE"]
    assert settings(tmp_path, names, SECRET_KEY=KEY, SESSION_AGE="30m") == dict(
        zip(names, ["__Host-sessionid", "__Host-csrftoken", 1800, True], strict=True)
    )


@pytest.mark.parametrize("name", ["DEBUG", "SPEED_LAG_LIMIT", "DATABASE_URL", "CONTRACT_ALIASES", "TRUSTED_PROXIES"])
def test_bad_setting_ends_any_command_with_its_name(tmp_path: Path, name: str) -> None:
    found = python(tmp_path, "manage.py", "check", **{"SECRET_KEY": KEY, name: "!"})
    assert found.returncode == 1
    assert found.stderr.startswith(f"Configuration error: {name} takes ")
    assert "Traceback" not in found.stderr
