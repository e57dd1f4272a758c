"""What each route needs, read from its guard: for OpenAPI and for the tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute

from backend.http.guard import Check, Late, public

__all__ = ["EXTENSION", "Guarded", "document", "guarded_routes"]

EXTENSION = "x-craton-requires"


@dataclass(frozen=True, slots=True)
class Guarded:
    """One operation and its guards; `needs` is empty when it has none."""

    method: str
    path: str
    needs: tuple[dict[str, Any], ...]


def guarded_routes(routes: Sequence[BaseRoute]) -> Iterator[Guarded]:
    """Every HTTP operation of `routes`."""
    for context in iter_route_contexts(routes):
        if isinstance(context.original_route, APIRoute):
            needs = _distinct(_needs(context.dependant))
            for method in sorted(context.methods or ()):
                yield Guarded(method, context.path_format or "", needs)


def document(schema: dict[str, Any], routes: Sequence[BaseRoute]) -> None:
    """Write each operation's guard into the OpenAPI document, as ``x-craton-requires``."""
    for route in guarded_routes(routes):
        operation = schema["paths"].get(route.path, {}).get(route.method.lower())
        if operation is not None:
            operation[EXTENSION] = list(route.needs)


def _distinct(needs: Iterator[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = []
    for need in needs:
        if need not in found:
            found.append(need)
    return tuple(found)


def _needs(dependant: Dependant) -> Iterator[dict[str, Any]]:
    call = dependant.call
    if call is public:
        yield {"public": True}
    elif isinstance(call, Late):
        yield {"decides": call.how}
    elif isinstance(call, Check):
        needed = call.requirement
        yield {"kind": needed.kind, "verb": needed.verb.value, "at": needed.at}
    for part in dependant.dependencies:
        yield from _needs(part)
