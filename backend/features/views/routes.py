"""`/api/v1/views`: saved views of tables."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Principal
from auth.verb import Verb
from backend.db.session import DbSession
from backend.features.views import service
from backend.features.views.schemas import NewView, SavedView, ViewChange
from backend.features.views.service import Found
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import Decides
from backend.http.versions import IfMatch, check, tagged
from backend.live.errors import NoSuchCollection
from backend.live.registry import Registry
from backend.parts import part

__all__ = ["router"]

router = APIRouter(tags=["views"], prefix="/views", responses=answers(409))

_HOW: Final = "the caller's own views; shared ones where their table may be listed"
Caller = Annotated[Principal, Decides(_HOW)]
Tables = Annotated[Registry, part(Registry)]


def _require_table(caller: Principal, tables: Registry, name: str) -> None:
    """404 for a table that is not there or that the caller may list nowhere."""
    if not caller.policy.allows_somewhere(tables.get(name).collection.kind, Verb.LIST):
        raise NoSuchCollection(name)


async def _find(db: AsyncSession, caller: Principal, tables: Registry, view_id: str) -> Found:
    """The view, where the caller sees it and its table; else 404."""
    found = await service.find(db, caller, view_id)
    _require_table(caller, tables, found[0].collection)
    return found


@router.get("")
async def list_views(
    caller: Caller,
    db: DbSession,
    tables: Tables,
    collection: Annotated[str | None, Query(min_length=1, max_length=64)] = None,
) -> list[SavedView]:
    """The views of a table: one's own first, then those shared with all who may list it. Without
    a table all of one's own, those of tables one may no longer list too."""
    if collection is None:
        kept = await service.own(db, caller)
    else:
        _require_table(caller, tables, collection)
        kept = await service.listed(db, caller, collection)
    return [service.view_of(caller, found) for found in kept]


@router.post("", status_code=201)
async def create_view(
    caller: Caller, body: NewView, db: DbSession, audit: Audited, tables: Tables
) -> SavedView:
    """Keep a view. A shared one needs the right to create shared views."""
    _require_table(caller, tables, body.collection)
    return service.view_of(caller, await service.create(db, audit, caller, body))


@router.patch("/{view_id}")
async def change_view(
    *,
    caller: Caller,
    view_id: PathId,
    body: ViewChange,
    db: DbSession,
    audit: Audited,
    tables: Tables,
    response: Response,
    if_match: IfMatch = None,
) -> SavedView:
    """Rename it, change what it shows, share it or no longer. Needs `If-Match`."""
    found = await _find(db, caller, tables, view_id)
    present = service.view_of(caller, found)
    check(if_match, present.row_version, present)
    changed = service.view_of(caller, await service.change(db, audit, caller, found, body))
    tagged(response, changed.row_version)
    return changed


@router.delete("/{view_id}", status_code=204)
async def delete_view(
    *,
    caller: Caller,
    view_id: PathId,
    db: DbSession,
    audit: Audited,
    tables: Tables,
    if_match: IfMatch = None,
) -> None:
    """Remove it; one's own also where one may no longer list its table. Needs `If-Match`."""
    found = await service.find(db, caller, view_id)
    present = service.view_of(caller, found)
    if not present.own:
        _require_table(caller, tables, present.collection)
    check(if_match, present.row_version, present)
    await service.remove(db, audit, caller, found)
