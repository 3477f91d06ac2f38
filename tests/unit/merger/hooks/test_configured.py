"""The settings decide which hook is asked, and none by default."""

from __future__ import annotations

from typing import Any

from merger.hooks.command_hook import CommandHook
from merger.hooks.configured import configured_asker
from merger.hooks.target import parse_target
from merger.hooks.url_hook import UrlHook


def test_there_is_no_hook_by_default() -> None:
    assert configured_asker() is None


def test_a_command_and_a_url(settings: Any) -> None:
    settings.RUN_HOOK, settings.RUN_HOOK_TIMEOUT = ("approve", "-q"), 3.5
    asker = configured_asker()
    assert asker is not None
    assert (asker.hook, asker.timeout) == (CommandHook(("approve", "-q")), 3.5)
    url = parse_target("https://example.org/hook")
    settings.RUN_HOOK, settings.RUN_HOOK_SECRET = url, "whsec_x"
    asker = configured_asker()
    assert asker is not None
    assert isinstance(asker.hook, UrlHook)
    assert (asker.hook.url, asker.hook.secret, asker.hook.private) == (url, "whsec_x", False)
