"""`/api/v1/roles`: what can be given where, one role in full, and changes of those made here."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from auth.binding import Binding
from auth.builtin import built_in
from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import Role
from auth.scope import InvalidScopeError, parse, render
from auth.verb import Verb
from backend.db.session import DbSession
from backend.errors import Unprocessable
from backend.features.roles import service
from backend.features.roles.impact import impact_of
from backend.features.roles.schemas import (
    NewRole,
    RoleChange,
    RoleChoice,
    RoleDraft,
    RoleImpact,
    RoleView,
)
from backend.features.roles.written import role_of, written_out
from backend.http.audited import Audited
from backend.http.documented import answers
from backend.http.fields import NO_CONTROLS, PathId
from backend.http.guard import Decides, Requires, require
from backend.http.stepup import Fresh, require_fresh
from backend.http.versions import IfMatch, check, tagged
from backend.identity.granting import may_give
from backend.identity.owned import owned_by, spread
from backend.identity.roles import present_roles
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(tags=["access"], prefix="/roles", responses=answers(409))
Kinds = Annotated[Catalogue, part(Catalogue)]
Place = Annotated[str, Query(min_length=1, max_length=4096, pattern=NO_CONTROLS)]


@router.get("")
async def list_roles(
    scope: Place,
    caller: Annotated[Principal, Decides("get on roles, at the scope asked for")],
    db: DbSession,
    catalogue: Kinds,
) -> list[RoleChoice]:
    """The roles there are, and which of them the caller may give at the place."""
    try:
        where = parse(scope)
    except InvalidScopeError as error:
        raise Unprocessable(
            f"scope: {error}", errors=[{"field": "scope", "message": str(error)}]
        ) from error
    require(caller, "role", Verb.GET, where, "place")
    owned = await owned_by(db, [render(where)])
    own = built_in(catalogue)

    def may(role: Role) -> bool:
        given = Binding("", caller.subject, role, where)
        return all(may_give(caller, one) for one in spread([given], owned))

    return [
        RoleChoice(id=role.id, title=role.title, built_in=role.id in own, may_give=may(role))
        for role in (await present_roles(db, catalogue)).values()
    ]


@router.post("", status_code=201)
async def create_role(
    *,
    body: NewRole,
    caller: Annotated[Principal, Requires("role", Verb.CREATE)],
    db: DbSession,
    audit: Audited,
    catalogue: Kinds,
    settings: Annotated[Settings, part(Settings)],
) -> RoleView:
    """Make a role of what the caller holds; nobody has it yet."""
    made = await service.create(db, audit, caller, body, catalogue)
    require_fresh(caller, settings)  # last: who may not, or mistyped, is told so first
    return made


@router.get("/{role_id}", dependencies=[Requires("role", Verb.GET)])
async def read_role(
    role_id: PathId, db: DbSession, catalogue: Kinds, response: Response
) -> RoleView:
    """One role with its rights written out."""
    found = await service.find(db, role_id, catalogue)
    tagged(response, found.row_version)
    return found


@router.post("/{role_id}/impact")
async def read_role_impact(
    role_id: PathId,
    body: RoleDraft,
    caller: Annotated[Principal, Requires("role", Verb.GET)],
    db: DbSession,
    catalogue: Kinds,
) -> RoleImpact:
    """What the role with these rights would grant and take, and whom: nothing is changed."""
    record = await service.own(db, role_id, catalogue)
    after = written_out(body.rights, catalogue)
    return await impact_of(db, caller, role_id, role_of(record, catalogue), after)


@router.patch("/{role_id}")
async def change_role(
    *,
    role_id: PathId,
    body: RoleChange,
    caller: Annotated[Principal, Requires("role", Verb.UPDATE)],
    db: DbSession,
    audit: Audited,
    catalogue: Kinds,
    settings: Annotated[Settings, part(Settings)],
    response: Response,
    if_match: IfMatch = None,
) -> RoleView:
    """Change its title or rights for whoever holds it; only what the caller holds can be added.
    Needs `If-Match`."""
    record = await service.own(db, role_id, catalogue)
    present = service.view_of(role_of(record, catalogue), record)
    check(if_match, record.row_version, present)
    changed = await service.change(db, audit, caller, record, body, catalogue)
    require_fresh(caller, settings)  # last: who may not, or mistyped, is told so first
    tagged(response, changed.row_version)
    return changed


@router.delete("/{role_id}", status_code=204)
async def delete_role(
    *,
    role_id: PathId,
    caller: Annotated[Principal, Requires("role", Verb.DELETE)],
    _fresh: Annotated[None, Fresh],
    db: DbSession,
    audit: Audited,
    catalogue: Kinds,
    if_match: IfMatch = None,
) -> None:
    """Remove a role and take it from everybody who holds it. Needs `If-Match`."""
    record = await service.own(db, role_id, catalogue)
    check(if_match, record.row_version, service.view_of(role_of(record, catalogue), record))
    await service.remove(db, audit, caller, record)
