"""`/api/v1/teams`: changes; lists go through the collection."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.scope import Scope, team
from auth.verb import Verb
from backend.db.session import DbSession
from backend.features.teams import service
from backend.features.teams.narrowing import choices
from backend.features.teams.parts import Editing
from backend.features.teams.schemas import NewTeam, TeamChange, TeamChoice, TeamView
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.documented import answers
from backend.http.fields import PathId
from backend.http.guard import CurrentPrincipal, Decides, Requires
from backend.http.stepup import Fresh
from backend.http.versions import tagged
from backend.parts import part

__all__ = ["router"]

router = APIRouter(tags=["teams"], prefix="/teams", responses=answers(409))


async def at_team(caller: CurrentPrincipal, name: PathId) -> Scope:
    """The team's own scope."""
    return team(caller.organisation, name)


@router.post("", status_code=201, dependencies=[Requires("team", Verb.CREATE)])
async def create_team(body: NewTeam, db: DbSession, audit: Audited) -> TeamView:
    """Create a team; nobody belongs to it and it owns nothing yet."""
    return await service.view(db, await service.create(db, audit, body))


@router.get("")
async def list_team_choices(
    caller: Annotated[Principal, Decides("each team, by the right to list it, or as one's own")],
    db: DbSession,
) -> list[TeamChoice]:
    """The teams that lists can be narrowed to (``team=``): those the caller may list, and those
    they belong to."""
    return await choices(db, caller)


@router.get("/{name}", dependencies=[Requires("team", Verb.GET, at_team)])
async def read_team(name: PathId, db: DbSession, response: Response) -> TeamView:
    """One team: its people, groups and what it owns."""
    found = await service.view(db, await service.find(db, name))
    tagged(response, found.row_version)
    return found


@router.patch("/{name}")
async def change_team(
    *,
    name: PathId,
    body: TeamChange,
    caller: Annotated[Principal, Requires("team", Verb.UPDATE, at_team)],
    db: DbSession,
    audit: Audited,
    catalogue: Annotated[Catalogue, part(Catalogue)],
    changed: Changed,
) -> TeamView:
    """Change its title, people, groups or what it owns. Whoever lets somebody in gives them what
    the team holds, and must hold it. Needs `If-Match`."""
    present = await service.find(db, name)
    changed.check(present.row_version, await service.view(db, present))
    told = await service.change(audit, Editing(db, caller, present, catalogue), body)
    changed.done(caller, told.row_version)
    return told


@router.delete(
    "/{name}", status_code=204, dependencies=[Requires("team", Verb.DELETE, at_team), Fresh]
)
async def delete_team(name: PathId, db: DbSession, audit: Audited) -> None:
    """Remove it with the roles it holds and those given at it."""
    await service.remove(db, audit, name)
