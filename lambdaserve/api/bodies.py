"""Bodies of requests that ask with JSON: declared once, for reading them and for the API's description.

Values must have their JSON type: a number written as text is refused, as is a name that is not declared. One response
lists all that is wrong. Requirement A1.
"""

from __future__ import annotations

import math
from typing import IO, Any

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import Direction
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.parsers import JSONParser
from rest_framework.request import Request

from merger.errors import BadQuery

_LONGEST_NAME, _MOST_UNKNOWN = 80, 10


class ShallowJSON(JSONParser):
    """JSON parser that answers 400 to a body nested too deeply for Python's parser."""

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        """Parses the body; raises ``ParseError`` where it is no JSON, or nested too deeply."""
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("JSON parse error - nested too deeply") from None


def is_whole(value: Any) -> bool:
    """Whether a JSON value is a whole number; 1.0 is one, ``true`` is none."""
    return type(value) is int or (type(value) is float and value.is_integer())


class BodyWholeNumber(serializers.IntegerField):
    """A whole number in ``[least, most]``."""

    def __init__(self, *, least: int, most: int, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)
        self.takes = f"a whole number from {least} to {most}"

    def to_internal_value(self, data: Any) -> int:
        if not is_whole(data):
            self.fail("invalid")
        return int(data)


class BodyNumber(serializers.FloatField):
    """A number in ``[least, most]``."""

    def __init__(self, *, least: float, most: float, **options: Any) -> None:
        super().__init__(min_value=least, max_value=most, **options)
        self.takes = f"a number from {least:g} to {most:g}"

    def to_internal_value(self, data: Any) -> float:
        if type(data) not in (int, float) or (type(data) is float and not math.isfinite(data)):
            self.fail("invalid")
        try:
            return float(data)
        except OverflowError:
            self.fail("invalid")


class BodyFlag(serializers.BooleanField):
    """``true`` or ``false``."""

    takes = "true or false"

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return bool(data)


class BodyIds(serializers.ListField):
    """A list of ids, each a whole number in ``[0, largest]``."""

    def __init__(self, *, most: int, largest: int, **options: Any) -> None:
        child = serializers.IntegerField(min_value=0, max_value=largest)
        super().__init__(child=child, min_length=1, max_length=most, **options)
        self._most, self._largest = most, largest
        self.takes = f"a list of 1 to {most} whole numbers from 0 to {largest}"

    def to_internal_value(self, data: Any) -> list[int]:
        # The first look at a list is at its length: it may have any.
        if not isinstance(data, list) or not 1 <= len(data) <= self._most or not all(map(self._is_id, data)):
            raise ValidationError(self.takes)
        return [int(each) for each in data]

    def show(self, value: Any) -> str:
        """A refused value in a message: the first wrong one of a list that is not too long."""
        if not isinstance(value, list) or not 1 <= len(value) <= self._most:
            return show(value)
        return show(next(each for each in value if not self._is_id(each)))

    def _is_id(self, value: Any) -> bool:
        return is_whole(value) and 0 <= value <= self._largest


class JsonBody(serializers.Serializer[Any]):
    """Base class of every body."""

    @classmethod
    def of(cls, request: Request) -> dict[str, Any]:
        """Reads the body of a request: values by name.

        Raises:
            ValidationError: names every member that is unknown, missing or out of its range, with what it takes.
            ParseError, UnsupportedMediaType: the body is no JSON.
        """
        given = request.data
        if not isinstance(given, dict):
            raise ValidationError({"body": ["body takes a JSON object"]})
        body = cls(data=given)
        body.is_valid()
        errors = {**body.errors, **body._unknown(given)}
        if errors:
            raise ValidationError(errors)
        values: dict[str, Any] = dict(body.validated_data)
        return values

    def to_internal_value(self, data: Any) -> Any:
        """Validates the members; errors say what each one takes."""
        try:
            return super().to_internal_value(data)
        except ValidationError as error:
            texts = error.detail if isinstance(error.detail, dict) else {}
            raise ValidationError({name: [self._refusal(name, data)] for name in texts}) from error

    def _refusal(self, name: str, data: Any) -> str:
        field = self.fields[name]
        takes: str = getattr(field, "takes")  # noqa: B009 - every field of a body has it
        if name not in data:
            return f"{name} is required; it takes {takes}"
        return str(BadQuery(name, getattr(field, "show", show)(data[name]), takes))

    def _unknown(self, given: dict[str, Any]) -> dict[str, list[str]]:
        known = ", ".join(self.fields)
        unknown = [show(name)[:_LONGEST_NAME] for name in given if name not in self.fields][:_MOST_UNKNOWN]
        return {name: [f"{name} is not a member of this body; it takes: {known}"] for name in unknown}


class JsonBodySchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call] # the package's registration is untyped
    """Describes a body: it takes no other members."""

    target_class = JsonBody
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> dict[str, Any]:
        # The package's own extensions call this private method too.
        described = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)  # type: ignore[no-untyped-call]  # noqa: SLF001
        return {**described, "additionalProperties": False}


def show(value: Any) -> str:
    """A value in a message: never what is in a list or an object, nor halves of letters, which no answer can hold."""
    if isinstance(value, list | dict):
        return f"{'a list' if isinstance(value, list) else 'an object'} of {len(value)}"
    return str(value).encode("utf-8", "replace").decode()
