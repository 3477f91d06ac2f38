"""Template tags for the fields of a form: what a field is called, and what is wrong with its value."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag(takes_context=True)
def field(context: template.Context, name: str) -> SafeString:
    """The attributes of a field: its name, its id for the label, and the place of its faults."""
    invalid = SafeString(' aria-invalid="true"') if context["faults"].get(name) else ""
    return format_html('id="field-{0}" name="{0}" aria-describedby="fault-{0}"{1}', name, invalid)


@register.inclusion_tag("pages/parts/fault.html", takes_context=True)
def fault(context: template.Context, name: str, *, swap: bool = False) -> dict[str, Any]:
    """The place of a field's faults; it stays on the page without any, so that they can be swapped in."""
    return {"name": name, "found": context["faults"].get(name, ()), "swap": swap}
