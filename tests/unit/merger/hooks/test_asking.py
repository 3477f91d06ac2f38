"""A hook that says wait is asked about the same event again, within one total time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

import pytest

from merger.hooks.answers import Answer, HookFault, Word
from merger.hooks.asking import Asker
from tests.unit.merger.documents import at

WAIT = b'{"answer": "wait", "reason": "busy", "seconds": 0}'


@dataclass
class Scripted:
    """Answers as it is written."""

    answers: list[bytes]
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    def ask(self, event_id: str, body: bytes, deadline: float) -> bytes:
        self.asked.append((event_id, body))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def asker(hook: Scripted, timeout: float = 5) -> Asker:
    return Asker(hook, timeout, lambda: at("2026-03-10 10:30"))


def test_the_event_has_a_type_a_time_and_data() -> None:
    hook = Scripted([b""])
    assert asker(hook).ask("run.test", {"run": "é"}) == Answer(Word.PROCEED)
    ((_, body),) = hook.asked
    assert json.loads(body) == {"type": "run.test", "timestamp": "2026-03-10T10:30:00Z", "data": {"run": "é"}}


def test_a_retry_is_of_the_same_event_and_another_event_is_not() -> None:
    hook = Scripted([WAIT, WAIT, b'{"answer": "abort"}'])
    assert asker(hook).ask("run.test", {}).word is Word.ABORT
    assert len(hook.asked) == 3
    assert len(set(hook.asked)) == 1
    asker(hook).ask("run.test", {})
    assert len({event_id for event_id, _ in hook.asked}) == 2


def test_waiting_without_end_is_a_fault_after_a_bounded_number_of_questions() -> None:
    hook = Scripted([WAIT])
    with pytest.raises(HookFault, match=r"it says wait \(busy\), for longer than the 0\.5 s of RUN_HOOK_TIMEOUT"):
        asker(hook, 0.5).ask("run.test", {})
    assert 1 < len(hook.asked) <= 5


def test_a_wait_that_is_too_long_is_not_waited() -> None:
    hook, slept = Scripted([b'{"answer": "wait", "seconds": 1e300}']), list[float]()
    with pytest.raises(HookFault, match="says wait"):
        Asker(hook, 5, lambda: at("2026-03-10 10:30"), slept.append).ask("run.test", {})
    assert slept == []
