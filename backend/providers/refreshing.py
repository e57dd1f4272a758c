"""People who stay signed in: their provider is asked again, and their groups follow.

A group that was taken away there ends its rights here within `REFRESH_SECONDS`; a session that is
over there ends here. A provider that does not answer ends nothing: it is asked again a minute
later, and the session's own end stands.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.oidc.person import claim, read_person
from auth.oidc.problems import Refused, Rejected
from auth.scope import organisation
from backend.audit import Audit, Origin, Target
from backend.db.identity import SessionRecord, UserRecord
from backend.identity.sessions import end_session
from backend.providers import attempts, sessions, trials
from backend.providers.accounts import set_groups
from backend.providers.outward import Unreachable
from backend.providers.records import KnownProvider
from backend.providers.service import Providers
from backend.providers.sessions import ID_TOKEN, REFRESH_SECONDS, REFRESH_TOKEN
from backend.providers.table import SESSIONS, ProviderSession

__all__ = ["Refreshing"]

AGAIN_SECONDS: Final = 60.0
_AT_ONCE: Final = 20
_log = structlog.get_logger("craton.providers")


class Refreshing:
    """Runs on every replica at once: each claims whom it asks about."""

    def __init__(
        self, providers: Providers, db_sessions: async_sessionmaker[AsyncSession], org: str
    ) -> None:
        self._providers = providers
        self._db_sessions = db_sessions
        self._organisation = org

    async def run(self) -> None:
        """Ask again about everybody who is due, and forget what is over."""
        while chosen := await self._due():
            for session_id in chosen:
                await self._one(session_id)
        async with self._db_sessions() as db, db.begin():
            await attempts.forget_old(db)
            await sessions.forget_old(db)
            await trials.forget_old(db)

    async def _due(self) -> list[str]:
        """Some that are due and that no other replica claims at this moment. Each is put off
        first, so that a failure is not met in a circle and nobody else asks with the same token:
        a provider that gives a new one for each use would end the session."""
        now = time.time()
        async with self._db_sessions() as db, db.begin():
            query = select(col(ProviderSession.session_id)).where(col(ProviderSession.due) <= now)
            query = query.order_by(col(ProviderSession.due)).limit(_AT_ONCE)
            query = query.with_for_update(skip_locked=True)
            chosen = list((await db.execute(query)).scalars())
            later = update(ProviderSession).where(col(ProviderSession.session_id).in_(chosen))
            if chosen:
                await db.execute(later.values(due=now + AGAIN_SECONDS))
        return chosen

    async def _one(self, session_id: str) -> None:
        protocol = await self._providers.protocol()
        async with self._db_sessions() as db:
            row = await db.get(ProviderSession, session_id)
            known = await self._providers.find(db, row.provider) if row else None
            held = await self._providers.secrets.open(db, SESSIONS, session_id)
        if row is None or not held.get(REFRESH_TOKEN):
            return
        if known is None or known.provider is None or known.provider.issuer != row.issuer:
            await self._end(row, "its provider is gone")
            return
        try:
            tokens = await protocol.refresh(
                known.provider, held[REFRESH_TOKEN], row.subject, declared=known.declared
            )
        except Refused as error:
            if error.gone:
                await self._end(row, str(error))
            return
        except (Unreachable, Rejected) as error:
            _log.info("a session was not asked about", provider=row.provider, reason=str(error))
            return
        kept = {
            REFRESH_TOKEN: tokens.refresh_token or held[REFRESH_TOKEN],
            ID_TOKEN: tokens.id_token or held.get(ID_TOKEN, ""),
        }
        await self._follow(row, known, dict(tokens.claims), kept)

    async def _follow(
        self,
        row: ProviderSession,
        known: KnownProvider,
        claims: dict[str, object],
        kept: dict[str, str],
    ) -> None:
        """Take over what the provider says now."""
        async with self._db_sessions() as db, db.begin():
            present = await db.get(ProviderSession, row.session_id)
            session = await db.get(SessionRecord, row.session_id)
            if present is None or session is None or known.provider is None:
                return
            await sessions.keep_tokens(db, self._providers.secrets, present, kept)
            present.due = time.time() + REFRESH_SECONDS
            provider = known.provider
            silent = provider.claim_groups and claim(claims, provider.claim_groups) is None
            # A refreshed token without the claim says that the person is in no group any more.
            groups = () if silent else read_person(claims, provider).groups
            new, gone = await set_groups(db, session.user_id, provider.name, groups)
            if new or gone:
                user = await db.get(UserRecord, session.user_id)
                told = [f"+{name}" for name in sorted(new)] + [f"-{name}" for name in sorted(gone)]
                self._audit(db).did(
                    "update",
                    self._target(user, "user"),
                    detail=f"Groups of {provider.name} now: {', '.join(told)[:2000]}",
                )

    async def _end(self, row: ProviderSession, reason: str) -> None:
        async with self._db_sessions() as db, db.begin():
            session = await db.get(SessionRecord, row.session_id)
            if session is None:
                return
            user = await db.get(UserRecord, session.user_id)
            await end_session(db, row.session_id)
            self._audit(db).did(
                "close",
                self._target(user, "session"),
                detail=f"Ended by {row.provider}: {reason}",
            )

    def _audit(self, db: AsyncSession) -> Audit:
        return Audit(db, Origin.system(self._organisation, "identity provider"))

    def _target(self, user: UserRecord | None, kind: str) -> Target:
        where = organisation(self._organisation)
        named = (user.id, user.login) if user else ("", "")
        return Target(kind, named[0] if kind == "user" else "", named[1], where)
