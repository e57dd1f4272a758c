"""What can go wrong in the engine, as problems (`backend.errors`)."""

from __future__ import annotations

from typing import Final

from backend.errors import Forbidden, NotFoundProblem, Unprocessable

__all__ = [
    "DeclarationError",
    "NoSuchCollection",
    "NoSuchRow",
    "NoSuchTeam",
    "QueryError",
    "RightMissing",
]

_SHOWN: Final = 200


class DeclarationError(ValueError):
    """A collection is declared wrongly; raised when the program starts, never later."""


class QueryError(Unprocessable):
    """A query part is wrong (422). `field` is the query word, ``filter`` or a column;
    `accepts` says in words or by example what would be right."""

    def __init__(self, field: str, value: str, message: str, accepts: str = "") -> None:
        value = value[:_SHOWN]
        super().__init__(
            message,
            errors=[{"field": field, "value": value, "message": message, "accepts": accepts}],
        )
        self.field, self.value, self.message, self.accepts = field, value, message, accepts


class NoSuchCollection(NotFoundProblem):
    """No collection of that name exists."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no collection {name[:64]!r}; /api/v1/collections lists them.")


class NoSuchRow(NotFoundProblem):
    """The row is missing or invisible, with one text for both."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"There is no such {kind}, or you may not see it.")


class NoSuchTeam(NotFoundProblem):
    """The team that a list is narrowed to is missing or invisible, with one text for both."""

    def __init__(self, name: str) -> None:
        super().__init__(f"There is no team {name[:64]!r}, or you may not see it.", team=name[:64])


class RightMissing(Forbidden):
    """The caller may see nothing of this kind, anywhere (the kind itself is no secret)."""

    def __init__(self, kind: str, verb: str) -> None:
        super().__init__(
            f"You hold no right to {verb} {kind} objects in any part of this organisation. "
            "An owner can grant you a role that does.",
            needs={"kind": kind, "verb": verb},
        )
