"""Which tables a unit of work changes: ORM flushes, statements, and what a deletion cascades to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

__all__ = ["flushed", "reached_by_delete", "stated"]

_TEXT: Final = re.compile(r"\s*(INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+\"?(\w+)", re.IGNORECASE)

Touched = tuple[str, str | None]
"""A table and the changed row's key; None when any of its rows may have changed."""


def flushed(session: Session) -> Iterator[Touched]:
    """What the present flush writes, with keys (primary key columns joined by a comma)."""
    for item in (*session.new, *session.dirty, *session.deleted):
        mapper = sa.inspect(item).mapper
        table = mapper.local_table
        if not isinstance(table, sa.Table):
            continue
        yield table.name, ",".join(map(str, mapper.primary_key_from_instance(item)))
    for item in session.deleted:
        for name in reached_by_delete(sa.inspect(item).mapper.local_table.name):
            yield name, None


def stated(statement: Any) -> Iterator[Touched]:
    """What an INSERT, UPDATE or DELETE given to `Session.execute` writes, Core or text."""
    if isinstance(statement, sa.TextClause):
        found = _TEXT.match(statement.text)
        if found:
            deletes = found.group(1)[:6].upper() == "DELETE"
            yield from _table(found.group(2), deletes=deletes)
        return
    element = getattr(statement, "element", statement)
    if isinstance(element, sa.Insert | sa.Update | sa.Delete):
        table = element.table
        if isinstance(table, sa.Table):
            yield from _table(table.name, deletes=isinstance(element, sa.Delete))


def reached_by_delete(table: str) -> set[str]:
    """The tables whose rows the database deletes or empties a column of with those of `table`
    (``ON DELETE CASCADE`` and ``SET NULL`` of the models, over any number of steps)."""
    found: set[str] = set()
    waiting = [table]
    while waiting:
        parent = waiting.pop()
        for child in SQLModel.metadata.tables.values():
            actions = {
                (key.ondelete or "").upper()
                for key in child.foreign_keys
                if key.column.table.name == parent
            }
            if child.name not in found and actions & {"CASCADE", "SET NULL"}:
                found.add(child.name)
                if "CASCADE" in actions:
                    waiting.append(child.name)
    return found


def _table(name: str, *, deletes: bool) -> Iterator[Touched]:
    yield name, None
    if deletes:
        for child in reached_by_delete(name):
            yield child, None
