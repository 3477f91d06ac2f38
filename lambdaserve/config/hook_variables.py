"""Environment variables about the hook of batch runs; a part of ``variables.VARIABLES``."""

from __future__ import annotations

from lambdaserve.config.env import Variable
from lambdaserve.config.kinds import Kind, boolean, number
from merger.hooks.signing import key_of
from merger.hooks.target import Url, parse_target


def _secret(raw: str) -> str:
    key_of(raw)
    return raw


RUN_HOOK: Variable[Url | tuple[str, ...] | None] = Variable(
    "RUN_HOOK",
    Kind(parse_target, "a command, or a URL that begins with https://"),
    None,
    "Command or URL that is asked before and after each step that publishes, rolls back or prunes batch runs.",
    secret=True,  # an address or a command may hold a token
)
RUN_HOOK_SECRET = Variable(
    "RUN_HOOK_SECRET",
    Kind(_secret, "`whsec_` and 24 to 64 random bytes in base64"),
    "",
    "Secret that signs what a URL is sent, as Standard Webhooks says; a command needs none.",
    secret=True,
)
RUN_HOOK_TIMEOUT = Variable(
    "RUN_HOOK_TIMEOUT",
    number(least=0.1, most=3600),
    10.0,
    "Seconds that the hook may take for one question, with all the times that it says wait.",
)
RUN_HOOK_PRIVATE_ADDRESSES = Variable(
    "RUN_HOOK_PRIVATE_ADDRESSES",
    boolean(),
    False,
    "Whether the URL may lead to a private address, and be plain http://.",
)
