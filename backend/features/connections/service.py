"""Connections made in the console: tried, stored with sealed secrets, changed, removed.

Nothing is asked of a system while a transaction is open: what is stored is read first, then the
system is tried, then the change is written against the version that was read.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Delete, Update, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.principal import Principal
from backend.connections.manager import ConnectionManager, Declared
from backend.connections.table import TABLE, ConnectionRow
from backend.connections.typed import Typed, find_way
from backend.errors import (
    Conflict,
    FieldError,
    NotFoundProblem,
    PreconditionFailed,
    Unprocessable,
)
from backend.features.connections.probing import Prober
from backend.features.connections.reach import differs, require_reach
from backend.features.connections.schemas import (
    Draft,
    FoundView,
    NewConnection,
    NewCredentials,
    Tested,
)
from backend.secrets.store import Secrets
from backend.settings import Settings
from integrations.contract import Integration
from integrations.discovery import kinds, load
from integrations.form import Way

__all__ = ["MISSING", "ConnectionService"]

MISSING: Final = "There is no such connection, or you may not see it."
_MAX_CONNECTIONS: Final = 500


class ConnectionService:
    """What the routes do. Rights are decided before, but for what a change reaches (`reach`)."""

    def __init__(
        self,
        settings: Settings,
        db_sessions: async_sessionmaker[AsyncSession],
        secrets: Secrets,
        manager: ConnectionManager,
    ) -> None:
        self.manager = manager
        self.secrets = secrets
        self._db_sessions = db_sessions
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

    async def test(self, asked: Tested, by: Principal) -> FoundView | None:
        """What a connection with this would find; secrets left out are the stored ones."""
        integration, way = _integration(asked.kind), find_way(_integration(asked.kind), asked.way)
        values = await self._merged(asked, way)
        return await self._tried(integration, way, asked.name, values, by)

    async def create(self, db: AsyncSession, new: NewConnection, by: Principal) -> ConnectionRow:
        """The new connection. Raises 409 for a taken name, 422 at the field that is wrong."""
        integration = _integration(new.kind)
        way = find_way(integration, new.way)
        if self.manager.find(new.kind, new.name) is not None:
            raise _taken(new.name)
        if len(self.manager.declared()) >= _MAX_CONNECTIONS:
            raise Conflict(f"There are {_MAX_CONNECTIONS} connections already.")
        values = {**way.initial, **{key: value for key, value in new.values.items() if value}}
        await self._tried(integration, way, new.name, values, by, untested=new.untested)
        row = ConnectionRow(
            kind=new.kind,
            name=new.name,
            way=way.id,
            settings=json.dumps(_open_values(way, values)),
            created_by=by.login,
            changed_by=by.login,
        )
        db.add(row)
        try:
            await db.flush()
        except IntegrityError as error:
            raise _taken(new.name) from error
        await self.secrets.put(db, TABLE, row.id, _secret_values(way, values))
        return row

    async def change(
        self, db: AsyncSession, row: ConnectionRow, draft: Draft, by: Principal, *, untested: bool
    ) -> None:
        """Put the draft in place of what is stored; secrets and choices it leaves out stay. Raises
        403 for what only the organisation's may change, 412 when the row is no longer that
        version."""
        integration = _integration(row.kind)
        way = find_way(integration, draft.way)
        typed = _over(_standing(way, row), draft.values)
        require_reach(by, row, way, typed)
        asked = Tested(kind=row.kind, name=row.name, way=draft.way, values=typed)
        key, version = row.id, row.row_version
        await db.rollback()  # nothing was changed; the test must not hold a connection
        values = await self._merged(asked, way)
        await self._tried(integration, way, asked.name, values, by, untested=untested)
        settings = json.dumps(_open_values(way, typed))
        await _advance(db, key, version, by.login, way=way.id, settings=settings)
        secret = {field.id for field in way.fields if field.secret}
        stored = await self.secrets.states(db, TABLE, key)
        gone = dict.fromkeys(stored.keys() - secret, "")
        await self.secrets.put(db, TABLE, key, {**gone, **_secret_values(way, draft.values)})

    async def reauthenticate(
        self, db: AsyncSession, row: ConnectionRow, new: NewCredentials, by: Principal
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
        """Stop using it, or use it again; its settings stay. Raises 412 as `change` does."""
        await _advance(db, row.id, row.row_version, by, disabled=off)
        await db.refresh(row)

    async def delete(self, db: AsyncSession, row: ConnectionRow) -> None:
        """Forget it with its secrets. Raises 412 as `change` does."""
        await _written(db, delete(ConnectionRow).where(_version(row.id, row.row_version)))
        await self.secrets.remove(db, TABLE, row.id)

    async def _merged(self, asked: Tested, way: Way) -> dict[str, Any]:
        """The values with the stored secrets where none was typed.

        A stored secret is never sent to an address that was typed now: changing a destination
        asks for the secrets again.
        """
        async with self._db_sessions() as db:
            query = select(ConnectionRow).where(
                col(ConnectionRow.kind) == asked.kind, col(ConnectionRow.name) == asked.name
            )
            row = (await db.execute(query)).scalar_one_or_none()
            values = _over(_standing(way, row), asked.values)
            left_out = [f for f in way.fields if f.secret and values.get(f.id) is None]
            if not left_out or row is None or row.way != way.id:
                return values
            stored, before = await self.secrets.open(db, TABLE, row.id), row.values
        kept = {field.id: stored[field.id] for field in left_out if field.id in stored}
        moved = [f.title for f in way.fields if f.destination and differs(f.id, before, values)]
        if kept and moved:
            raise _wrong(next(iter(kept)), f"{' and '.join(moved)} changed: type the secret again")
        return {**values, **kept}

    async def _tried(
        self,
        integration: Integration[Any, Any],
        way: Way,
        name: str,
        values: Mapping[str, Any],
        by: Principal,
        *,
        untested: bool = False,
    ) -> FoundView | None:
        settings: BaseModel = self._typed.settings(integration, name, way, values)
        await asyncio.to_thread(self._typed.check_destinations, integration, way, settings)
        return None if untested else await self._prober.test(integration, way, settings, by)


def _integration(kind: str) -> Integration[Any, Any]:
    if kind not in kinds() or not load(kind).ways:
        accepts = ", ".join(known for known in kinds() if load(known).ways)
        raise _wrong("kind", "no such system can be connected here", accepts)
    return load(kind)


def _standing(way: Way, row: ConnectionRow | None) -> dict[str, Any]:
    """What the fields with options hold of which nothing is said: what is stored, or what a new
    connection begins with."""
    if row is None:
        return dict(way.initial)
    known = {**way.unset, **row.values}
    return {name: known[name] for name in way.unset}


def _over(standing: Mapping[str, Any], typed: Mapping[str, Any]) -> dict[str, Any]:
    """What was typed, over what stands: an empty choice is none."""
    said = {name: value for name, value in typed.items() if value or name not in standing}
    return {**standing, **said}


def _open_values(way: Way, values: Mapping[str, Any]) -> dict[str, Any]:
    wanted = {field.id for field in way.fields if not field.secret}
    return {key: value for key, value in values.items() if key in wanted and value}


def _secret_values(way: Way, values: Mapping[str, Any]) -> dict[str, str]:
    """Those that were typed: absent ones stay, empty ones go."""
    secret = {field.id for field in way.fields if field.secret}
    return {key: str(value) for key, value in values.items() if key in secret and value is not None}


def _version(key: str, version: int) -> ColumnElement[bool]:
    return (col(ConnectionRow.id) == key) & (col(ConnectionRow.row_version) == version)


async def _advance(db: AsyncSession, key: str, version: int, by: str, **columns: Any) -> None:
    """Write the columns over that version, which makes the next one."""
    told = {"row_version": version + 1, "changed": time.time(), "changed_by": by}
    new = update(ConnectionRow).where(_version(key, version)).values(**columns, **told)
    await _written(db, new)


async def _written(db: AsyncSession, statement: Update | Delete) -> None:
    """Run it; 412 when it meets no row. Of two at once the second waits for the first here."""
    written = statement.returning(col(ConnectionRow.id)).execution_options(
        synchronize_session=False
    )
    if not (await db.execute(written)).first():
        raise PreconditionFailed(
            "Somebody else changed this connection at this moment. Reload it and try again."
        )


def _taken(name: str) -> Conflict:
    errors: list[FieldError] = [{"field": "name", "message": "this name is taken"}]
    return Conflict(f"There is a connection of this kind called {name!r} already.", errors=errors)


def _wrong(field: str, message: str, accepts: str = "") -> Unprocessable:
    error: FieldError = {"field": field, "message": message}
    if accepts:
        error["accepts"] = accepts
    return Unprocessable(f"{field}: {message}", errors=[error])
