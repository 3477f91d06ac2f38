"""The variables about gates are part of the one table of variables, and each is a limit of a gate."""

from __future__ import annotations

from dataclasses import asdict

from lambdaserve.config import gate_variables
from lambdaserve.config.env import Variable
from lambdaserve.config.variables import VARIABLES
from merger.gates.limits import Limits


def test_variables_of_gates_are_in_the_table() -> None:
    declared = {name: each for name, each in vars(gate_variables).items() if isinstance(each, Variable)}
    assert declared
    assert declared.items() <= VARIABLES.items()


def test_each_limit_is_a_variable_with_the_same_default() -> None:
    declared = {name: each.default for name, each in vars(gate_variables).items() if isinstance(each, Variable)}
    assert declared == {f"GATE_{name.upper()}": default for name, default in asdict(Limits()).items()}
