"""Query parameters: declared once, for reading them and for the API's description (A1).

Whatever is not declared, given twice or out of its range is refused, and all that is wrong is told at once: a typo
must never silently change an answer.
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
from merger.core.windows import DAY, HOUR, LONGEST_WINDOW, Span, parse_span
from merger.errors import BadQuery

PARTIAL, STRICT = "partial", "strict"
NO, YES = "0", "1"
_LONGEST_REMEMBERED = 512
"""Characters of a query string that is read once and remembered; longer ones are nobody's favourite question."""

_WHOLE_NUMBER = re.compile(r"-?\d{1,15}", re.ASCII)
# 21 decimals: as many as any program writes of a number that it writes without an exponent.
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,21})?", re.ASCII)


class WholeNumberField(serializers.IntegerField):
    """A whole number in ``[least, most]``."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)
        self.takes = f"a whole number from {least} to {most}"

    def to_internal_value(self, data: Any) -> int:
        # Python reads more than people mean: `1_0`, digits of other scripts.
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
    """One of some words."""

    def __init__(self, choices: tuple[str, ...], **options: Any) -> None:
        super().__init__(choices, **options)
        self.takes = "one of " + ", ".join(choices)


class TextField(serializers.CharField):
    """A text of 1 to ``longest`` characters, without the blanks around it.

    Args:
        longest: characters.
        takes: end of the sentence "… takes …".
    """

    def __init__(self, *, longest: int, takes: str, **options: Any) -> None:
        super().__init__(max_length=longest, **options)
        self.takes = f"{takes} of 1 to {longest} characters"


class TextFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # the package's registration is untyped
    """How a ``TextField`` is described: something that can be seen is in it, and no null character."""

    target_class = TextField
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        # As the package's own extensions do it.
        described = auto_schema._map_serializer_field(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]  # noqa: SLF001
        return {**described, "pattern": r"^[^\x00]*([^\s\x00\x1c-\x1f\x85]|\ufeff)[^\x00]*$"}


class GenreField(TextField):
    """A genre's name, in any case (A3)."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "A genre, in any case, such as `Drama`.")
        super().__init__(longest=100, takes="the name of a genre", **options)


class SpanField(serializers.Field[Span, str, str, Any]):
    """A length of time that ends now → ``Span``.

    Args:
        most: the longest that is taken, at least a day; the shortest is an hour.
        allow_all: whether ``all`` is taken too.
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
        """The span as a caller would write it."""
        return value.label

    @property
    def pattern(self) -> str:
        """What is taken, as a regular expression (a bare number is one of hours)."""
        hours, days = _up_to(self.most // HOUR), _up_to(self.most // DAY)
        return rf"^({'all|' if self.allow_all else ''}({hours})h?|({days})d)$"


class SpanFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call] # the package's registration is untyped
    """How a ``SpanField`` is described."""

    target_class = SpanField

    def map_serializer_field(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        return {"type": "string", "pattern": self.target.pattern}


class QueryParameters(serializers.Serializer[Any]):
    """Base of every endpoint's parameters."""

    completeness = ChoiceField(
        (PARTIAL, STRICT),
        default=PARTIAL,
        help_text="`strict` turns an answer that lacks events into a 503 problem that lists the missing intervals.",
    )
    explain = ChoiceField(
        (NO, YES),
        default=NO,
        help_text="`1` adds `explain`: how the answer came about. For staff, and for API keys of scope `explain`.",
    )

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """The values of a request by name, with ``strict`` (bool) for ``completeness``.

        Raises:
            ValidationError: naming every parameter that is unknown, given twice, missing or out of its range, with
                what it takes.
        """
        sent: str = request.META.get("QUERY_STRING", "")
        if len(sent) > _LONGEST_REMEMBERED:
            return cls.read(request.query_params)
        return dict(_remembered(cls, sent))

    @classmethod
    def read(cls, given: QueryDict) -> dict[str, Any]:
        """``of``, from a query that is parsed already."""
        parameters = cls(data={name: given[name] for name in given})
        parameters.is_valid()
        errors = {**parameters.errors, **parameters._misnamed(given)}
        if errors:
            raise ValidationError(errors)
        values: dict[str, Any] = dict(parameters.validated_data)
        values["strict"] = values.pop("completeness") == STRICT
        del values["explain"]  # about the request, and no part of the question
        return values

    def to_internal_value(self, data: Any) -> Any:
        """REST framework's step before ``validate``; its errors say what each field takes."""
        try:
            return super().to_internal_value(data)
        except ValidationError as error:
            texts = error.detail if isinstance(error.detail, dict) else {}
            told = {name: [self._refusal(name, data) or texts[name]] for name in texts}
            raise ValidationError(told) from error

    def _refusal(self, name: str, data: Any) -> str | None:
        takes = getattr(self.fields.get(name), "takes", None)
        if takes is None:
            return None
        return str(BadQuery(name, data[name], takes)) if name in data else f"{name} is needed; it takes {takes}"

    def _misnamed(self, given: QueryDict) -> dict[str, list[str]]:
        errors = {}
        for name, values in given.lists():
            if name not in self.fields:
                known = ", ".join(self.fields)
                errors[_short(name)] = [f"{_short(name)} is not a parameter here; these are: {known}"]
            elif len(values) > 1:
                errors[name] = [f"{name} is given {len(values)} times; it is taken once"]
        return errors


@lru_cache(maxsize=1024)
def _remembered(parameters: type[QueryParameters], sent: str) -> dict[str, Any]:
    """What a query string means to an endpoint; it means the same each time. A refusal is worked out anew."""
    # WSGI hands bytes over as Latin-1; most callers mean UTF-8, and not all escape it.
    return parameters.read(QueryDict(sent.encode("iso-8859-1")))


def number_in_path(name: str, text: str, *, least: int = 0, most: int = LARGEST_COUNT) -> int:
    """A whole number from the path, such as a movie's id.

    Raises:
        ValidationError: naming it and what it takes.
    """
    if not _WHOLE_NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise ValidationError({name: [str(BadQuery(name, text, f"a whole number from {least} to {most}"))]})
    return int(text)


def _short(name: str) -> str:
    return name if len(name) <= 80 else name[:79] + "…"


def _up_to(most: int) -> str:
    """A regular expression for the whole numbers from 1 to ``most``, without leading zeros."""
    digits = str(most)
    choices = [f"[1-9][0-9]{{0,{len(digits) - 2}}}"] if len(digits) > 1 else []
    for place, digit in enumerate(digits):
        low = 0 if place else 1
        if int(digit) > low:
            rest = len(digits) - place - 1
            choices.append(f"{digits[:place]}[{low}-{int(digit) - 1}]" + (f"[0-9]{{{rest}}}" if rest else ""))
    return "|".join([*choices, digits])
