"""Starts a process that serves: the API and pages, or the streams of pages."""

from __future__ import annotations

import gc
import logging
import os
import threading
import time
from multiprocessing.util import Finalize

import django
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.server.start_plan import PATIENCE

_log = logging.getLogger(__name__)

WARM_UP_SECONDS = 5.0
"""The longest that a process waits for its warm-up before it takes requests."""

_RETRY_SECONDS = 0.5
"""Pause after a warm-up that failed, before the next one."""

_INDEX_SECONDS = 10.0
"""Time between two looks whether the search's index is there."""

_IDLE_CHECK_SECONDS = 60
"""Between two looks for services of previews that nobody uses any more."""

STOP_SECONDS = 1.0
"""The longest that the end of a process waits for the thread that watches."""

SQLITE_WAIT_SECONDS = 2.0
"""The longest that a request which must write waits for SQLite's write lock."""


def start() -> None:
    """Sets Django up, reads what answers need ahead of the first request, and starts the background thread.

    Raises:
        ImproperlyConfigured: there is no secret key. Requirement S5.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lambdaserve.settings")
    from django.conf import settings

    try:
        settings.SECRET_KEY  # noqa: B018 - Django refuses an empty one when it is read
    except ImproperlyConfigured as error:
        message = "SECRET_KEY is not set; it takes a long random text, and nothing is served without it"
        raise ImproperlyConfigured(message) from error
    django.setup(set_prefix=False)
    _wait_briefly_for_sqlite()
    _start_warm_up()
    _start_watching()


def _wait_briefly_for_sqlite() -> None:
    """Has a log-in fail soon where another process keeps SQLite's write lock; commands wait longer for it."""
    from django.db import connections

    accounts = connections.settings["default"]
    if accounts["ENGINE"] == "lambdaserve.config.sqlite":
        accounts["OPTIONS"]["timeout"] = SQLITE_WAIT_SECONDS


def _start_warm_up() -> None:
    """Reads what every answer and the first page need, so that the first request need not wait for it.

    Runs in a thread of its own: a store that is slow or unavailable must not keep the worker from answering for longer
    than ``WARM_UP_SECONDS``, or than its starter has ``PATIENCE``. Until then the server passes no request to this
    process, unless the cache has what the first page shows, new or old: then old answers are served meanwhile.
    """
    from merger.wiring import service

    cache = service().cache  # created here, before several threads could each create one
    cache.is_starting = True
    patience = float(os.environ.get(PATIENCE, "0"))

    def warm_up() -> None:
        ends = time.monotonic() + patience
        try:
            while (failure := _read_ahead()) and time.monotonic() < ends:
                time.sleep(_RETRY_SECONDS)
        finally:
            cache.is_starting = False
        if failure:
            _log.warning("warm-up failed, so the first requests take longer: %s", failure)
        # All objects so far live as long as the process; the garbage collector would delay requests by searching them.
        gc.collect()
        gc.freeze()

    thread = threading.Thread(target=warm_up, name="warm-up", daemon=True)
    thread.start()
    if not _is_first_page_cached():
        thread.join(max(WARM_UP_SECONDS, patience))


def _is_first_page_cached() -> bool:
    """Whether the cache, which outlives this process, has the first page's answers."""
    from lambdaserve.ops.warming import call_api, first_addresses
    from merger.cache.only_cached import only_cached
    from merger.errors import MergerError

    try:
        with only_cached():
            for address in first_addresses():
                call_api(address)
    except MergerError:
        return False
    return True


def _read_ahead() -> str:
    """Reads what every answer needs, and has the first page's answers computed; returns why that failed, if it did."""
    from lambdaserve.ops.warming import first_addresses, warm
    from merger.errors import StoreError
    from merger.wiring import service

    try:
        service().warm_up()
    except StoreError as error:
        return str(error)
    return next((reason for _, reason in map(warm, first_addresses()) if reason), "")


def _start_watching() -> None:
    """Starts the threads that watch for changed data and share this process's figures, find forms, and write to SQL.

    They end with the process: another one may lead at once, and nothing is begun that could not end.

    Requirement C6.
    """
    from lambdaserve.access.bookkeeping import start_bookkeeping
    from merger.background.loop import Every, keep_running, keep_watching
    from merger.layers.type_forms import FORMS_INTERVAL
    from merger.standing import standing_services
    from merger.wiring import background_tasks, service, watcher

    ended = threading.Event()
    forms = [Every(FORMS_INTERVAL, service().find_forms)]
    # Of its own, since making an index takes minutes where there are a million movies.
    index = [
        Every(_INDEX_SECONDS, service().finder.keep_again),
        Every(_IDLE_CHECK_SECONDS, lambda: standing_services().drop_idle()),
    ]
    watching = threading.Thread(
        target=keep_watching, args=(watcher(), background_tasks(), ended), name="watcher", daemon=True
    )
    watching.start()
    threading.Thread(target=keep_running, args=(forms, ended), name="forms", daemon=True).start()
    threading.Thread(target=keep_running, args=(index, ended), name="search index", daemon=True).start()

    cache = service().cache

    def stop() -> None:
        ended.set()
        cache.stop_refreshing()
        watching.join(STOP_SECONDS)

    # Unlike `atexit`, this is called in the server's workers too, which are forked.
    Finalize(None, stop, exitpriority=0)
    start_bookkeeping()
