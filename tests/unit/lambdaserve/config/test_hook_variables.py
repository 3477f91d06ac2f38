"""Bad settings of the hook are refused at the start, with a sentence that names the setting."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config import hook_variables
from lambdaserve.config.env import Environment, Variable
from lambdaserve.config.variables import VARIABLES


def test_variables_of_hooks_are_in_the_table() -> None:
    declared = {name: each for name, each in vars(hook_variables).items() if isinstance(each, Variable)}
    assert declared
    assert declared.items() <= VARIABLES.items()


@pytest.mark.parametrize(
    ("variable", "text", "takes"),
    [
        (hook_variables.RUN_HOOK, "https://me:hunter2@example.org", "a command, or a URL that begins with https://"),
        (hook_variables.RUN_HOOK_SECRET, "hunter2", "`whsec_` and 24 to 64 random bytes"),
        (hook_variables.RUN_HOOK_TIMEOUT, "0", "a number from 0.1 to 3600"),
    ],
)
def test_bad_values_are_named(variable: Variable[Any], text: str, takes: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"^{variable.name} takes {takes}") as raised:
        Environment({variable.name: text}).read(variable)
    assert "hunter2" not in str(raised.value)
