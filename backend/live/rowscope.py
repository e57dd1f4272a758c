"""Where a row lies in the estate, declared so that it compiles to a predicate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth.scope import Scope, covers, organisation

__all__ = ["Field", "RowScope", "TextScope"]


@dataclass(frozen=True, slots=True)
class Field:
    """A scope segment taken from the row's field `name`. With `split`, the text is divided
    there into several segments (a repository path at ``/``); such a field comes last."""

    name: str
    split: str = ""


class RowScope:
    """The scope of a row: ``org/<organisation>`` followed by `parts`, kind word and `Field`
    in turn.

    ``RowScope("cluster", Field("cluster"), "ns", Field("namespace"))``. An empty field ends
    the scope before its own kind word: a row without a namespace belongs to its cluster.
    Usable wherever a ``(row, organisation) -> Scope`` function is, but faster by far:
    permission becomes a comparison of columns, in memory and in SQL.
    """

    def __init__(self, *parts: str | Field) -> None:
        self.parts = parts
        splits = [i for i, part in enumerate(parts) if isinstance(part, Field) and part.split]
        if splits and splits != [len(parts) - 1]:
            raise ValueError("only the last part of a scope may be split")
        if any(isinstance(part, str) == bool(i % 2) for i, part in enumerate(parts)):
            raise ValueError("the parts of a scope alternate: a kind word, then a Field")
        if len(parts) % 2:
            raise ValueError("a kind word needs its Field")

    @property
    def fields(self) -> tuple[str, ...]:
        """The row fields it reads."""
        return tuple(part.name for part in self.parts if isinstance(part, Field))

    def __call__(self, row: Any, organisation: str) -> Scope:
        """The scope of `row`."""
        scope = ["org", organisation]
        for part in self.parts:
            if not isinstance(part, Field):
                scope.append(part)
                continue
            value = getattr(row, part.name)
            if not value:
                del scope[-1]
                break
            scope.extend(value.split(part.split) if part.split else (value,))
        return tuple(scope)


class TextScope:
    """The scope of a row whose field `name` holds it whole, as `auth.scope.render` writes it:
    for rows about any part of the estate (the audit record)."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __call__(self, row: Any, org: str) -> Scope:
        """The scope of `row`; another organisation's row belongs to nobody here."""
        scope = tuple(getattr(row, self.name).split("/"))
        return scope if covers(organisation(org), scope) else ()
