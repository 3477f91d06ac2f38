"""Static files by names that tell what they hold, where they were collected."""

from __future__ import annotations

from django.contrib.staticfiles.storage import StaticFilesStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedOrNot(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # the package's is untyped
    """Whitenoise's storage; before anything was collected, files have their own names, as in a test."""

    manifest_strict = False

    def url(self, name: str | None, force: bool = False) -> str:
        """The address of a file."""
        found: str = super().url(name, force) if self.hashed_files else StaticFilesStorage.url(self, name)
        return found
