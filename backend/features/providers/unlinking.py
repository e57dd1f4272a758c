"""The providers that know one's own account, and giving one of them up."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.ldap.provider import LdapProvider
from auth.principal import Principal
from auth.scope import organisation
from backend.audit import Audit, Target
from backend.db.factors import Passkey
from backend.db.identity import IdentityRecord, SessionRecord, UserRecord
from backend.db.provisioning import ProvisionedUser
from backend.errors import Conflict, NotFoundProblem, Unauthenticated
from backend.features.providers.schemas import IdentitiesView, IdentityView, LinkOffered
from backend.identity.epoch import hold_epoch
from backend.identity.rules import require_local
from backend.identity.sessions import PASSWORD, end_session
from backend.providers.accounts import set_groups
from backend.providers.service import Providers
from backend.providers.table import ProviderSession

__all__ = ["identities_of", "unlink"]


async def identities_of(db: AsyncSession, providers: Providers, user_id: str) -> IdentitiesView:
    """Who knows the account, and which other providers may."""
    rows = await _identities(db, user_id)
    all_known = await providers.all(db)
    labels = {known.name: known.provider.button for known in all_known if known.provider}
    linked = {row.provider for row in rows}
    return IdentitiesView(
        items=[
            IdentityView(
                id=row.id,
                provider=row.provider,
                label=labels.get(row.provider, row.provider),
                login=row.login or row.subject,
                linked=row.created,
                used=row.used or None,
            )
            for row in rows
        ],
        offered=[
            LinkOffered(
                name=known.name,
                label=labels[known.name],
                password=isinstance(known.provider, LdapProvider),
            )
            for known in all_known
            if known.enabled and known.name in labels and known.name not in linked
        ],
    )


async def unlink(
    db: AsyncSession, audit: Audit, caller: Principal, identity_id: str, providers: Providers
) -> None:
    """Let the provider's person open the caller's account no more. Its sessions end, and its groups
    give nothing from then on. 409 where it is the way the caller came, the last way in, or where
    the provider itself keeps the account (SCIM)."""
    await hold_epoch(db)
    user = await db.get(UserRecord, caller.id, with_for_update=True)
    rows = await _identities(db, caller.id)
    gone = next((row for row in rows if row.id == identity_id), None)
    if user is None or gone is None:
        raise NotFoundProblem("There is no such link of your account.")
    usable = {known.name for known in await providers.all(db) if known.enabled}
    others = [row for row in rows if row is not gone and row.provider in usable]
    if all(row.refused is not None for row in others):
        await _require_local_way(db, user)
    await _require_own(db, caller, gone)
    await _end_sessions(db, caller.id, gone.provider)
    await set_groups(db, caller.id, gone.provider, ())
    await db.delete(gone)
    target = Target("user", caller.id, caller.login, organisation(caller.organisation))
    told = f"Signs in no more by {gone.provider} as subject {gone.subject} of {gone.issuer}."
    audit.did("unlink-identity", target, detail=told)


async def _identities(db: AsyncSession, user_id: str) -> list[IdentityRecord]:
    query = select(IdentityRecord).where(col(IdentityRecord.user_id) == user_id)
    return list((await db.execute(query.order_by(col(IdentityRecord.created)))).scalars())


async def _require_local_way(db: AsyncSession, user: UserRecord) -> None:
    """That they can sign in to the account here: with what they have, and where the rules let
    them."""
    passkey = select(col(Passkey.id)).where(col(Passkey.user_id) == user.id).limit(1)
    if user.password_hash is not None or (await db.execute(passkey)).first() is not None:
        try:
            await require_local(db, user.id, PASSWORD)
        except Unauthenticated:
            pass
        else:
            return
    raise Conflict("This is your only way to sign in: add another first.")


async def _require_own(db: AsyncSession, caller: Principal, gone: IdentityRecord) -> None:
    here = await db.get(ProviderSession, caller.credential.id)
    if here is not None and here.provider == gone.provider:
        raise Conflict("You are signed in with it: sign in another way, then remove it.")
    kept = select(col(ProvisionedUser.id)).where(
        col(ProvisionedUser.user_id) == caller.id, col(ProvisionedUser.provider) == gone.provider
    )
    if (await db.execute(kept.limit(1))).first() is not None:
        raise Conflict(
            "The provider itself keeps your account here (SCIM): ask who looks after it."
        )


async def _end_sessions(db: AsyncSession, user_id: str, provider: str) -> None:
    query = (
        select(col(ProviderSession.session_id))
        .join(SessionRecord, col(SessionRecord.id) == col(ProviderSession.session_id))
        .where(col(SessionRecord.user_id) == user_id, col(ProviderSession.provider) == provider)
    )
    for session_id in (await db.execute(query)).scalars().all():
        await end_session(db, session_id)
