"""Every view of the installed apps, by the name that metrics, cache keys and commands use."""

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
    """Views by name, in order: the ``VIEWS`` of each installed app's ``selectors`` module."""
    found: list[View[Any]] = []
    for config in apps.get_app_configs():
        if isinstance(config.module, ModuleType) and module_has_submodule(config.module, "selectors"):
            found += import_module(f"{config.name}.selectors").VIEWS
    return {view.name: view for view in sorted(found, key=lambda view: view.name)}
