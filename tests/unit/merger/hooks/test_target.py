"""A hook is a command line or a URL, and nothing that could be read in two ways."""

from __future__ import annotations

import pytest

from merger.hooks.target import Url, parse_target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("/usr/bin/approve --run 'a b'", ("/usr/bin/approve", "--run", "a b")),
        ("notify https://example.org", ("notify", "https://example.org")),
        ("https://example.org", Url(True, "example.org", 443, "/")),
        ("https://example.org:8443/a/b?c=d", Url(True, "example.org", 8443, "/a/b?c=d")),
        ("http://[::1]/x", Url(False, "::1", 80, "/x")),
    ],
)
def test_commands_and_urls_are_read(text: str, target: object) -> None:
    assert parse_target(text) == target


@pytest.mark.parametrize(
    "text",
    [
        "approve 'never closed",
        "'' x",
        "ftp://example.org",
        "file:///etc/passwd",
        "https://",
        "https://user:password@example.org",
        "https://example.org/#part",
        "https://example.org/a b",
        "https://example.org:0",
        "https://example.org:99999",
        "https://example.org\\@10.0.0.1",
        "https://bücher.example",
    ],
)
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_target(text)
