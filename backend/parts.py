"""The parts of a running application, given to routes by their type.

A route that needs the sessions' resolver says so in its signature::

    async def sign_out(identities: Annotated[Identities, part(Identities)]) -> None: ...

`backend.app` puts the parts in, tests put in only those the routes under test ask for.
"""

from __future__ import annotations

from typing import Any, TypeVar

from fastapi import Depends, FastAPI
from starlette.requests import HTTPConnection

__all__ = ["Parts", "part", "parts_of", "provide"]

Kind = TypeVar("Kind")


class Parts:
    """One object per type. Reading a missing one is a mistake in the program (`LookupError`)."""

    def __init__(self) -> None:
        self._by_type: dict[type[Any], Any] = {}

    def add(self, item: object) -> None:
        """Make `item` known as its type; a second one of the same type is a `ValueError`."""
        if type(item) in self._by_type:
            raise ValueError(f"there is a {type(item).__name__} already")
        self._by_type[type(item)] = item

    def put(self, item: object) -> None:
        """Make `item` known as its type, instead of the present one."""
        self._by_type[type(item)] = item

    def find(self, kind: type[Kind]) -> Kind | None:
        """The part of exactly this type, or None."""
        return self._by_type.get(kind)

    def get(self, kind: type[Kind]) -> Kind:
        """The part of exactly this type."""
        found = self.find(kind)
        if found is None:
            raise LookupError(f"this application has no {kind.__name__}")
        return found


def provide(app: FastAPI, *items: object) -> None:
    """Give the routes of `app` these parts, beside those it has."""
    parts = getattr(app.state, "parts", None) or Parts()
    for item in items:
        parts.add(item)
    app.state.parts = parts


def parts_of(connection: HTTPConnection) -> Parts:
    """The parts of the application that serves `connection`."""
    parts: Parts = connection.app.state.parts
    return parts


def part(kind: type[Any]) -> Any:
    """The dependency that gives a route the part of type `kind`, for use in ``Annotated``."""

    def get(connection: HTTPConnection) -> Any:
        return parts_of(connection).get(kind)

    return Depends(get)
