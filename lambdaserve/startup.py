"""What a process that serves does when it starts, whatever it serves."""

from __future__ import annotations

import gc
import logging
import os
import threading

import django
from django.core.exceptions import ImproperlyConfigured

_log = logging.getLogger(__name__)


def start() -> None:
    """Sets Django up, reads ahead what answers need, and begins to follow what changes.

    Raises:
        ImproperlyConfigured: without a secret key nothing is served (S5).
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lambdaserve.settings")
    from django.conf import settings

    try:
        settings.SECRET_KEY  # noqa: B018 - Django refuses an empty one when it is read
    except ImproperlyConfigured as error:
        message = "SECRET_KEY takes a long random text and is unset; nothing is served without it"
        raise ImproperlyConfigured(message) from error
    django.setup(set_prefix=False)
    _start_warm_up()
    _start_watching()


def _start_warm_up() -> None:
    """Reads what every answer needs, so that the first caller does not wait for it; if that fails, the caller does.

    It happens beside the serving: a store that is slow or away must not keep the worker from answering.
    """
    from merger.errors import StoreError
    from merger.wiring import service

    warmed = service()  # made before there are threads that could each make one

    def warm_up() -> None:
        try:
            warmed.warm_up()
        except StoreError as error:
            _log.warning("nothing was read ahead of the first request: %s", error)
        # What is here now stays: looking through it again and again for garbage would hold up requests.
        gc.collect()
        gc.freeze()

    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()


def _start_watching() -> None:
    """Sees to it that changed data and this process's own figures reach all processes, for as long as it lives (C6)."""
    from lambdaserve.access.cleanup import delete_expired
    from merger.background.loop import Every, keep_watching
    from merger.wiring import background_tasks, watcher

    tasks = [*background_tasks(), Every(3600, delete_expired)]
    arguments = (watcher(), tasks, threading.Event())
    threading.Thread(target=keep_watching, args=arguments, name="watcher", daemon=True).start()
