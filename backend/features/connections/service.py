"""Connections made in the console: tried, stored with sealed secrets, changed, removed.

Nothing is asked of a system while a transaction is open: what is stored is read first, then the
system is tried, then the change is written against the version that was read.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from backend.connections.manager import ConnectionManager, Declared
from backend.connections.table import TABLE, ConnectionRow
from backend.connections.typed import Typed, find_way
from backend.errors import Conflict, FieldError, NotFoundProblem, Unprocessable
from backend.features.connections.probing import Prober
from backend.features.connections.schemas import (
    Draft,
    FoundView,
    NewConnection,
    NewCredentials,
    Tested,
)
from backend.secrets.store import Secrets
from integrations.contract import Integration
from integrations.discovery import kinds, load
from integrations.form import Way

if TYPE_CHECKING:
    from backend.settings import Settings

__all__ = ["MISSING", "ConnectionService"]

MISSING: Final = "There is no such connection, or you may not see it."
_MAX_CONNECTIONS: Final = 500


class ConnectionService:
    """What the routes do; rights are decided before."""

    def __init__(
        self,
        settings: Settings,
        sessions: async_sessionmaker[AsyncSession],
        secrets: Secrets,
        manager: ConnectionManager,
    ) -> None:
        self.manager = manager
        self.secrets = secrets
        self._sessions = sessions
        self._typed = Typed(settings)
        self._prober = Prober()

    def declared(self, kind: str, name: str) -> Declared:
        """The connection; raises 404."""
        found = self.manager.find(kind, name)
        if found is None:
            raise NotFoundProblem(MISSING)
        return found

    async def row(self, db: AsyncSession, kind: str, name: str) -> ConnectionRow:
        """Its row. Raises 404, and 409 for one that is declared outside the console."""
        query = select(ConnectionRow).where(
            col(ConnectionRow.kind) == kind, col(ConnectionRow.name) == name
        )
        row = (await db.execute(query)).scalar_one_or_none()
        if row is not None:
            return row
        origin = self.declared(kind, name).record.origin.value
        raise Conflict(
            f"This connection is declared in the {origin} and can be changed only there."
        )

    async def test(self, asked: Tested) -> FoundView | None:
        """What a connection with this would find; secrets left out are the stored ones."""
        integration, way = _integration(asked.kind), find_way(_integration(asked.kind), asked.way)
        return await self._tried(integration, way, asked.name, await self._merged(asked, way))

    async def create(self, db: AsyncSession, new: NewConnection, by: str) -> ConnectionRow:
        """The new connection. Raises 409 for a taken name, 422 at the field that is wrong."""
        integration = _integration(new.kind)
        way = find_way(integration, new.way)
        if self.manager.find(new.kind, new.name) is not None:
            raise _taken(new.name)
        if len(self.manager.declared()) >= _MAX_CONNECTIONS:
            raise Conflict(f"There are {_MAX_CONNECTIONS} connections already.")
        values = {key: value for key, value in new.values.items() if value}
        await self._tried(integration, way, new.name, values, untested=new.untested)
        row = ConnectionRow(
            kind=new.kind,
            name=new.name,
            way=way.id,
            settings=json.dumps(_open_values(way, values)),
            created_by=by,
            changed_by=by,
        )
        db.add(row)
        try:
            await db.flush()
        except IntegrityError as error:
            raise _taken(new.name) from error
        await self.secrets.put(db, TABLE, row.id, _secret_values(way, values))
        return row

    async def change(
        self, db: AsyncSession, row: ConnectionRow, draft: Draft, by: str, *, untested: bool
    ) -> None:
        """Put the draft in place of what is stored; secrets it leaves out stay."""
        integration = _integration(row.kind)
        way = find_way(integration, draft.way)
        asked = Tested(kind=row.kind, name=row.name, way=draft.way, values=draft.values)
        key, version = row.id, row.row_version
        await db.rollback()  # nothing was changed; the test must not hold a connection
        values = await self._merged(asked, way)
        await self._tried(integration, way, asked.name, values, untested=untested)
        row = await self._again(db, key, version)
        secret = {field.id for field in way.fields if field.secret}
        stored = await self.secrets.states(db, TABLE, row.id)
        gone = dict.fromkeys(stored.keys() - secret, "")
        await self.secrets.put(db, TABLE, row.id, {**gone, **_secret_values(way, draft.values)})
        row.way, row.settings = way.id, json.dumps(_open_values(way, draft.values))
        _touched(row, by)
        await db.flush()

    async def reauthenticate(
        self, db: AsyncSession, row: ConnectionRow, new: NewCredentials, by: str
    ) -> None:
        """Put new secrets in place of the stored ones, after trying them."""
        way = find_way(_integration(row.kind), row.way)
        if not any(new.values.values()):
            field = next((f.id for f in way.fields if f.secret), "")
            raise _wrong(field, "give at least one new secret")
        unknown = new.values.keys() - {field.id for field in way.fields if field.secret}
        if unknown:
            raise _wrong(min(unknown), "this is no secret of the connection")
        draft = Draft(way=row.way, values={**row.values, **new.values})
        await self.change(db, row, draft, by, untested=False)

    async def switch(self, db: AsyncSession, row: ConnectionRow, by: str, *, off: bool) -> None:
        """Stop using it, or use it again; its settings stay."""
        row.disabled = off
        _touched(row, by)
        await db.flush()

    async def delete(self, db: AsyncSession, row: ConnectionRow) -> None:
        """Forget it with its secrets."""
        await self.secrets.remove(db, TABLE, row.id)
        await db.delete(row)

    async def _again(self, db: AsyncSession, key: str, version: int) -> ConnectionRow:
        """The row as it is now, locked; 409 when it was changed while the test ran."""
        found = await db.get(ConnectionRow, key, with_for_update=True, populate_existing=True)
        if found is None or found.row_version != version:
            raise Conflict("Somebody else changed this connection while it was tested. Reload it.")
        return found

    async def _merged(self, asked: Tested, way: Way) -> dict[str, Any]:
        """The values with the stored secrets where none was typed.

        A stored secret is never sent to an address that was typed now: changing a destination
        asks for the secrets again.
        """
        values = dict(asked.values)
        left_out = [f for f in way.fields if f.secret and values.get(f.id) is None]
        if not left_out:
            return values
        async with self._sessions() as db:
            query = select(ConnectionRow).where(
                col(ConnectionRow.kind) == asked.kind, col(ConnectionRow.name) == asked.name
            )
            row = (await db.execute(query)).scalar_one_or_none()
            if row is None or row.way != way.id:
                return values
            stored, before = await self.secrets.open(db, TABLE, row.id), row.values
        kept = {field.id: stored[field.id] for field in left_out if field.id in stored}
        moved = [f.title for f in way.fields if f.destination and _differs(f.id, before, values)]
        if kept and moved:
            raise _wrong(next(iter(kept)), f"{' and '.join(moved)} changed: type the secret again")
        return {**values, **kept}

    async def _tried(
        self,
        integration: Integration[Any, Any],
        way: Way,
        name: str,
        values: Mapping[str, Any],
        *,
        untested: bool = False,
    ) -> FoundView | None:
        settings: BaseModel = self._typed.settings(integration, name, way, values)
        await asyncio.to_thread(self._typed.check_destinations, integration, way, settings)
        return None if untested else await self._prober.test(integration, way, settings)


def _integration(kind: str) -> Integration[Any, Any]:
    if kind not in kinds() or not load(kind).ways:
        accepts = ", ".join(known for known in kinds() if load(known).ways)
        raise _wrong("kind", "no such system can be connected here", accepts)
    return load(kind)


def _open_values(way: Way, values: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {field.id for field in way.fields if not field.secret}
    return {key: value for key, value in values.items() if key in wanted and value}


def _secret_values(way: Way, values: Mapping[str, Any]) -> dict[str, str]:
    """Those that were typed: absent ones stay, empty ones go."""
    secret = {field.id for field in way.fields if field.secret}
    return {key: str(value) for key, value in values.items() if key in secret and value is not None}


def _differs(field: str, before: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    return (before.get(field) or None) != (now.get(field) or None)


def _touched(row: ConnectionRow, by: str) -> None:
    row.row_version += 1
    row.changed, row.changed_by = time.time(), by


def _taken(name: str) -> Conflict:
    errors: list[FieldError] = [{"field": "name", "message": "this name is taken"}]
    return Conflict(f"There is a connection of this kind called {name!r} already.", errors=errors)


def _wrong(field: str, message: str, accepts: str = "") -> Unprocessable:
    error: FieldError = {"field": field, "message": message}
    if accepts:
        error["accepts"] = accepts
    return Unprocessable(f"{field}: {message}", errors=[error])
