"""`/api/v1/invitations`: invite, see, give another link, take back. Taking one up is a sign-in and
lies with the session."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.verb import Verb
from backend.db.session import DbSession
from backend.features.access.invitations import Inviting, find, view_of
from backend.features.access.invitationschemas import (
    InvitationRenewal,
    MadeInvitation,
    NewInvitation,
    OpenInvitation,
)
from backend.http.audited import Audited
from backend.http.changing import Changed
from backend.http.fields import PathId
from backend.http.guard import Requires
from backend.http.origin import own_address
from backend.http.stepup import require_fresh
from backend.http.versions import tagged
from backend.identity.granting import Granter
from backend.identity.invitations import standing
from backend.identity.roles import present_roles
from backend.parts import part
from backend.settings import Settings

__all__ = ["router"]

router = APIRouter(prefix="/invitations")
Inviter = Annotated[Principal, Requires("user", Verb.CREATE)]
Kinds = Annotated[Catalogue, part(Catalogue)]
AppSettings = Annotated[Settings, part(Settings)]


async def _inviting(caller: Inviter, db: DbSession, audit: Audited, catalogue: Kinds) -> Inviting:
    return Inviting(db, audit, Granter(caller, await present_roles(db, catalogue)), catalogue)


Invite = Annotated[Inviting, Depends(_inviting, scope="function")]


@router.post("", status_code=201)
async def create_invitation(
    body: NewInvitation, invite: Invite, request: Request, settings: AppSettings
) -> MadeInvitation:
    """Invite somebody to make their own local account. The link is in this answer and nowhere else:
    the console sends no mail. It gives what the caller may give, now and when it is taken up."""
    record, secret = await invite.create(body)
    require_fresh(invite.by.caller, settings)  # last: who may not, or mistyped, is told so first
    told = await view_of(invite.db, record)
    return MadeInvitation(**told.model_dump(), link=_link(request, settings, secret))


@router.get("/{invitation_id}", dependencies=[Requires("user", Verb.GET)])
async def read_invitation(
    invitation_id: PathId,
    db: DbSession,
    catalogue: Kinds,
    settings: AppSettings,
    response: Response,
) -> OpenInvitation:
    """One invitation, and whether it would hold at this moment."""
    record = await find(db, invitation_id)
    told = await view_of(db, record)
    last = settings.group_hours * 3600.0
    now = await standing(db, settings.organisation, record, catalogue, last)
    tagged(response, record.row_version)
    open_still = told.state in {"Pending", "Invalid"}
    return OpenInvitation(**told.model_dump(), against=now.against if open_still else "")


@router.post("/{invitation_id}/renew")
async def renew_invitation(
    *,
    invitation_id: PathId,
    body: InvitationRenewal,
    invite: Invite,
    request: Request,
    settings: AppSettings,
    changed: Changed,
) -> MadeInvitation:
    """Make it a new link, which ends the one before; from then on the caller is who invites. Needs
    `If-Match`."""
    record = await find(invite.db, invitation_id)
    changed.check(record.row_version, await view_of(invite.db, record))
    secret = await invite.renew(record, body.days)
    changed.done(invite.by.caller, record.row_version)
    told = await view_of(invite.db, record)
    return MadeInvitation(**told.model_dump(), link=_link(request, settings, secret))


@router.delete("/{invitation_id}", status_code=204)
async def revoke_invitation(invitation_id: PathId, invite: Invite) -> None:
    """Take it back; it stays in the list for a while."""
    await invite.revoke(await find(invite.db, invitation_id))


def _link(request: Request, settings: Settings, secret: str) -> str:
    """The secret stays in the fragment, which no server and no log sees."""
    return f"{own_address(request, settings)}/invitation#token={secret}"
