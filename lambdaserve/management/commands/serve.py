"""``manage.py serve``: the whole service on this machine, as `make run` starts it."""

from __future__ import annotations

import signal
from argparse import ArgumentParser
from contextlib import suppress
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from lambdaserve.config.env import Environment
from lambdaserve.config.local_data import AlreadyRunningError, LocalData
from lambdaserve.config.private_files import private_umask
from lambdaserve.config.variables import VARIABLES
from lambdaserve.server.embedded_stores import StoreDidNotStart
from lambdaserve.server.start_plan import RunFailed, StartPlan
from lambdaserve.server.supervisor import Supervisor

_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Command(BaseCommand):
    help = (
        "Serves the pages, the API, its documentation and the admin on BIND (127.0.0.1:8000). Starts an embedded "
        "MongoDB if MONGODB_URI is unset and an embedded Redis if REDIS_URL is unset. Loads the sample world into an "
        "empty embedded MongoDB unless LOAD_SAMPLE=never, and creates a staff user. Ctrl-C stops all that it started."
    )
    requires_system_checks = ()  # the children check the settings that they really get

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--prepared",
            action="store_true",
            help="skip `manage.py prepare`, which was run already, once for all hosts of this version",
        )
        parser.add_argument(
            "--streams",
            action="store_true",
            help="serve only the streams that keep pages current, on LIVE_BIND: one process for all hosts, to which a "
            "load balancer sends the requests for LIVE_URL",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for number in _STOP_SIGNALS:
            signal.signal(number, _interrupt)
        local = LocalData(settings.DATA_DIR)
        environment = Environment.of_process(settings.BASE_DIR)
        environment.check(VARIABLES.values())
        for path in local.make():
            self.stderr.write(self.style.WARNING(f"{path} belongs to another user, and others may read it"))
        try:
            streams = options["streams"]
            with private_umask(), local.lock("streams" if streams else ""):
                plan = StartPlan.of_streams(environment) if streams else StartPlan.of(environment)
                supervisor = Supervisor(settings.BASE_DIR, local, environment, plan, self._say, self._is_terminal())
                if streams:
                    supervisor.serve_streams(plan.bind)
                else:
                    supervisor.serve(prepared=options["prepared"])
        except KeyboardInterrupt:
            self._say("Stopped.")
        except AlreadyRunningError as error:
            message = f"another copy is running with the data in {error}; stop it, or set DATA_DIR to another directory"
            raise CommandError(message) from None
        except (RunFailed, StoreDidNotStart) as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"the service can't go on: {error}") from None

    def _is_terminal(self) -> bool:
        """Whether a person sees the output at a terminal that can show a frame."""
        encoding = getattr(self.stdout, "encoding", None) or ""
        return self.stdout.isatty() and encoding.lower().replace("-", "") == "utf8"

    def _say(self, line: str) -> None:
        with suppress(OSError):  # a full disk, or a terminal that is gone: the service goes on
            self.stdout.write(line)
            self.stdout.flush()


def _interrupt(number: int, frame: FrameType | None) -> None:
    """Stops the service; further signals are ignored, since stopping has time limits of its own."""
    for other in _STOP_SIGNALS:
        signal.signal(other, signal.SIG_IGN)
    raise KeyboardInterrupt
