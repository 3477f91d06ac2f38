"""Variables from the environment: what each kind takes, and how a refusal reads."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import env
from lambdaserve.config.env import Address, Environment, Kind, Variable


def read(kind: Kind[Any], text: str, **more: Any) -> Any:
    return Environment({"NAME": text}).read(Variable("NAME", kind, "the default", "For tests.", **more))


@pytest.mark.parametrize("text", ["", "   "])
def test_an_unset_or_blank_variable_is_its_default(text: str) -> None:
    assert read(env.integer(least=1, most=9), text) == "the default"
    assert Environment({}).read(Variable("NAME", env.text(), "x", "For tests.")) == "x"


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (env.text(), " moviedb ", "moviedb"),
        (env.integer(least=0, most=100), "100", 100),
        (env.number(least=0.05, most=60), "0.5", 0.5),
        (env.boolean(), "Yes", True),
        (env.boolean(), "off", False),
        (env.duration(), "90", timedelta(seconds=90)),
        (env.duration(), "90s", timedelta(seconds=90)),
        (env.duration(), "10m", timedelta(minutes=10)),
        (env.duration(), "36 H", timedelta(hours=36)),
        (env.duration(), "2d", timedelta(days=2)),
        (env.url("mongodb", "mongodb+srv"), "mongodb://a:1,b:2/?replicaSet=r", "mongodb://a:1,b:2/?replicaSet=r"),
        (env.url("unix"), "unix:///run/redis.sock", "unix:///run/redis.sock"),
        (env.choice("auto", "never"), "NEVER", "never"),
        (env.listing(), "a, b,,c ", ("a", "b", "c")),
        (env.json_object(), '{"fields": {"score": "value"}}', {"fields": {"score": "value"}}),
        (env.address(), "0.0.0.0:80", Address("0.0.0.0", 80)),
        (env.address(), "[::1]:8000", Address("::1", 8000)),
    ],
)
def test_each_kind_reads_what_it_takes(kind: Kind[Any], text: str, value: object) -> None:
    assert read(kind, text) == value


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (env.integer(least=1, most=9), "ten"),
        (env.integer(least=1, most=9), "10"),
        (env.integer(least=1, most=9), "1_0"),
        (env.integer(least=1, most=9), "٣"),
        (env.number(least=0, most=1), "nan"),
        (env.number(least=0, most=1), "inf"),
        (env.boolean(), "maybe"),
        (env.duration(), "10 minutes"),
        (env.duration(), "-5m"),
        (env.duration(), "0"),
        (env.duration(), "999999999d"),
        (env.url("redis"), "localhost:6379"),
        (env.url("redis"), "http://localhost"),
        (env.url("redis"), "redis://"),
        (env.choice("auto", "never"), "always"),
        (env.json_object(), "[1]"),
        (env.json_object(), "{"),
        (env.address(), "8000"),
        (env.address(), "127.0.0.1"),
        (env.address(), "127.0.0.1:0"),
        (env.address(), "127.0.0.1:99999"),
        (env.address(), "127.0.0.1:80/path"),
        (env.address(), "user@127.0.0.1:80"),
    ],
)
def test_a_refusal_names_the_variable_and_what_it_takes_and_what_it_got(kind: Kind[Any], text: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(kind, text)
    assert str(refused.value) == f"NAME takes {kind.takes}; got {text!r}"


def test_a_refused_secret_is_not_repeated() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(env.url("mongodb"), "mongo://user:hunter2@host", secret=True)
    assert "hunter2" not in str(refused.value)
    assert "NAME takes an address that starts with mongodb://" in str(refused.value)


def secret(kind: Kind[Any] | None = None, *, hidden: bool = True) -> Variable[Any]:
    return Variable("NAME", kind or env.text(), "the default", "For tests.", secret=hidden)


def test_a_secret_may_lie_in_a_file_without_the_line_s_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mongodb://user:hunter2@host\n")
    for path in (str(tmp_path / "secret"), " secret "):
        environment = Environment({"NAME_FILE": path}, tmp_path)
        assert environment.read(secret(env.url("mongodb"))) == "mongodb://user:hunter2@host"
        assert environment.is_set(secret())


def test_only_a_secret_is_looked_for_in_a_file(tmp_path: Path) -> None:
    environment = Environment({"NAME_FILE": "missing"}, tmp_path)
    assert environment.read(secret(hidden=False)) == "the default"
    assert not environment.is_set(secret(hidden=False))


def test_a_blank_path_names_no_file_and_a_blank_value_beside_a_file_is_none(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("found")
    assert Environment({"NAME": "given", "NAME_FILE": " "}, tmp_path).read(secret()) == "given"
    assert Environment({"NAME": " ", "NAME_FILE": "secret"}, tmp_path).read(secret()) == "found"


def test_a_secret_that_is_given_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"NAME": "hunter3", "NAME_FILE": "secret"}, tmp_path).read(secret())
    assert str(refused.value) == "NAME and NAME_FILE are both set; only one may be"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b" \n", "it is blank"),
        (b"hunter2\xff", "it is not UTF-8"),
        (b"hunter2" * 10_000, "it has more than 65536 bytes"),
    ],
)
def test_a_file_that_holds_no_secret_is_refused_by_name_and_not_shown(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"NAME_FILE": "secret"}, tmp_path).read(secret())
    assert str(refused.value) == f"NAME_FILE takes the path of a file that holds NAME; {path}: {reason}"


def test_what_a_file_holds_is_not_repeated_when_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mongo://user:hunter2@host")
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"NAME_FILE": "secret"}, tmp_path).read(secret(env.url("mongodb")))
    assert "hunter2" not in str(refused.value)


def test_the_real_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text('WORKERS=2\nTHREADS="8"  # eight\nexport BIND=127.0.0.1:1\nMOTTO=costs $x\n')
    monkeypatch.delenv("ENV_FILE")
    monkeypatch.setenv("WORKERS", "3")
    values = Environment.of_process(tmp_path).values
    assert (values["WORKERS"], values["THREADS"], values["BIND"]) == ("3", "8", "127.0.0.1:1")
    assert values["MOTTO"] == "costs $x"


def test_no_file_is_needed_but_one_that_is_asked_for_must_be_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENV_FILE")
    assert Environment.of_process(tmp_path).values == dict(os.environ)
    monkeypatch.setenv("ENV_FILE", "missing.env")
    with pytest.raises(ImproperlyConfigured, match="ENV_FILE takes the path of a readable UTF-8 file"):
        Environment.of_process(tmp_path)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("127.0.0.1", 8000), "http://127.0.0.1:8000"),
        (Address("0.0.0.0", 80), "http://127.0.0.1:80"),
        (Address("::", 80), "http://[::1]:80"),
    ],
)
def test_the_shown_address_is_one_that_a_browser_here_can_open(address: Address, url: str) -> None:
    assert address.url() == url
