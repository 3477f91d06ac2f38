"""ASGI entry point of the stream server.

``manage.py serve`` runs it beside the service; ``granian --interface asgi pages.live.asgi:application`` runs it alone.
"""

from lambdaserve.startup import start

start()

from pages.frame.fragments import render_fragment  # noqa: E402 - Django must be set up before these are imported
from pages.live.hub import Hub  # noqa: E402
from pages.live.streams import create_app  # noqa: E402

application = create_app(Hub(render_fragment))
