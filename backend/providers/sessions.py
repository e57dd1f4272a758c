"""Sessions that a provider opened: what its logout ends, and the tokens to ask it again."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.oidc.logouttoken import LIFE, Ended
from auth.oidc.provider import OidcProvider
from auth.person import Person
from auth.provider import ProviderBase
from backend.db.identity import GroupRecord, SessionRecord
from backend.identity.sessions import end_session
from backend.identity.tokens import digest
from backend.providers.table import SESSIONS, LogoutSeen, ProviderSession
from backend.secrets.envelope import SecretProblem
from backend.secrets.store import Secrets, SecretsUnavailable
from backend.secrets.table import SealedSecret

__all__ = [
    "ID_TOKEN",
    "REFRESH_SECONDS",
    "REFRESH_TOKEN",
    "end_of_provider",
    "end_told",
    "forget_old",
    "keep",
    "keep_tokens",
    "left_of_others",
    "move",
]

REFRESH_SECONDS: Final = 300.0
"""How old a person's groups may be while they are signed in."""
ID_TOKEN: Final = "id_token"  # noqa: S105 (the field's name)
REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 (the field's name)
_SEEN_SECONDS: Final = 2 * LIFE


async def keep(
    db: AsyncSession,
    secrets: Secrets,
    session_id: str,
    provider: ProviderBase,
    *,
    person: Person,
    tokens: dict[str, str],
    due: float | None = None,
) -> None:
    """Remember what the session has from its provider. `due` is when that is asked again, of one
    that needs no token for it."""
    await db.flush()
    row = ProviderSession(
        session_id=session_id,
        provider=provider.name,
        issuer=person.issuer,
        subject=person.subject,
        sid=person.sid,
        due=due,
    )
    db.add(row)
    await db.flush()
    if tokens:
        await keep_tokens(db, secrets, row, tokens)


async def keep_tokens(
    db: AsyncSession, secrets: Secrets, row: ProviderSession, tokens: dict[str, str]
) -> None:
    """Seal the tokens. Without a key ring none is kept, and the groups stay as they were told
    at sign-in for as long as the session lasts."""
    try:
        async with db.begin_nested():
            await secrets.put(db, SESSIONS, row.session_id, tokens)
    except SecretsUnavailable:
        row.due = None
        return
    if tokens.get(REFRESH_TOKEN):
        row.due = time.time() + REFRESH_SECONDS


async def move(db: AsyncSession, secrets: Secrets, before: str, after: str) -> None:
    """The session goes on under another id: what it has from its provider goes with it. Tokens are
    sealed for their row, so they are sealed anew; one that cannot be opened is left behind."""
    row = await db.get(ProviderSession, before)
    if row is None:
        return
    try:
        held = await secrets.open(db, SESSIONS, before)
    except (SecretProblem, SecretsUnavailable):
        held = {}
    facts = row.model_dump(exclude={"session_id"})
    await db.delete(row)
    db.add(ProviderSession(session_id=after, **facts))
    await db.flush()
    await secrets.remove(db, SESSIONS, before)
    await secrets.put(db, SESSIONS, after, held)


async def end_told(
    db: AsyncSession, provider: OidcProvider, ended: Ended
) -> Sequence[ProviderSession] | None:
    """End the sessions that a logout token names, on every replica once the caller's transaction
    commits. None when the token was used before."""
    seen = digest(f"{provider.name} {provider.issuer} {ended.token}")
    try:
        async with db.begin_nested():
            db.add(LogoutSeen(id=seen, expires=time.time() + _SEEN_SECONDS))
    except IntegrityError:
        return None
    query = select(ProviderSession).where(
        col(ProviderSession.provider) == provider.name,
        col(ProviderSession.issuer) == provider.issuer,
    )
    if ended.subject:
        query = query.where(col(ProviderSession.subject) == ended.subject)
    if ended.sid:
        query = query.where(col(ProviderSession.sid) == ended.sid)
    rows = (await db.execute(query)).scalars().all()
    await _end(db, rows)
    return rows


async def end_of_provider(db: AsyncSession, name: str) -> int:
    """End every session that the provider opened; how many there were."""
    query = select(ProviderSession).where(col(ProviderSession.provider) == name)
    rows = (await db.execute(query)).scalars().all()
    await _end(db, rows)
    return len(rows)


async def left_of_others(db: AsyncSession, names: Collection[str]) -> list[str]:
    """Providers that sessions or groups are of, beside those."""
    sessions = select(col(ProviderSession.provider)).where(
        col(ProviderSession.provider).not_in(names)
    )
    groups = select(col(GroupRecord.provider)).where(col(GroupRecord.provider).not_in(names))
    return sorted((await db.execute(sessions.union(groups))).scalars())


async def forget_old(db: AsyncSession) -> None:
    """Remove used logout tokens that are too old to be believed anyway, and the tokens of
    sessions that are over."""
    await db.execute(delete(LogoutSeen).where(col(LogoutSeen.expires) < time.time()))
    alive = select(col(SessionRecord.id))
    await db.execute(
        delete(SealedSecret).where(
            col(SealedSecret.owner) == SESSIONS, col(SealedSecret.row).not_in(alive)
        )
    )


async def _end(db: AsyncSession, rows: Sequence[ProviderSession]) -> None:
    for row in rows:
        await end_session(db, row.session_id)
