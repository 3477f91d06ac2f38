"""Static files under names that contain a hash of their content, once they have been collected."""

from __future__ import annotations

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedOrPlain(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package's is untyped
    """Whitenoise's storage; before files are collected, as in tests, they keep their plain names."""

    manifest_strict = False

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file."""
        address: str = super().url(name, force) if self.hashed_files else StaticFilesStorage.url(self, name)
        return address
