"""`/api/v1/connections/…`: forms, test, add, change, re-authenticate, switch, delete."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.audit import Audit, Change, Target
from backend.commerce.entitled import Entitled
from backend.connections.table import TABLE, ConnectionRow
from backend.db.session import DbSession
from backend.errors import Unprocessable
from backend.features.connections.diagnostics import diagnostics
from backend.features.connections.impact import Impact
from backend.features.connections.rights import SETTINGS_KIND
from backend.features.connections.rows import scope_of
from backend.features.connections.schemas import (
    ChoicesAsked,
    ChoiceView,
    ConnectionView,
    Draft,
    FoundView,
    ImpactView,
    KindView,
    NewConnection,
    NewCredentials,
    Switch,
    Tested,
)
from backend.features.connections.service import ConnectionService
from backend.features.connections.views import connection_view, kind_view
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.http.versions import IfMatch, check, tagged
from integrations.contract import ConfigurationError
from integrations.discovery import kinds, load, load_all
from integrations.form import FormField, FormInput

__all__ = ["connections_router"]

Kind = Annotated[str, Path(max_length=64)]
Name = Annotated[str, Path(max_length=64)]
Untested = Annotated[bool, Query(description="Save it although it was not tried")]


@dataclass(frozen=True, slots=True)
class _Parts:
    """What the routes work with; one a console."""

    service: ConnectionService
    impact: Impact


def _parts(request: Request) -> _Parts:
    found: _Parts = request.state.connections
    return found


Facts = Mapping[str, Any]
Parts = Annotated[_Parts, Depends(_parts)]


async def connection_scope(kind: Kind, name: Name, caller: CurrentPrincipal) -> Scope:
    """Where the connection lies: at the system it leads to."""
    return scope_of(caller.organisation, kind, name)


New: Final = Requires(SETTINGS_KIND, Verb.CREATE, word="connection")
Sees: Final = Requires(SETTINGS_KIND, Verb.GET, connection_scope, "connection")
Changes: Final = Requires(SETTINGS_KIND, Verb.UPDATE, connection_scope, "connection")
Deletes: Final = Requires(SETTINGS_KIND, Verb.DELETE, connection_scope, "connection")
_CLUSTER: Final = "kubernetes"
_ROUTES: Final = APIRouter(tags=["connections"], prefix="/connections")


def connections_router(service: ConnectionService, impact: Impact) -> APIRouter:
    """The routes over the connections of one console."""
    parts = _Parts(service, impact)

    def give(request: Request) -> None:
        request.state.connections = parts

    routes = APIRouter(dependencies=[Depends(give)])
    routes.include_router(_ROUTES)
    return routes


@_ROUTES.get("/kinds", dependencies=[New])
async def list_connection_kinds() -> list[KindView]:
    """The kinds of system that can be connected here, with their forms."""
    return [kind_view(found) for found in load_all().values() if found.ways]


@_ROUTES.post("/choices", dependencies=[New])
async def list_connection_choices(body: ChoicesAsked) -> list[ChoiceView]:
    """What can be chosen for a field, given the others: a kubeconfig's contexts."""
    offered = load(body.kind).choices if body.kind in kinds() else None
    if offered is None:
        return []
    try:
        found = await asyncio.to_thread(offered, body.field, body.values)
    except ConfigurationError as error:
        raise Unprocessable(
            error.message, errors=[{"field": body.field, "message": error.message}]
        ) from error
    return [ChoiceView(value=value, against=against) for value, against in found]


@_ROUTES.post("/test")
async def test_connection(
    body: Tested, caller: Annotated[Principal, New], parts: Parts
) -> FoundView | None:
    """Try what was typed, without saving anything."""
    return await parts.service.test(body, caller)


@_ROUTES.post("", status_code=201, responses=answers(402))
async def create_connection(
    body: NewConnection,
    caller: Annotated[Principal, New],
    parts: Parts,
    *,
    entitled: Entitled,
    db: DbSession,
    audit: Audited,
    response: Response,
) -> ConnectionView:
    """Add a connection; its watches start at once, here and at every replica."""
    if body.kind == _CLUSTER:
        entitled.require("connect-cluster")
    row = await parts.service.create(db, body, caller)
    _record(audit, "create", row)
    await db.commit()
    return await _view(parts, db, row, response)


@_ROUTES.get("/{kind}/{name}", dependencies=[Sees])
async def read_connection(
    kind: Kind,
    name: Name,
    parts: Parts,
    *,
    db: DbSession,
    response: Response,
) -> ConnectionView:
    """One connection with its settings; of secrets only that they are set."""
    declared = parts.service.declared(kind, name)
    if not declared.record.id:
        return connection_view(declared, None, {})
    return await _view(parts, db, await parts.service.row(db, kind, name), response)


