"""Variables are read from the environment, from secret files and from the file that ``ENV_FILE`` names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import kinds
from lambdaserve.config.env import Environment, Variable
from lambdaserve.config.kinds import Kind


def read(kind: Kind[Any], text: str, **more: Any) -> Any:
    return Environment({"NAME": text}).read(Variable("NAME", kind, "the default", "For tests.", **more))


@pytest.mark.parametrize("text", ["", "   "])
def test_unset_or_blank_variable_has_its_default(text: str) -> None:
    assert read(kinds.integer(least=1, most=9), text) == "the default"
    assert Environment({}).read(Variable("NAME", kinds.text(), "x", "For tests.")) == "x"


def test_refused_secret_is_not_shown() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read(kinds.url("mongodb"), "mongo://user:hunter2@host", secret=True)
    assert "hunter2" not in str(refused.value)
    assert "NAME takes an address that starts with mongodb://" in str(refused.value)


def secret(kind: Kind[Any] | None = None, *, hidden: bool = True) -> Variable[Any]:
    return Variable("NAME", kind or kinds.text(), "the default", "For tests.", secret=hidden)


def test_secret_is_read_from_a_file_without_its_line_end(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mongodb://user:hunter2@host\n")
    for path in (str(tmp_path / "secret"), " secret "):
        environment = Environment({"NAME_FILE": path}, tmp_path)
        assert environment.read(secret(kinds.url("mongodb"))) == "mongodb://user:hunter2@host"
        assert environment.is_set(secret())


def test_variable_that_is_no_secret_is_not_read_from_a_file(tmp_path: Path) -> None:
    environment = Environment({"NAME_FILE": "missing"}, tmp_path)
    assert environment.read(secret(hidden=False)) == "the default"
    assert not environment.is_set(secret(hidden=False))


def test_blank_path_and_blank_value_count_as_unset(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("found")
    assert Environment({"NAME": "given", "NAME_FILE": " "}, tmp_path).read(secret()) == "given"
    assert Environment({"NAME": " ", "NAME_FILE": "secret"}, tmp_path).read(secret()) == "found"


def test_secret_set_both_ways_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2")
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"NAME": "hunter3", "NAME_FILE": "secret"}, tmp_path).read(secret())
    assert str(refused.value) == "NAME and NAME_FILE are both set; set only one of them"


def test_refused_secret_from_a_file_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("mongo://user:hunter2@host")
    with pytest.raises(ImproperlyConfigured) as refused:
        Environment({"NAME_FILE": "secret"}, tmp_path).read(secret(kinds.url("mongodb")))
    assert "hunter2" not in str(refused.value)


def test_real_environment_takes_precedence_over_the_env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text('WORKERS=2\nTHREADS="8"  # eight\nexport BIND=127.0.0.1:1\nMOTTO=costs $x\n')
    monkeypatch.delenv("ENV_FILE")
    monkeypatch.setenv("WORKERS", "3")
    values = Environment.of_process(tmp_path).values
    assert (values["WORKERS"], values["THREADS"], values["BIND"]) == ("3", "8", "127.0.0.1:1")
    assert values["MOTTO"] == "costs $x"


def test_default_env_file_may_be_missing_but_a_named_one_may_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ENV_FILE")
    assert Environment.of_process(tmp_path).values == dict(os.environ)
    monkeypatch.setenv("ENV_FILE", "missing.env")
    with pytest.raises(ImproperlyConfigured, match="ENV_FILE takes the path of a readable UTF-8 file"):
        Environment.of_process(tmp_path)
