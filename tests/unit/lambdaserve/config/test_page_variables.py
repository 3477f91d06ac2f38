"""The variables about pages are part of the one table of variables."""

from __future__ import annotations

from lambdaserve.config import page_variables
from lambdaserve.config.env import Variable
from lambdaserve.config.variables import VARIABLES


def test_variables_of_pages_are_in_the_table() -> None:
    declared = {name: each for name, each in vars(page_variables).items() if isinstance(each, Variable)}
    assert declared
    assert declared.items() <= VARIABLES.items()
