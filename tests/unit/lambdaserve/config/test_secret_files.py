"""A secret is read from a file, or refused by name without showing what the file holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from lambdaserve.config.secret_files import read_secret


def test_blanks_and_line_ends_around_the_secret_are_removed(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_bytes(b" \xc3\xa4 secret \r\n")
    assert read_secret("NAME", path) == "ä secret"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (None, "No such file or directory"),
        (b" \n", "it is blank"),
        (b"hunter2\xff", "it is not UTF-8"),
        (b"hunter2" * 10_000, "it has more than 65536 bytes"),
    ],
)
def test_file_without_a_secret_is_refused_by_name_and_reason(
    tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "secret"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ImproperlyConfigured) as refused:
        read_secret("NAME", path)
    assert str(refused.value) == f"NAME_FILE takes the path of a file that holds NAME; {path}: {reason}"
    assert "hunter2" not in str(refused.value)
