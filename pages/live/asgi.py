"""ASGI entry point of the stream server.

``manage.py serve`` runs it beside the service; ``granian --interface asgi pages.live.asgi:application`` runs it alone.
"""

from lambdaserve.startup import start

start()

from django.conf import settings  # noqa: E402 - Django must be set up before these are imported

from lambdaserve.middleware.slow_clients import watch_slow_clients  # noqa: E402
from lambdaserve.server.capacity import streams_of_process  # noqa: E402
from lambdaserve.server.healthcheck import STREAMS_SOCKET  # noqa: E402
from pages.frame.fragments import render_fragment  # noqa: E402
from pages.live.hub import Hub  # noqa: E402
from pages.live.streams import create_app  # noqa: E402

watch_slow_clients()
application = create_app(
    Hub(render_fragment, most_streams=streams_of_process(), most_of_client=settings.LIVE_LIMIT),
    settings.DATA_DIR / STREAMS_SOCKET,
)
