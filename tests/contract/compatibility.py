"""Compares two OpenAPI descriptions of the API and lists what breaks a client of the former one.

A request of yesterday must be accepted today, and yesterday's client must be able to read an answer of today. So a
difference is judged by its direction: an enum of a request may gain values and must lose none; an enum of a response
may lose values and must gain none. Texts, examples, tags and links are not compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Description = dict[str, Any]
Schema = dict[str, Any]

# A bound's keyword, and whether a larger number admits more values.
BOUNDS = {
    "minimum": False,
    "minLength": False,
    "minItems": False,
    "maximum": True,
    "maxLength": True,
    "maxItems": True,
}


def breaking_changes(former: Description, current: Description) -> list[str]:
    """One line for each change between two complete OpenAPI 3.0 documents that breaks a client; empty if none does."""
    found = list(_security_schemes(former, current))
    schemas = _Schemas(former, current)
    for path, item in former["paths"].items():
        for method, operation in item.items():
            now = current["paths"].get(path, {}).get(method)
            place = f"{method.upper()} {path}"
            if now is None:
                found.append(f"{place}: operation removed")
            else:
                found += _Operations(schemas, place, operation, now).changes()
    return found


def _security_schemes(former: Description, current: Description) -> Iterator[str]:
    now = current["components"]["securitySchemes"]
    for name, scheme in former["components"]["securitySchemes"].items():
        kept = {key: value for key, value in scheme.items() if key != "description"}
        if {key: value for key, value in now.get(name, {}).items() if key != "description"} != kept:
            yield f"security scheme {name}: removed or changed"


class _Operations:
    """One operation in both descriptions."""

    def __init__(self, schemas: _Schemas, place: str, former: dict[str, Any], current: dict[str, Any]) -> None:
        self._schemas, self._place, self._former, self._current = schemas, place, former, current

    def changes(self) -> Iterator[str]:
        if self._former["operationId"] != self._current["operationId"]:
            yield f"{self._place}: operationId changed"
        for alternative in self._former["security"]:
            if alternative not in self._current["security"]:
                yield f"{self._place}: credentials {sorted(alternative)} no longer accepted"
        yield from self._parameters()
        yield from self._body()
        yield from self._responses()

    def _parameters(self) -> Iterator[str]:
        former, current = (
            {(each["in"], each["name"]): each for each in operation.get("parameters", [])}
            for operation in (self._former, self._current)
        )
        for key in former.keys() | current.keys():
            place = f"{self._place}: parameter {key[1]}"
            was, now = former.get(key), current.get(key)
            if now is None:
                yield f"{place}: removed"
            elif now.get("required", False) and not (was or {}).get("required", False):
                yield f"{place}: became required"
            if was is None or now is None:
                continue
            for option in ("style", "explode"):
                if was.get(option) != now.get(option):
                    yield f"{place}: {option} changed"
            yield from self._schemas.changes(was["schema"], now["schema"], place, is_request=True)

    def _body(self) -> Iterator[str]:
        was, now = self._former.get("requestBody", {}), self._current.get("requestBody", {})
        if now.get("required", False) and not was.get("required", False):
            yield f"{self._place}: body became required"
        yield from self._content(was, now, f"{self._place}: body", is_request=True)

    def _responses(self) -> Iterator[str]:
        for status, was in self._former["responses"].items():
            place = f"{self._place}: {status}"
            now = self._current["responses"].get(status)
            if now is None:
                yield f"{place}: removed"
                continue
            for header in was.get("headers", {}).keys() - now.get("headers", {}).keys():
                yield f"{place}: header {header} removed"
            yield from self._content(was, now, place, is_request=False)

    def _content(self, was: dict[str, Any], now: dict[str, Any], place: str, *, is_request: bool) -> Iterator[str]:
        for media_type, content in was.get("content", {}).items():
            if media_type not in now.get("content", {}):
                yield f"{place}: {media_type} removed"
            else:
                current = now["content"][media_type]
                yield from self._schemas.changes(content["schema"], current["schema"], place, is_request=is_request)


class _Schemas:
    """Compares a schema of the former description with one of the current; both may refer to their components."""

    def __init__(self, former: Description, current: Description) -> None:
        self._components = former["components"]["schemas"], current["components"]["schemas"]

    def changes(self, was: Schema, now: Schema, place: str, *, is_request: bool) -> Iterator[str]:
        was, now = _resolve(was, self._components[0]), _resolve(now, self._components[1])
        for keyword in ("type", "format", "default"):
            if was.get(keyword) != now.get(keyword) and (keyword != "default" or is_request):
                yield f"{place}: {keyword} {was.get(keyword)!r} became {now.get(keyword)!r}"
        # The wider of the two schemas admits all that the other does: today's for a request, the former for a response.
        wide, narrow = (now, was) if is_request else (was, now)
        if narrow.get("nullable", False) and not wide.get("nullable", False):
            yield f"{place}: {'no longer nullable' if is_request else 'became nullable'}"
        yield from _values(wide, narrow, place)
        yield from self._fields(was, now, place, is_request=is_request)
        for keyword in ("items", "additionalProperties"):
            part = was.get(keyword)
            if isinstance(part, dict) and isinstance(now.get(keyword), dict):
                yield from self.changes(part, now[keyword], f"{place}[]", is_request=is_request)
            elif part != now.get(keyword):
                yield f"{place}: {keyword} {part!r} became {now.get(keyword)!r}"

    def _fields(self, was: Schema, now: Schema, place: str, *, is_request: bool) -> Iterator[str]:
        former, current = was.get("properties", {}), now.get("properties", {})
        for name in former.keys() - current.keys():
            yield f"{place}.{name}: removed"
        required, still = set(was.get("required", [])), set(now.get("required", []))
        for name in still - required if is_request else required - still:
            yield f"{place}.{name}: {'became required' if is_request else 'no longer always there'}"
        for name in former.keys() & current.keys():
            yield from self.changes(former[name], current[name], f"{place}.{name}", is_request=is_request)


def _values(wide: Schema, narrow: Schema, place: str) -> Iterator[str]:
    """Lists enum values, bounds and patterns that ``narrow`` admits and ``wide`` does not."""
    if "enum" in wide and (foreign := set(narrow.get("enum", ["any value"])) - set(wide["enum"])):
        yield f"{place}: enum differs by {sorted(map(str, foreign))}"
    for keyword, larger_is_wider in BOUNDS.items():
        if keyword in wide:
            limit, other = wide[keyword], narrow.get(keyword)
            if other is None or (other > limit if larger_is_wider else other < limit):
                yield f"{place}: {keyword} differs: {limit} and {other}"
    if "pattern" in wide and wide["pattern"] != narrow.get("pattern"):
        yield f"{place}: pattern differs"


def _resolve(schema: Schema, components: dict[str, Schema]) -> Schema:
    """The schema itself instead of ``$ref`` or ``allOf`` of one; keywords beside it count too."""
    if "$ref" in schema:
        return _resolve(components[schema["$ref"].rpartition("/")[2]], components)
    if "allOf" in schema:
        (only,) = schema["allOf"]
        beside = {key: value for key, value in schema.items() if key != "allOf"}
        return {**_resolve(only, components), **beside}
    if unknown := schema.keys() & {"oneOf", "anyOf", "not"}:
        raise NotImplementedError(f"{sorted(unknown)} can't be compared yet")
    return schema
