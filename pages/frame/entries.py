"""What a visitor entered: the values that can be used, and what is wrong with the others, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict
from rest_framework.exceptions import ValidationError

from lambdaserve.api.parameters import CONTRADICTION, ChoiceField, QueryParameters
from merger.errors import NotFound

_ANSWERS_ALONE: Final = ("completeness", "explain", "run")
"""Parameters of every answer that a page decides by itself."""

_LONGEST_QUOTE: Final = 40


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a value, for the place beside its field.

    Args:
        text: one or two sentences.
        near: similar values, and the query string that asks for each.
    """

    text: str
    near: tuple[tuple[str, str], ...] = ()


Faults = dict[str, tuple[Fault, ...]]
"""Faults by the parameter's name."""


def read_entries(
    parameters: type[QueryParameters], given: QueryDict, contradictions: Mapping[str, str]
) -> tuple[dict[str, Any], Faults]:
    """Reads what a visitor entered: the valid values, and the faults of the others.

    Args:
        parameters: the ones that the page takes; others are ignored, since mails and campaigns add their own.
        given: the query string.
        contradictions: by parameter, what to say if its value contradicts another one.
    """
    fields = parameters().fields
    known = QueryDict(mutable=True)
    for name in given:
        if name in fields and name not in _ANSWERS_ALONE and given[name] != "":
            known.setlist(name, given.getlist(name))
    faults: Faults = {}
    while True:
        try:
            values = parameters.read(known)
        except ValidationError as error:
            reasons: Any = error.detail
        else:
            del values["completeness"]  # a page shows available numbers, and says which are missing
            return values, faults
        # Contradictions are looked for once every value is valid by itself.
        for name in reasons:
            is_contradiction = reasons[name][0].code == CONTRADICTION
            text = contradictions[name] if is_contradiction else _say(name, fields[name], known.getlist(name))
            faults[name] = (Fault(text),)
            del known[name]


def unknown_name(error: NotFound, typed: str, queries: Iterable[str]) -> Fault:
    """The fault of a name that nothing has.

    Args:
        error: says what kind of thing it is, and which names are similar.
        typed: as the visitor typed it.
        queries: for each similar name, the query string that asks for it.
    """
    return Fault(f"There is no {error.kind} {quote(typed)}.", tuple(zip(error.near, queries, strict=True)))


def query_with(given: QueryDict, name: str, value: str) -> str:
    """A page's query string with another value of a parameter."""
    changed = given.copy()
    changed.pop("download", None)
    changed[name] = value
    return f"?{changed.urlencode()}"


def quote(text: str) -> str:
    """Quotes what a visitor typed, shortened."""
    return f"“{text if len(text) <= _LONGEST_QUOTE else text[: _LONGEST_QUOTE - 1] + '…'}”"


def _say(name: str, field: Any, entered: list[str]) -> str:
    if len(entered) > 1:
        return f"Enter one value, not {len(entered)}."
    verb = "Choose" if isinstance(field, ChoiceField) else "Enter"
    takes = field.takes.replace("`", "")  # backticks are for the API's description
    return f"{quote(entered[0])} can’t be used here. {verb} {takes}."
