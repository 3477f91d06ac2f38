"""Query parameters: declared once, for reading requests and for the API's description.

A parameter that is not declared, given twice or out of its range is refused, and one response lists all that is wrong:
a typo must never silently change an answer.

Requirement A1.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.http import QueryDict
from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from merger.contract.fields import LARGEST_COUNT
from merger.core.evidence import PARTIAL, Completeness
from merger.core.windows import DAY, HOUR, LONGEST_WINDOW, Span, parse_span
from merger.errors import BadQuery

NO, YES = "0", "1"
CONTRADICTION = "contradiction"
"""Code of an error about a value that is valid by itself and contradicts another one."""

LONGEST_RUN = 200
_OF_REQUESTS = ("explain", "run")
"""Parameters that say who is answered and where from, which the request's base reads; views don't take them."""

_MAX_CACHED_CHARACTERS = 512
"""Longer query strings are not cached: few requests repeat them."""

_WHOLE_NUMBER = re.compile(r"-?\d{1,15}", re.ASCII)
# 21 decimals: no program writes more of them in a number without an exponent.
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,21})?", re.ASCII)


class WholeNumberField(serializers.IntegerField):
    """A whole number in ``[least, most]``."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)
        self.takes = f"a whole number from {least} to {most}"

    def to_internal_value(self, data: Any) -> int:
        # `int` would accept more than that: `1_0`, digits of other scripts.
        if not _WHOLE_NUMBER.fullmatch(data):
            self.fail("invalid")
        return int(data)


class NumberField(serializers.FloatField):
    """A decimal number in ``[least, most]``, without an exponent."""

    def __init__(self, *, least: float, most: float, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)
        self.takes = f"a number from {least:g} to {most:g}"

    def to_internal_value(self, data: Any) -> float:
        if not _NUMBER.fullmatch(data):
            self.fail("invalid")
        return float(data)


class ChoiceField(serializers.ChoiceField):
    """One of the given words."""

    def __init__(self, choices: tuple[str, ...], **options: Any) -> None:
        super().__init__(choices, **options)
        self.takes = "one of " + ", ".join(choices)


class TextField(serializers.CharField):
    """A text of 1 to ``longest`` characters, stripped.

    Args:
        longest: characters.
        takes: what it is, for the sentence "NAME takes …".
    """

    def __init__(self, *, longest: int, takes: str, **options: Any) -> None:
        super().__init__(max_length=longest, **options)
        self.takes = f"{takes} of 1 to {longest} characters"


class TextFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # the package's registration is untyped
    """Describes a ``TextField``: it holds a visible character and no null character."""

    target_class = TextField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        # The package's own extensions call this private method too.
        described = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]  # noqa: SLF001
        return {**described, "pattern": r"^[^\x00]*([^\s\x00\x1c-\x1f\x85]|\ufeff)[^\x00]*$"}


class GenreField(TextField):
    """A genre's name, in any case.

    Requirement A3.
    """

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "A genre, in any case, such as `Drama`.")
        super().__init__(longest=100, takes="the name of a genre", **options)


