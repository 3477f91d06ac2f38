"""``manage.py watch_changes``: shows which cached answers changes of the data invalidate.

Requirement C6.
"""

from __future__ import annotations

import signal
import time
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from merger.core.windows import isoformat
from merger.invalidation.watcher import TICK_SECONDS
from merger.wiring import watcher

_NAMES_SHOWN = 8


class Command(BaseCommand):
    help = (
        "Follows both collections as the service does and prints what each change invalidates in the cache, until "
        "Ctrl-C or SIGTERM. The service's processes do this by themselves, one of them as the leader. This command "
        "shows something only as the leader, i.e. while no process of the service runs or after its leader has ended."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        own_watcher = watcher()
        was_leader = None
        try:
            while True:
                bumped = own_watcher.tick()
                if own_watcher.is_leader != was_leader:
                    was_leader = own_watcher.is_leader
                    self._print(
                        "this process is the leader"
                        if was_leader
                        else "another process is the leader, or Redis is down"
                    )
                if bumped:
                    names = sorted(bumped)
                    more = f" and {len(names) - _NAMES_SHOWN} more" if len(names) > _NAMES_SHOWN else ""
                    self._print(f"invalidated {', '.join(names[:_NAMES_SHOWN])}{more}")
                time.sleep(TICK_SECONDS)
        except KeyboardInterrupt:
            own_watcher.stop()
            self._print("stopped")

    def _print(self, line: str) -> None:
        self.stdout.write(f"{isoformat(timezone.now().replace(microsecond=0))} {line}")
        self.stdout.flush()
