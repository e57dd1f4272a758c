"""The different texts of the record's columns, which lists are searched by.

Kept by whoever gives entries their place, one replica at a time: no request waits for it, and an
entry is found before by being among those that wait.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.audit import AuditEntry, AuditValue

__all__ = ["FIELDS", "digest", "forget", "note", "values_of"]

FIELDS: Final = frozenset(
    {"action", "actor", "address", "decision", "outcome", "scope", "target", "target_kind"}
)
"""The columns whose texts are noted: each has an index of its own."""
_AT_ONCE: Final = 500

Text = tuple[str, str]
"""A column, and a text that stands in it."""


def digest(field: str, value: str) -> str:
    """The name of a text of a column."""
    return hashlib.blake2b(f"{field}\0{value}".encode(), digest_size=16).hexdigest()


async def note(db: AsyncSession, entries: Iterable[AuditEntry]) -> None:
    """Note the texts of `entries`, in the session's transaction."""
    texts = {(field, getattr(entry, field)) for entry in entries for field in FIELDS}
    rows = [{"digest": digest(*text), "field": text[0], "value": text[1]} for text in texts]
    dialect: Any = postgresql if db.get_bind().dialect.name == "postgresql" else sqlite
    rows.sort(key=lambda row: row["digest"])
    await db.execute(dialect.insert(AuditValue).on_conflict_do_nothing(), rows)


async def values_of(db: AsyncSession, keys: Sequence[str]) -> set[Text]:
    """The texts of the entries `keys`."""
    columns = [col(getattr(AuditEntry, field)) for field in sorted(FIELDS)]
    rows = await db.execute(select(*columns).where(col(AuditEntry.key).in_(keys)))
    return {text for row in rows for text in zip(sorted(FIELDS), row, strict=True)}


async def forget(db: AsyncSession, texts: Iterable[Text]) -> None:
    """Forget those of `texts` that no entry has any more, in the session's transaction."""
    for field in sorted(FIELDS):
        digests = sorted(digest(*text) for text in texts if text[0] == field)
        value: Any = getattr(AuditEntry, field)
        used = exists().where(value == col(AuditValue.value))
        for first in range(0, len(digests), _AT_ONCE):
            piece = col(AuditValue.digest).in_(digests[first : first + _AT_ONCE])
            await db.execute(delete(AuditValue).where(piece, ~used))
