"""What is wrong with the settings of the hook together; each by itself is read by ``lambdaserve.config``."""

from __future__ import annotations

from django.conf import settings

from merger.hooks.target import Url


def hook_faults() -> list[str]:
    """What is wrong, a sentence each."""
    target = settings.RUN_HOOK
    if not isinstance(target, Url):
        return []
    found = [] if settings.RUN_HOOK_SECRET else ["RUN_HOOK is a URL: RUN_HOOK_SECRET takes the secret that signs it"]
    if not target.is_secure and not settings.RUN_HOOK_PRIVATE_ADDRESSES:
        found.append("RUN_HOOK takes a URL that begins with https://, unless RUN_HOOK_PRIVATE_ADDRESSES is 1")
    return found
