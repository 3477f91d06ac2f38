"""Template filters that format values, and a tag that links to the page with other parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from pages.cards.catalogue_facts import card_url
from pages.cards.posters import poster_url
from pages.figures import drawing, words
from pages.figures.tables import NOTHING, format_value
from pages.frame.links import decade_url, genre_url, person_url

register = template.Library()
register.filter(genre_url)
register.filter(decade_url)
register.filter(person_url)
register.filter(card_url)
register.filter(poster_url)


@register.filter
def display(value: Any, kind: str) -> str:
    """Formats a value; ``kind`` is one of ``pages.figures.tables.FORMATS``."""
    return format_value(None if value == "" else value, kind)  # a missing variable is an empty text in templates


@register.filter
def moment(value: str | None) -> SafeString | str:
    """Formats an ISO 8601 time as a ``time`` element, in UTC."""
    if not value:
        return NOTHING
    return format_html('<time datetime="{}">{} UTC</time>', value, format_value(value, "hour"))


@register.filter
def percent(value: Any) -> str:
    """Formats a share as a percentage."""
    return NOTHING if value in (None, "") else f"{100 * value:.0f} %"


@register.filter
def ago(seconds: Any) -> str:
    """Formats a number of seconds in a suitable unit."""
    return NOTHING if seconds in (None, "") else words.duration(seconds)


@register.filter
def sentiment(score: Any) -> str:
    """Puts a mean sentiment into words; an unknown one into none."""
    return "" if score in (None, "") else words.sentiment(score)


@register.filter
def sentiment_place(score: float) -> Mapping[str, float]:
    """Places a sentiment on a bar from −1 to +1."""
    return drawing.scale(score, -1.0, 1.0)


@register.filter
def bar_place(value: float | None, most: float) -> Mapping[str, float]:
    """Places a value on a bar from 0 to the most; an unknown one at its beginning."""
    return drawing.scale(value or 0.0, 0.0, most or 1.0)


@register.filter
def item(values: Mapping[str, Any], name: str) -> Any:
    """Returns the value that has this name; an empty text if none has."""
    return values.get(name, "")


@register.filter
def marked(text: str, spans: Iterable[Mapping[str, int]]) -> SafeString:
    """Marks letters of a text, which is escaped and whose direction of writing ends with it.

    Args:
        text: of any kind.
        spans: half-open intervals of code points, ``{"start": 0, "end": 3}``, in any order.
    """
    return format_html("<bdi>{}</bdi>", format_html_join("", "{}", ((part,) for part in _cut(text, spans))))


def _cut(text: str, spans: Iterable[Mapping[str, int]]) -> Iterator[SafeString]:
    place = 0
    for span in sorted(spans, key=itemgetter("start")):
        start, end = max(span["start"], place), min(span["end"], len(text))
        if start < end:
            yield conditional_escape(text[place:start])
            yield format_html("<mark>{}</mark>", text[start:end])
            place = end
    yield conditional_escape(text[place:])


@register.simple_tag(takes_context=True)
def address(context: template.Context, **changes: Any) -> str:
    """Query string of the current page with other parameters; ``None`` removes one."""
    query = QueryDict(context.get("query", ""), mutable=True)
    query.pop("download", None)
    for name, value in changes.items():
        query.pop(name, None)
        if value is not None:
            query[name] = str(value)
    return f"?{query.urlencode()}" if query else "?"
