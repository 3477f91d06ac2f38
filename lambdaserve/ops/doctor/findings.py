"""Findings of the doctor: one thing that was checked, how bad it is, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from django.template.defaultfilters import filesizeformat

_NAMES_LISTED: Final = 5


class Level(StrEnum):
    """Severity of a finding."""

    OK = "ok"
    WARNING = "warning"
    """Answers are right, but late, slow or incomplete, or soon will be."""
    PROBLEM = "problem"
    """Answers lack something, or there are none."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was checked.

    Args:
        about: the part of the deployment.
        level: severity.
        what: what was found, as a sentence without a full stop.
        advice: what to do; empty where nothing needs to be done.
    """

    about: str
    level: Level
    what: str
    advice: str = ""


def warn_if(is_bad: bool, about: str, what: str, advice: str) -> Finding:
    """A warning with its advice if something is bad, else the same finding as OK and without advice."""
    return Finding(about, Level.WARNING, what, advice) if is_bad else Finding(about, Level.OK, what)


def worse_than(level: Level, found: Iterable[Finding]) -> list[Finding]:
    """The findings that are worse than a level."""
    order = list(Level)
    return [each for each in found if order.index(each.level) > order.index(level)]


def list_names(names: Sequence[str]) -> str:
    """Lists the first names, and counts the rest."""
    more = f" and {len(names) - _NAMES_LISTED} more" if len(names) > _NAMES_LISTED else ""
    return ", ".join(names[:_NAMES_LISTED]) + more


def in_milliseconds(duration: timedelta) -> str:
    """A duration, such as ``0.4 ms``."""
    return f"{duration / timedelta(milliseconds=1):.1f} ms"


def in_bytes(number: int) -> str:
    """A size, such as ``3.7 GB``."""
    return filesizeformat(number).replace("\xa0", " ")
