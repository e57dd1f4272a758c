"""The table of connections made in the console, and the records in it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from typing import Any

from sqlalchemy import Column, Text, UniqueConstraint, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import Field, SQLModel

from backend.connections.records import Record, RecordOrigin, read_record
from backend.db.identity import new_id
from backend.secrets.envelope import SecretProblem
from backend.secrets.store import Secrets
from integrations.discovery import kinds, load

__all__ = ["ConnectionRow", "TableRecords"]

TABLE = "connection"


class ConnectionRow(SQLModel, table=True):
    """One connection. `settings` holds the values of the way's fields that are not secret, as
    JSON; the others lie sealed in `sealed_secret` under `id`."""

    __tablename__ = TABLE
    __table_args__ = (UniqueConstraint("kind", "name", name="uq_connection_kind_name"),)

    id: str = Field(default_factory=new_id, primary_key=True, max_length=32)
    kind: str = Field(max_length=64)
    name: str = Field(max_length=64)
    way: str = Field(max_length=64)
    settings: str = Field(sa_column=Column(Text, nullable=False))
    disabled: bool = False
    row_version: int = 1
    created: float = Field(default_factory=time.time)
    created_by: str = Field(default="", max_length=128)
    changed: float = Field(default_factory=time.time)
    changed_by: str = Field(default="", max_length=128)

    @property
    def values(self) -> dict[str, Any]:
        """The values that are not secret, by field."""
        found: dict[str, Any] = json.loads(self.settings)
        return found


class TableRecords:
    """Records from the table: read when told that it changed, else as they were.

    `complete` turns typed values into what the integration's settings take.
    """

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        secrets: Secrets,
        complete: Callable[[str, str, str, dict[str, Any]], dict[str, Any]],
    ) -> None:
        self._db_sessions = db_sessions
        self._secrets = secrets
        self._complete = complete
        self._known: tuple[Record, ...] = ()
        self._stale = True

    def changed(self, _notice: object = None) -> None:
        """Something was changed, here or at another replica."""
        self._stale = True

    async def records(self) -> Sequence[Record]:
        """What the table declares. Raises when the database does not answer."""
        if self._stale:
            self._stale = False
            try:
                self._known = await self._read()
            except BaseException:
                self._stale = True
                raise
        return self._known

    async def _read(self) -> tuple[Record, ...]:
        async with self._db_sessions() as db:
            rows = (await db.execute(select(ConnectionRow))).scalars().all()
            return tuple([await self._record(db, row) for row in rows])

    async def _record(self, db: AsyncSession, row: ConnectionRow) -> Record:
        more: dict[str, Any] = {
            "id": row.id,
            "version": row.row_version,
            "disabled": row.disabled,
        }
        if row.kind not in kinds():
            problem = f"there is no integration called {row.kind!r} any more"
            return Record(row.kind, row.name, RecordOrigin.CONSOLE, problem=problem, **more)
        try:
            values = {**row.values, **await self._secrets.open(db, TABLE, row.id)}
        except SecretProblem as error:
            return Record(row.kind, row.name, RecordOrigin.CONSOLE, problem=str(error), **more)
        if not any(way.id == row.way for way in load(row.kind).ways):
            problem = f"it is connected in a way that no longer exists ({row.way})"
            return Record(row.kind, row.name, RecordOrigin.CONSOLE, problem=problem, **more)
        complete = self._complete(row.kind, row.name, row.way, values)
        return read_record(row.kind, complete, RecordOrigin.CONSOLE, **more)
