"""Every view of the installed apps: what the cache can be told to forget, and what it is counted by."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any

from django.apps import apps
from django.utils.module_loading import module_has_submodule

from merger.views.plans import View


@cache
def known_views() -> dict[str, View[Any]]:
    """Views by name, in order: those that the ``selectors`` modules of the installed apps hold."""
    found = {
        value.name: value
        for config in apps.get_app_configs()
        if isinstance(config.module, ModuleType) and module_has_submodule(config.module, "selectors")
        for value in vars(import_module(f"{config.name}.selectors")).values()
        if isinstance(value, View)
    }
    return dict(sorted(found.items()))
