"""What a hook answers. Its text is hostile: it is bounded, read strictly, and shown without control characters."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

LARGEST_ANSWER: Final = 65_536
"""Bytes of an answer; a longer one is a fault."""

LONGEST_REASON: Final = 300

_FORM: Final = (
    'a JSON object such as {"answer": "abort", "reason": "…"}, of which answer is proceed, abort, wait or roll back'
)


class HookFault(Exception):
    """A hook gave no answer that can be used; the message says why."""


class Word(StrEnum):
    """What a hook may say."""

    PROCEED = "proceed"
    ABORT = "abort"
    WAIT = "wait"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a hook said.

    Attributes:
        word: what is to be done.
        reason: why, on one line; may be empty.
        seconds: how long to wait before it is asked again.
    """

    word: Word
    reason: str = ""
    seconds: float = 1.0

    def __str__(self) -> str:
        return f"{self.word}: {self.reason}" if self.reason else str(self.word)


def read_answer(body: bytes) -> Answer:
    """Reads an answer; an empty one is "proceed".

    Raises:
        HookFault: it is too long, or of another form.
    """
    if len(body) > LARGEST_ANSWER:
        raise HookFault(f"its answer is longer than {LARGEST_ANSWER:,} bytes")
    if not body.strip():
        return Answer(Word.PROCEED)
    try:
        return _answer(json.loads(body))
    except (ValueError, RecursionError) as error:
        raise HookFault(f"its answer is not {_FORM}") from error


def one_line(text: str) -> str:
    """Text of a hook for people: one line, without control characters, of bounded length."""
    shown = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return shown if len(shown) <= LONGEST_REASON else f"{shown[: LONGEST_REASON - 1]}…"


def _answer(value: Any) -> Answer:
    if not isinstance(value, dict):
        raise ValueError(value)
    reason, seconds = value.get("reason") or "", value.get("seconds", 1)
    is_number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    if not isinstance(reason, str) or not is_number or not 0 <= seconds < math.inf:
        raise ValueError(value)
    return Answer(Word(str(value.get("answer"))), one_line(reason), min(seconds, 86_400))