@_ROUTES.put("/{kind}/{name}")
async def change_connection(
    kind: Kind,
    name: Name,
    body: Draft,
    caller: Annotated[Principal, Changes],
    parts: Parts,
    *,
    db: DbSession,
    audit: Audited,
    response: Response,
    if_match: IfMatch = None,
    untested: Untested = False,
) -> ConnectionView:
    """Change its settings; secrets that are left out stay as they are."""
    row = await _current(parts, db, (kind, name), if_match)
    before = _facts(row)
    await parts.service.change(db, row, body, caller, untested=untested)
    row = await parts.service.row(db, kind, name)
    _record(audit, "update", row, before)
    await db.commit()
    return await _view(parts, db, row, response)


@_ROUTES.post("/{kind}/{name}/credentials")
async def reauthenticate_connection(
    kind: Kind,
    name: Name,
    body: NewCredentials,
    caller: Annotated[Principal, Changes],
    parts: Parts,
    *,
    db: DbSession,
    audit: Audited,
    response: Response,
    if_match: IfMatch = None,
) -> ConnectionView:
    """Give new credentials; they are tried before they take the old ones' place."""
    row = await _current(parts, db, (kind, name), if_match)
    before = _facts(row)
    await parts.service.reauthenticate(db, row, body, caller)
    row = await parts.service.row(db, kind, name)
    _record(audit, "reauthenticate", row, before)
    await db.commit()
    return await _view(parts, db, row, response)


@_ROUTES.patch("/{kind}/{name}")
async def switch_connection(
    kind: Kind,
    name: Name,
    body: Switch,
    caller: Annotated[Principal, Changes],
    parts: Parts,
    *,
    db: DbSession,
    audit: Audited,
    response: Response,
    if_match: IfMatch = None,
) -> ConnectionView:
    """Switch it off (its rows go, its settings stay) or on again."""
    row = await _current(parts, db, (kind, name), if_match)
    before = _facts(row)
    await parts.service.switch(db, row, caller.login, off=body.disabled)
    _record(audit, "disable" if body.disabled else "enable", row, before)
    await db.commit()
    return await _view(parts, db, row, response)


@_ROUTES.get("/{kind}/{name}/impact", dependencies=[Sees])
async def read_connection_impact(kind: Kind, name: Name, parts: Parts) -> ImpactView:
    """How many rows of which pages come from it, and would disappear with it."""
    parts.service.declared(kind, name)
    found = await parts.impact.of(kind, name)
    return ImpactView(rows=found, total=sum(item.rows for item in found))


@_ROUTES.delete("/{kind}/{name}", status_code=204, dependencies=[Deletes])
async def delete_connection(
    kind: Kind,
    name: Name,
    parts: Parts,
    *,
    db: DbSession,
    audit: Audited,
    if_match: IfMatch = None,
) -> None:
    """Forget it with its secrets; its rows leave every page."""
    row = await _current(parts, db, (kind, name), if_match)
    await parts.service.delete(db, row)
    _record(audit, "delete", row)
    await db.commit()
    await parts.service.manager.reconcile_now()


@_ROUTES.get("/{kind}/{name}/diagnostics", dependencies=[Sees])
async def download_diagnostics(
    kind: Kind, name: Name, parts: Parts, response: Response
) -> dict[str, Any]:
    """What an engineer needs to see what is wrong, with everything secret left out."""
    connection = parts.service.declared(kind, name)
    file = f"craton-{kind}-{name}.json"
    response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
    return await diagnostics(connection)


async def _view(
    parts: _Parts, db: AsyncSession, row: ConnectionRow, response: Response
) -> ConnectionView:
    """The connection as it is after a change, which is felt at once."""
    await parts.service.manager.reconcile_now()
    tagged(response, row.row_version)
    states = await parts.service.secrets.states(db, TABLE, row.id)
    return connection_view(parts.service.declared(row.kind, row.name), row, states)


async def _current(
    parts: _Parts,
    db: AsyncSession,
    key: tuple[str, str],
    if_match: str | None,
) -> ConnectionRow:
    """The row to change, of the version the caller saw."""
    kind, name = key
    row = await parts.service.row(db, kind, name)
    states = await parts.service.secrets.states(db, TABLE, row.id)
    now = connection_view(parts.service.declared(kind, name), row, states)
    check(if_match, row.row_version, now)
    return row


def _record(audit: Audit, action: str, row: ConnectionRow, before: Facts | None = None) -> None:
    """What was done to it; of what changed, only where it leads and how."""
    verb = {"create": Verb.CREATE, "delete": Verb.DELETE}.get(action, Verb.UPDATE)
    where = scope_of(audit.origin.organisation, row.kind, row.name)
    target = Target(SETTINGS_KIND, row.id, f"{row.kind}/{row.name}", where)
    now = _facts(row)
    shown = {field.id for field in _fields(row)} | {"way", "disabled"}
    change = Change.between(before or {}, now, show=shown)
    audit.did(action, target, change=change, right=verb)


def _facts(row: ConnectionRow) -> Facts:
    return {"way": row.way, "disabled": row.disabled, **row.values}


def _fields(row: ConnectionRow) -> list[FormField]:
    ways = load(row.kind).ways if row.kind in kinds() else ()
    return [f for way in ways for f in way.fields if not f.secret and f.input is not FormInput.PEM]