class SpanField(serializers.Field[Span, str, str, Any]):
    """A length of time up to now, as a ``Span``.

    Args:
        most: the longest allowed, at least a day; the shortest is an hour.
        allow_all: whether ``all`` is allowed too.
    """

    def __init__(self, *, most: timedelta = LONGEST_WINDOW, allow_all: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.most, self.allow_all = most, allow_all
        self.takes = (
            f"{'`all`, or ' if allow_all else ''}a number of hours or days such as `6h` or `7d`, at most {most // DAY}d"
        )

    def to_internal_value(self, data: str) -> Span:
        try:
            span = parse_span(data, allow_all=self.allow_all)
        except BadQuery as error:
            raise ValidationError(self.takes) from error
        if span.length is not None and span.length > self.most:
            raise ValidationError(self.takes)
        return span

    def to_representation(self, value: Span) -> str:
        """The span as a client writes it."""
        return value.label

    @property
    def pattern(self) -> str:
        """Regular expression of the allowed values; a bare number counts hours."""
        hours, days = _regex_of_1_to(self.most // HOUR), _regex_of_1_to(self.most // DAY)
        return rf"^({'all|' if self.allow_all else ''}({hours})h?|({days})d)$"


class SpanFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # the package's registration is untyped
    """Describes a ``SpanField`` by its pattern."""

    target_class = SpanField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        return {"type": "string", "pattern": self.target.pattern}


class QueryParameters(serializers.Serializer[Any]):
    """Base class of every endpoint's parameters."""

    completeness = ChoiceField(
        tuple(Completeness),
        default=PARTIAL.value,
        help_text="With `strict`, an answer that lacks events becomes a 503 problem that lists the missing intervals; "
        "with `proven`, one that rests on assumptions becomes a problem too.",
    )
    explain = ChoiceField(
        (NO, YES),
        default=NO,
        help_text="`1` adds `explain`: how the answer was computed. For staff and API keys with the scope `explain`.",
    )

    run = TextField(
        longest=LONGEST_RUN,
        takes="the id of a batch run",
        required=False,
        help_text="A batch run: answers as if it was the last one to be published. For staff and API keys with the "
        "scope `preview`; never cached.",
    )

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """Reads the parameters of a request: values by name.

        Raises:
            ValidationError: names every parameter that is unknown, given twice, missing or out of its range, with
                what it takes.
        """
        query: str = request.META.get("QUERY_STRING", "")
        if len(query) > _MAX_CACHED_CHARACTERS:
            return cls.read(request.query_params)
        return dict(_read_cached(cls, query))

    @classmethod
    def read(cls, given: QueryDict) -> dict[str, Any]:
        """Same as ``of``, from a parsed query string."""
        parameters = cls(data={name: given[name] for name in given})
        parameters.is_valid()
        errors = {**parameters.errors, **parameters._unknown_or_repeated(given)}
        if errors:
            raise ValidationError(errors)
        values: dict[str, Any] = dict(parameters.validated_data)
        values["completeness"] = Completeness(values["completeness"])
        for name in _OF_REQUESTS:
            values.pop(name, None)
        return values

    def to_internal_value(self, data: Any) -> Any:
        """Validates the fields; errors say what each field takes."""
        try:
            return super().to_internal_value(data)
        except ValidationError as error:
            texts = error.detail if isinstance(error.detail, dict) else {}
            raise ValidationError({name: [self._refusal(name, data) or texts[name]] for name in texts}) from error

    def _refusal(self, name: str, data: Any) -> str | None:
        takes = getattr(self.fields.get(name), "takes", None)
        if takes is None:
            return None
        return str(BadQuery(name, data[name], takes)) if name in data else f"{name} is required; it takes {takes}"

    def _unknown_or_repeated(self, given: QueryDict) -> dict[str, list[str]]:
        errors = {}
        for name, values in given.lists():
            if name not in self.fields:
                known = ", ".join(self.fields)
                errors[_shorten(name)] = [f"{_shorten(name)} is not a parameter of this endpoint; it takes: {known}"]
            elif len(values) > 1:
                errors[name] = [f"{name} is given {len(values)} times; it may be given once"]
        return errors


@lru_cache(maxsize=1024)
def _read_cached(parameters: type[QueryParameters], query: str) -> dict[str, Any]:
    """Reads a query string once per endpoint; errors are raised, not cached."""
    # WSGI decodes bytes as Latin-1; most clients send UTF-8, and not all escape it.
    return parameters.read(QueryDict(query.encode("iso-8859-1")))


def number_in_path(name: str, text: str) -> int:
    """Reads a whole number from the path, such as a movie's id.

    Raises:
        ValidationError: names the parameter and what it takes.
    """
    if not _WHOLE_NUMBER.fullmatch(text) or not 0 <= int(text) <= LARGEST_COUNT:
        raise ValidationError({name: [str(BadQuery(name, text, f"a whole number from 0 to {LARGEST_COUNT}"))]})
    return int(text)


def _shorten(name: str) -> str:
    return name if len(name) <= 80 else name[:79] + "…"


def _regex_of_1_to(most: int) -> str:
    """Regular expression of the whole numbers from 1 to ``most``, without leading zeros.

    For 168: ``[1-9][0-9]{0,1}`` (fewer digits), ``1[0-5][0-9]`` and ``16[0-7]`` (first smaller in one place), ``168``.
    JSON Schema has no other way to bound a number that is followed by a unit.
    """
    digits = str(most)
    choices = [f"[1-9][0-9]{{0,{len(digits) - 2}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        smallest = 0 if place else 1
        if int(digit) > smallest:
            after = len(digits) - place - 1
            choices.append(f"{digits[:place]}[{smallest}-{int(digit) - 1}]" + (f"[0-9]{{{after}}}" if after else ""))
    return "|".join([*choices, digits])
