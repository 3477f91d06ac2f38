"""Asks a hook about an event, again while it says "wait", within a total time."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from merger.core.windows import isoformat
from merger.hooks.answers import Answer, HookFault, Word, read_answer

_LEAST_WAIT: Final = 0.1


class Hook(Protocol):
    """A command or a URL."""

    def ask(self, event_id: str, body: bytes, deadline: float) -> bytes:
        """Sends an event; returns the text of the answer.

        Raises:
            HookFault: there is none.
        """


@dataclass(frozen=True, slots=True)
class Asker:
    """Asks one hook.

    Attributes:
        hook: what is asked.
        timeout: seconds for an event, with all its waits.
        now: the time.
        sleep: waits.
    """

    hook: Hook
    timeout: float
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep

    def ask(self, kind: str, data: Mapping[str, Any]) -> Answer:
        """Asks about an event.

        Args:
            kind: such as ``run.publish.before``.
            data: what it is about, as JSON takes it.

        Raises:
            HookFault: there is no answer that can be used, or it is still "wait" when the time is over.
        """
        event = {"type": kind, "timestamp": isoformat(self.now()), "data": data}
        body = json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        event_id, deadline = f"msg_{uuid.uuid4().hex}", time.monotonic() + self.timeout
        while True:
            answer = read_answer(self.hook.ask(event_id, body, deadline))
            if answer.word is not Word.WAIT:
                return answer
            pause = max(answer.seconds, _LEAST_WAIT)
            if time.monotonic() + pause >= deadline:
                because = f" ({answer.reason})" if answer.reason else ""
                raise HookFault(f"it says wait{because}, for longer than the {self.timeout:g} s of RUN_HOOK_TIMEOUT")
            self.sleep(pause)
