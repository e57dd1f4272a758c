"""Whom a provider does not let in any more, whatever they are signed in with.

A command line's session and an API token are of no provider. Their person is asked about all the
same, and while the provider refuses them neither is worth anything.
"""

from __future__ import annotations

import time
from collections.abc import Collection

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.subject import Subject, SubjectKind
from backend.db.identity import IdentityRecord, SessionRecord, TokenRecord, UserRecord
from backend.db.provisioning import ProvisionedUser
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.sessions import DEVICE, end_sessions
from backend.providers.accounts import forget_groups
from backend.providers.sessions import REFRESH_SECONDS
from backend.providers.table import ProviderSession

__all__ = ["claim_absent", "kept_out", "refuse"]


def kept_out() -> ColumnElement[bool]:
    """In a query on accounts: their provider does not let them in, as it said when it was asked
    or as its SCIM client told."""
    refused = exists().where(
        col(IdentityRecord.user_id) == col(UserRecord.id), col(IdentityRecord.refused).is_not(None)
    )
    told = exists().where(
        col(ProvisionedUser.user_id) == col(UserRecord.id), col(ProvisionedUser.active).is_(False)
    )
    return or_(refused, told)


async def claim_absent(
    db: AsyncSession, providers: Collection[str], now: float, again: float
) -> IdentityRecord | None:
    """Somebody of these providers who is due and has a command line's session or an API token, and
    no session that the provider is asked about; put off by `again` seconds, so that nobody else
    asks meanwhile; who is refused already by as long as everybody."""
    same = col(IdentityRecord.user_id)
    device = exists().where(
        col(SessionRecord.user_id) == same,
        col(SessionRecord.method) == DEVICE,
        col(SessionRecord.expires) > now,
    )
    token = exists().where(
        col(TokenRecord.owner_kind) == SubjectKind.USER,
        col(TokenRecord.owner_id) == same,
        col(TokenRecord.expires) > now,
    )
    asked = exists().where(
        col(SessionRecord.user_id) == same,
        col(ProviderSession.session_id) == col(SessionRecord.id),
        col(ProviderSession.provider) == col(IdentityRecord.provider),
        col(ProviderSession.due).is_not(None),
    )
    on = exists().where(col(UserRecord.id) == same, col(UserRecord.disabled).is_(False))
    query = select(IdentityRecord).where(
        col(IdentityRecord.provider).in_(providers),
        col(IdentityRecord.looked) <= now - REFRESH_SECONDS,
        or_(device, token),
        ~asked,
        on,
    )
    query = query.order_by(col(IdentityRecord.looked)).limit(1)
    found = (await db.execute(query.with_for_update(skip_locked=True))).scalar_one_or_none()
    if found is not None:
        found.looked = time.time() - (REFRESH_SECONDS - again if found.refused is None else 0.0)
    return found


async def refuse(db: AsyncSession, identity: IdentityRecord) -> int:
    """End every session of the person, and let their API tokens give nothing until the provider
    accepts them again (`accounts.lift`); how many sessions people see end."""
    await hold_epoch(db)
    identity.refused = time.time()
    await db.flush()
    ended = await end_sessions(db, identity.user_id)
    await raise_epoch(db, Subject(SubjectKind.USER, identity.user_id))
    await forget_groups(db, identity.user_id, identity.provider)
    return ended
