"""Computes the checksum of what a migration does, independent of its module's name and layout.

The sum covers the syntax trees of the given functions and of everything they use from their own module. Comments,
docstrings, annotations, layout, helper names and import paths don't count; a changed step, constant or helper does.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b
from types import FunctionType, ModuleType
from typing import Any, Final

_IGNORED: Final = frozenset({"returns", "annotation", "type_comment", "type_params", "kind", "ctx"})
"""Fields of syntax trees that don't affect what runs, or that differ between versions of Python."""


def checksum_of(*functions: Callable[..., Any]) -> str:
    """Hashes what functions do.

    Args:
        functions: plain functions whose source is available.

    Returns:
        16 hexadecimal digits, the same on every version of Python.

    Raises:
        TypeError: one is not written with ``def``.
    """
    described = "\n".join("".join(_describe_function(each, ())) for each in functions)
    return blake2b(described.encode(), digest_size=8).hexdigest()


def _describe_function(function: Callable[..., Any], within: tuple[object, ...]) -> Iterator[str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise TypeError(f"{function!r} must be a function written with def")
    names: Mapping[str, Any] = getattr(function, "__globals__", {})
    yield from _describe(tree.args, names, (*within, function))
    for statement in tree.body:
        yield from _describe(statement, names, (*within, function))


def _describe(node: ast.AST, names: Mapping[str, Any], within: tuple[object, ...]) -> Iterator[str]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.Name) and node.id in names:
        yield from _describe_global(node.id, names[node.id], within)
        return
    yield f"({type(node).__name__}"
    for name, value in ast.iter_fields(node):
        if name not in _IGNORED:
            yield from _describe_field(name, value, names, within)
    yield ")"


def _describe_field(name: str, value: Any, names: Mapping[str, Any], within: tuple[object, ...]) -> Iterator[str]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, ast.AST):
            yield f" {name}="
            yield from _describe(each, names, within)
        elif each is not None:
            yield f" {name}={each!r}"


def _describe_global(name: str, value: Any, within: tuple[object, ...]) -> Iterator[str]:
    own = within[-1]
    if value in within:
        yield f"[{within.index(value)}]"
    elif isinstance(value, FunctionType) and value.__module__ == getattr(own, "__module__", None):
        yield from _describe_function(value, within)
    elif isinstance(value, FunctionType | ModuleType | type):
        yield f"[{name}]"
    else:
        # Sorted, since the order of a set differs from process to process.
        yield f"[{sorted(value) if isinstance(value, set | frozenset) else value!r}]"
