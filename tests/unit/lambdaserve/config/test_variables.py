"""The table of variables: complete, unambiguous, and with defaults that need no environment."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import gate_variables, hook_variables, lineage_variables, page_variables, variables
from lambdaserve.config.env import Environment, Variable
from lambdaserve.config.variables import VARIABLES

SECRETS = {
    "MONGODB_URI",
    "REDIS_URL",
    "DATABASE_URL",
    "SECRET_KEY",
    "SECRET_KEY_FALLBACKS",
    "API_KEY_PEPPER",
    "JWT_SIGNING_KEY",
    "RUN_HOOK",
    "RUN_HOOK_SECRET",
    "OPENLINEAGE_URL",
    "OPENLINEAGE_API_KEY",
}


def test_each_variable_is_listed_under_its_own_name() -> None:
    parts = (variables, gate_variables, hook_variables, lineage_variables, page_variables)
    named = {name: each for part in parts for name, each in vars(part).items()}
    declared = {name: each for name, each in named.items() if isinstance(each, Variable)}
    assert declared == VARIABLES
    assert {name: each.name for name, each in VARIABLES.items()} == {name: name for name in VARIABLES}


def test_everything_that_holds_a_password_is_secret() -> None:
    assert {name for name, each in VARIABLES.items() if each.secret} == SECRETS


def test_empty_environment_gives_every_default() -> None:
    environment = Environment({})
    environment.check(VARIABLES.values())
    assert {name: environment.read(each) for name, each in VARIABLES.items()} == {
        name: each.default for name, each in VARIABLES.items()
    }


@pytest.mark.parametrize("variable", VARIABLES.values(), ids=VARIABLES)
def test_description_is_a_sentence_of_its_own(variable: Variable[Any]) -> None:
    assert variable.about[0].isupper()
    assert variable.about.endswith(".")


@pytest.mark.parametrize(
    ("name", "least", "below"),
    [
        ("CUTOFF_HOURS", "1", "0"),
        ("BATCH_RUNS_KEPT", "0", "-1"),
        ("SPEED_TTL_GRACE", "0", "-1"),
        ("SPEED_LAG_LIMIT", "1s", "0"),
        ("SESSION_AGE", "1m", "59s"),
        ("MONGODB_TIMEOUT", "0.05", "0.04"),
        ("RATE_BURST", "1", "0"),
    ],
)
def test_smallest_value_is_taken_and_a_smaller_one_refused(name: str, least: str, below: str) -> None:
    Environment({name: least}).read(VARIABLES[name])
    with pytest.raises(ImproperlyConfigured, match=f"^{name} takes "):
        Environment({name: below}).read(VARIABLES[name])
