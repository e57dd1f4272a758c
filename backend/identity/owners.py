"""An organisation keeps at least one owner who can sign in and grant everything."""

from __future__ import annotations

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.role import OWNER
from auth.scope import organisation, render
from auth.subject import SubjectKind
from backend.db.identity import MembershipRecord, UserRecord
from backend.db.rights import BindingRecord
from backend.errors import Conflict
from backend.identity.breakglass import its_account
from backend.identity.deactivation import locked_out

__all__ = ["require_an_owner"]


async def require_an_owner(db: AsyncSession, org: str) -> None:
    """Raise `Conflict` when what the transaction did so far leaves the organisation without.

    Counted after the change, by people who are not disabled, are not deactivated by their provider
    without a password here, are not for emergencies (break-glass), and hold the role at the whole
    organisation without an end, themselves or through a team. The caller has raised the epoch
    before: that lock makes two owners who remove each other come one after the other.
    """
    await db.flush()
    member = (
        exists()
        .where(
            col(MembershipRecord.user_id) == col(UserRecord.id),
            col(MembershipRecord.team_id) == col(BindingRecord.subject_id),
        )
        .correlate(UserRecord, BindingRecord)
    )
    theirs = or_(
        and_(
            col(BindingRecord.subject_kind) == SubjectKind.USER,
            col(BindingRecord.subject_id) == col(UserRecord.id),
        ),
        and_(col(BindingRecord.subject_kind) == SubjectKind.TEAM, member),
    )
    lasting = (
        exists()
        .where(
            theirs,
            col(BindingRecord.role_id) == OWNER,
            col(BindingRecord.scope) == render(organisation(org)),
            col(BindingRecord.expires).is_(None),
        )
        .correlate(UserRecord)
    )
    owners = select(func.count()).select_from(UserRecord)
    owners = owners.where(
        col(UserRecord.disabled).is_(False), lasting, ~locked_out(), ~its_account()
    )
    if (await db.execute(owners)).scalar_one() == 0:
        raise Conflict(
            "The organisation would be left without an owner: give somebody else the owner "
            "role at the organisation first."
        )
