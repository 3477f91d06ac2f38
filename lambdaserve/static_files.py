"""Static files under names that contain a hash of their content, once they have been collected."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedOrPlain(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package's is untyped
    """Whitenoise's storage; before files are collected, as in tests, they keep their plain names."""

    manifest_strict = False

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file."""
        address: str = super().url(name, force) if self.hashed_files else StaticFilesStorage.url(self, name)
        return address


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]  # the package's is untyped
    """Whitenoise's middleware, without source maps: they are the largest files, and nothing on a page needs them."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        """Makes a file known under its address, unless it is a source map."""
        if not path.endswith((".map", ".map.gz", ".map.br")):
            super().add_file_to_dictionary(url, path, stat_cache=stat_cache)


def sources_mark() -> str:
    """A text that differs once any static file, or the code that collects them, has another name, size or time."""
    sources = {str(Path(__file__))}
    for finder in get_finders():
        sources.update(storage.path(path) for path, storage in finder.list([]))
    marks = hashlib.sha256()
    for source in sorted(sources):
        seen = Path(source).stat()
        marks.update(f"{source}\0{seen.st_size}\0{seen.st_mtime_ns}\0".encode(errors="surrogateescape"))
    return marks.hexdigest()
