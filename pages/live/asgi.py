"""Entry for ASGI servers: the streams of pages, with what they need of the service.

Served beside the service by `manage.py serve`, or anywhere by ``granian --interface asgi pages.live.asgi:application``.
"""

from lambdaserve.startup import start

start()

from pages.frame.fragments import render_fragment  # noqa: E402 - the project must be set up before its parts are loaded
from pages.live.hub import Hub  # noqa: E402
from pages.live.streams import create_app  # noqa: E402

application = create_app(Hub(render_fragment))
