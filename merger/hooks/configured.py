"""The steps of batch runs with the hook that this deployment's settings state."""

from __future__ import annotations

from django.conf import settings

from merger import wiring
from merger.hooks.asking import Asker, Hook
from merger.hooks.command_hook import CommandHook
from merger.hooks.steps import RunSteps
from merger.hooks.target import Url
from merger.hooks.url_hook import UrlHook


def run_steps() -> RunSteps:
    """Publishes, rolls back and prunes batch runs, and asks the hook."""
    return RunSteps(wiring.run_publisher(), configured_asker())


def configured_asker() -> Asker | None:
    """Asks the hook of ``RUN_HOOK``; ``None`` if it is empty."""
    target = settings.RUN_HOOK
    if target is None:
        return None
    hook: Hook
    if isinstance(target, Url):
        hook = UrlHook(target, settings.RUN_HOOK_SECRET, settings.RUN_HOOK_PRIVATE_ADDRESSES)
    else:
        hook = CommandHook(target)
    return Asker(hook, settings.RUN_HOOK_TIMEOUT, lambda: wiring.service().boundary().now)
