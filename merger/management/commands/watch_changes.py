"""``manage.py watch_changes``: shows what changes in the data outdate (C6)."""

from __future__ import annotations

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from merger.core.windows import isoformat
from merger.invalidation.watcher import TICK
from merger.wiring import watcher

_SHOWN = 8


class Command(BaseCommand):
    help = (
        "Follows both collections as the service does and prints what of the cache each change outdates, until Ctrl-C "
        "or SIGTERM. The service's own processes do this by themselves; one at a time is in charge, so this one only "
        "shows something while none of them runs, or after the one in charge has ended."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        found = watcher()
        was_in_charge = None
        try:
            while True:
                raised = found.tick()
                if found.is_in_charge != was_in_charge:
                    was_in_charge = found.is_in_charge
                    self._say("in charge" if was_in_charge else "not in charge: another process is, or Redis is away")
                if raised:
                    names = sorted(raised)
                    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
                    self._say(f"outdated {', '.join(names[:_SHOWN])}{more}")
                time.sleep(TICK)
        except KeyboardInterrupt:
            found.stop()
            self._say("stopped")

    def _say(self, line: str) -> None:
        self.stdout.write(f"{isoformat(timezone.now().replace(microsecond=0))} {line}")
        self.stdout.flush()
