"""People who stay signed in: their provider is asked again, and their groups follow.

A group that was taken away there ends its rights here within `REFRESH_SECONDS`; a session that is
over there ends here. A provider that does not answer ends nothing: it is asked again a minute
later, and the session's own end stands.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Final, assert_never

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.ldap.problems import NotAccepted, Unusable
from auth.ldap.provider import LdapProvider
from auth.oidc.person import read_person
from auth.oidc.problems import Refused, Rejected
from auth.oidc.provider import OidcProvider
from auth.person import Person
from auth.providers import AnyProvider
from auth.saml.provider import SamlProvider
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Audit, Origin, Target
from backend.db.identity import GroupRecord, IdentityRecord, SessionRecord, UserRecord
from backend.identity.epoch import hold_epoch, raise_epoch
from backend.identity.sessions import end_session
from backend.providers import attempts, sessions, standing, trials
from backend.providers.accounts import forget_groups, identity_of, lift, set_groups
from backend.providers.ldap.directories import NoPlace
from backend.providers.outward import Unreachable
from backend.providers.provisioned import forget_provisioned, provisioned_accounts, provisioning
from backend.providers.saml import answered
from backend.providers.service import Providers
from backend.providers.sessions import ID_TOKEN, REFRESH_SECONDS, REFRESH_TOKEN
from backend.providers.table import SESSIONS, ProviderSession

__all__ = ["Refreshing"]

AGAIN_SECONDS: Final = 60.0
_log = structlog.get_logger("craton.providers")


class Refreshing:
    """Runs on every replica at once: each claims whom it asks about."""

    def __init__(
        self, providers: Providers, db_sessions: async_sessionmaker[AsyncSession], org: str
    ) -> None:
        self._providers = providers
        self._db_sessions = db_sessions
        self._organisation = org
        self._looked = False

    async def run(self) -> None:
        """Ask again about everybody who is due, once. A provider that did not answer is not asked
        again in this run: others wait for it once. Before that, what is declared no more ends (the
        first time), and what is over is forgotten (from the second time on: that can wait)."""
        if self._looked:
            async with self._db_sessions() as db, db.begin():
                await attempts.forget_old(db)
                await sessions.forget_old(db)
                await trials.forget_old(db)
                await answered.forget_old(db)
        else:
            await self._forget_removed()
            self._looked = True
        started, silent = time.time(), set[str]()
        while chosen := await self._due(started):
            for session_id in chosen:
                try:
                    await self._one(session_id, silent)
                except Exception:  # noqa: BLE001 (logged; the others are asked all the same)
                    _log.exception("a session could not be asked about")
        while identity := await self._absent(started):
            try:
                await self._one_absent(identity, silent)
            except Exception:  # noqa: BLE001 (logged; the others are asked all the same)
                _log.exception("a person could not be asked about")

    async def _forget_removed(self) -> None:
        """End what providers left here that are declared no more (once, after the start)."""
        async with self._db_sessions() as db, db.begin():
            await hold_epoch(db)
            names = await self._providers.names(db)
            for name in await sessions.left_of_others(db, names):
                _log.info("a provider is gone: its sessions and groups end", provider=name)
                await raise_epoch(db)
                await sessions.end_of_provider(db, name)
                await db.execute(delete(GroupRecord).where(col(GroupRecord.provider) == name))
            known = {
                one.name: one.provider.identity_issuer
                for one in await self._providers.all(db)
                if one.provider is not None
            }
            for name, issuer in await provisioning(db):
                if name not in names or known.get(name, issuer) != issuer:
                    await self._forget_provisioned(db, name)

    async def _forget_provisioned(self, db: AsyncSession, name: str) -> None:
        """A replica that was started without a provider does this too: it has to be found later
        why a provisioning service is refused."""
        _log.warning("what a provider provisioned ends: it is not declared here", provider=name)
        people = await provisioned_accounts(db, name)
        await forget_provisioned(db, name)
        where = organisation(self._organisation)
        self._audit(db).did(
            "forget-provisioned",
            Target("identity-provider", name, name, where),
            right=Verb.DELETE,
            detail="It is declared no more, or with another issuer: its SCIM tokens and groups end"
            f" with what it said of {len(people)} people. Their accounts stay.",
        )

    async def _due(self, now: float) -> list[str]:
        """One that is due and that no other replica claims at this moment, if any. It is put off
        first, so that a failure is not met in a circle and nobody else asks with the same token:
        a provider that gives a new one for each use would end the session. One alone: of several
        the last would be claimed again while a slow provider is asked about the first."""
        async with self._db_sessions() as db, db.begin():
            query = select(col(ProviderSession.session_id)).where(col(ProviderSession.due) <= now)
            query = query.order_by(col(ProviderSession.due)).limit(1)
            query = query.with_for_update(skip_locked=True)
            chosen = list((await db.execute(query)).scalars())
            later = update(ProviderSession).where(col(ProviderSession.session_id).in_(chosen))
            if chosen:
                await db.execute(later.values(due=time.time() + AGAIN_SECONDS))
        return chosen

    async def _absent(self, now: float) -> IdentityRecord | None:
        """Somebody who is due, of a directory: other providers tell nothing without a session."""
        async with self._db_sessions() as db, db.begin():
            names = [
                known.name
                for known in await self._providers.all(db)
                if known.enabled and isinstance(known.provider, LdapProvider)
            ]
            if not names:
                return None
            return await standing.claim_absent(db, names, now, AGAIN_SECONDS)

    async def _one_absent(self, who: IdentityRecord, silent: set[str]) -> None:
        """Read the entry of somebody who has only a command line's session or API tokens."""
        async with self._db_sessions() as db:
            known = await self._providers.find(db, who.provider)
        provider = known.provider if known and known.enabled else None
        if known is None or not isinstance(provider, LdapProvider) or who.provider in silent:
            return
        if provider.identity_issuer != who.issuer:
            return  # of the directory that was there before: this one does not know them
        directories = self._providers.directories
        try:
            person = await directories.present(provider, who.subject, declared=known.declared)
        except NotAccepted as error:
            if who.refused is None:
                await self._refuse(who, str(error))
            return
        except (Unreachable, Unusable) as error:
            self._not_asked(who.provider, error, silent)
            return
        async with self._db_sessions() as db, db.begin():
            await hold_epoch(db)
            identity = await db.get(IdentityRecord, who.id)
            if identity is not None:
                identity.looked = time.time()
                await lift(db, identity)
                await self._groups_told(db, identity.user_id, provider, person)

    def _not_asked(self, provider: str, error: Exception, silent: set[str]) -> None:
        if isinstance(error, Unreachable) and not isinstance(error, NoPlace):
            silent.add(provider)
        _log.info("somebody was not asked about", provider=provider, reason=str(error))

    async def _one(self, session_id: str, silent: set[str]) -> None:
        async with self._db_sessions() as db:
            row = await db.get(ProviderSession, session_id)
            known = await self._providers.find(db, row.provider) if row else None
        if row is None or row.provider in silent:
            return
        enabled = known is not None and (known.enabled or bool(known.problem))
        provider = known.provider if known else None
        if known is None or not enabled or (provider and provider.identity_issuer != row.issuer):
            await self._end([row], "its provider is gone or switched off")
            return
        try:
            match provider:
                case None:
                    return
                case OidcProvider():
                    await self._refreshed(row, provider, declared=known.declared)
                case SamlProvider():
                    return  # nothing to ask with: its sessions and groups end by themselves
                case LdapProvider():
                    await self._looked_up(row, provider, declared=known.declared)
                case _:
                    assert_never(provider)
        except (Unreachable, Rejected, Unusable) as error:
            self._not_asked(row.provider, error, silent)

    async def _looked_up(
        self, row: ProviderSession, provider: LdapProvider, *, declared: bool
    ) -> None:
        """Read the person's entry. Who is not there any more, or may not sign in, is signed out
        everywhere, of the command line too, and their API tokens give nothing."""
        directories = self._providers.directories
        try:
            person = await directories.present(provider, row.subject, declared=declared)
        except NotAccepted as error:
            async with self._db_sessions() as db:
                found = (row.provider, row.issuer, row.subject)
                identity = await identity_of(db, *found)
            if identity is None:
                await self._end([row], str(error))
            else:
                await self._refuse(identity, str(error))
            return
        await self._follow(row, provider, person)

    async def _refreshed(
        self, row: ProviderSession, provider: OidcProvider, *, declared: bool
    ) -> None:
        """Give the refresh token for what the provider says now."""
        session_id = row.session_id
        async with self._db_sessions() as db:
            held = await self._providers.secrets.open(db, SESSIONS, session_id)
        if not held.get(REFRESH_TOKEN):
            return
        protocol = await self._providers.protocol()
        try:
            tokens = await protocol.refresh(
                provider, held[REFRESH_TOKEN], row.subject, declared=declared
            )
        except Refused as error:
            if error.gone:
                await self._end([row], str(error))
            return
        kept = {
            REFRESH_TOKEN: tokens.refresh_token or held[REFRESH_TOKEN],
            ID_TOKEN: tokens.id_token or held.get(ID_TOKEN, ""),
        }
        # Of a person it tells without groups it says that there are none any more; not so where
        # it tells nothing, or that they are too many for a token.
        person = read_person(tokens.claims, provider)
        told = not tokens.silent and (person.groups or not person.too_many)
        await self._follow(row, provider, person if told else None, kept)

    async def _follow(
        self,
        row: ProviderSession,
        provider: AnyProvider,
        person: Person | None,
        kept: dict[str, str] | None = None,
    ) -> None:
        """Take over what the provider says now: groups where it tells them, tokens where it gives
        new ones."""
        async with self._db_sessions() as db, db.begin():
            await hold_epoch(db)
            present = await db.get(ProviderSession, row.session_id)
            session = await db.get(SessionRecord, row.session_id)
            if present is None or session is None:
                return
            if kept is not None:
                await sessions.keep_tokens(db, self._providers.secrets, present, kept)
            present.due = time.time() + REFRESH_SECONDS
            if person is None:
                return
            await self._groups_told(db, session.user_id, provider, person)

    async def _groups_told(
        self, db: AsyncSession, user_id: str, provider: AnyProvider, person: Person
    ) -> None:
        new, gone = await set_groups(db, user_id, provider.name, person.groups)
        if new or gone:
            user = await db.get(UserRecord, user_id)
            told = [f"+{name}" for name in sorted(new)] + [f"-{name}" for name in sorted(gone)]
            self._audit(db).did(
                "update",
                self._target(user, "user"),
                detail=f"Groups of {provider.name} now: {', '.join(told)[:2000]}",
            )

    async def _refuse(self, who: IdentityRecord, reason: str) -> None:
        async with self._db_sessions() as db, db.begin():
            await hold_epoch(db)
            identity = await db.get(IdentityRecord, who.id)
            if identity is None:
                return
            ended = await standing.refuse(db, identity)
            user = await db.get(UserRecord, identity.user_id)
            told = f"Ended by {identity.provider}: {reason}"[:1900]
            self._audit(db).did(
                "close",
                self._target(user, "session"),
                detail=f"{told}. Sessions that ended: {ended}. API tokens give nothing until "
                f"{identity.provider} accepts the person again.",
            )

    async def _end(self, rows: Sequence[ProviderSession], reason: str) -> None:
        async with self._db_sessions() as db, db.begin():
            await hold_epoch(db)
            for row in rows:
                session = await db.get(SessionRecord, row.session_id)
                if session is None:
                    continue
                user = await db.get(UserRecord, session.user_id)
                await end_session(db, row.session_id)
                await forget_groups(db, session.user_id, row.provider)
                self._audit(db).did(
                    "close",
                    self._target(user, "session"),
                    detail=f"Ended by {row.provider}: {reason}"[:2000],
                )

    def _audit(self, db: AsyncSession) -> Audit:
        return Audit(db, Origin.system(self._organisation, "identity provider"))

    def _target(self, user: UserRecord | None, kind: str) -> Target:
        where = organisation(self._organisation)
        named = (user.id, user.login) if user else ("", "")
        return Target(kind, named[0] if kind == "user" else "", named[1], where)
