"""From what a caller presents to a principal: one resolver and one cache, whatever it is."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.kinds import Catalogue
from auth.principal import Credential, CredentialKind, Principal
from backend.db.identity import SessionRecord, TokenRecord, UserRecord
from backend.identity.epoch import ChangedRights, read_epoch
from backend.identity.loading import Loaded, PrincipalLoader
from backend.identity.owned import Selection
from backend.identity.sessions import (
    DEVICE,
    SessionLimits,
    end_session,
    open_session,
    remove_old_sessions,
)
from backend.identity.steps import forget_old_steps
from backend.identity.tokens import digest, remove_old_tokens

__all__ = ["Identities", "Presented"]

_TOUCH_SECONDS: Final = 30.0
"""How often the last-used time of a credential in use is written."""
_CLOCKS_DIFFER: Final = 600.0
"""Seconds, over replicas and corrections."""
_TOLD_SECONDS: Final = 0.1
_ATTEMPTS: Final = 5
"""Loads that a change of rights overtook, before the newest is asked for again later."""


@dataclass(frozen=True, slots=True)
class Presented:
    """A secret as it came with the request, and what it claims to be."""

    kind: CredentialKind
    secret: str

    @property
    def credential(self) -> Credential:
        """The credential it would be: sessions and tokens are known by their hash alone."""
        return Credential(self.kind, digest(self.secret))


@dataclass(slots=True)
class _Known:
    loaded: Loaded
    last_used: float
    written: float
    address: str = ""


class Identities:
    """Resolves credentials and keeps the principals; one per process.

    A principal is kept until something it depends on changes at a later epoch (`heard`), a
    binding of it expires, its team's selectors may fit other namespaces (`selection`), or the
    credential ends. `clock` gives Unix seconds.
    """

    def __init__(
        self,
        db_sessions: async_sessionmaker[AsyncSession],
        organisation: str,
        limits: SessionLimits,
        catalogue: Catalogue,
        clock: Callable[[], float] = time.time,
        *,
        selection: Selection | None = None,
    ) -> None:
        self._db_sessions = db_sessions
        self._limits = limits
        self._clock = clock
        self._selection = selection or Selection()
        self._loader = PrincipalLoader(
            db_sessions,
            organisation,
            catalogue,
            clock,
            groups_last=limits.groups,
            selection=self._selection,
        )
        self._changed = ChangedRights()
        self._known: dict[Credential, _Known] = {}

    @property
    def lifetime(self) -> float:
        """Absolute life of a session in seconds: the cookie's Max-Age."""
        return self._limits.absolute

    async def open(
        self,
        db: AsyncSession,
        user: UserRecord,
        address: str,
        agent: str,
        *,
        method: str = "password",
        strong_at: float | None = None,
        provider: str = "",
        until: float | None = None,
    ) -> str:
        """Record a session for `user`, which ends at `until` at the latest; the cookie's value. The
        caller's transaction commits."""
        now = self._clock()
        ends = now + self._limits.absolute
        ends = ends if until is None else min(ends, until)
        return open_session(
            db, user, address, agent, now=now, ends=ends, method=method, strong_at=strong_at,
            provider=provider,
        )  # fmt: skip

    async def end(self, db: AsyncSession, credential: Credential) -> None:
        """End one session, everywhere."""
        await end_session(db, credential.id)
        self._known.pop(credential, None)

    def knows(self, presented: Presented) -> bool:
        """Whether it was found before: told without asking the database."""
        return presented.credential in self._known

    async def on_record(self, presented: Presented) -> bool:
        """Whether there is such a token, be it over or its owner's account switched off."""
        query = select(col(TokenRecord.id)).where(col(TokenRecord.id) == presented.credential.id)
        async with self._db_sessions() as db:
            return (await db.execute(query)).first() is not None

    async def resolve(
        self, presented: Presented, address: str = "", *, used: bool = True
    ) -> Principal | None:
        """The caller, or None when the credential is unknown or over.

        Counts as use of it, at `address`, unless it is not `used`: nobody is there.
        """
        known = await self._lookup(presented.credential)
        if known is None:
            return None
        if not used:
            return known.loaded.principal
        known.last_used = self._clock()
        known.address = address or known.address
        await self._write(known)
        return known.loaded.principal

    async def current(self, principal: Principal) -> Principal | None:
        """The same caller with the rights in force now, or None when the credential is over.

        Does not count as use: an open page alone does not keep a session alive. Of a session that
        goes on under another id the caller is told by that one.
        """
        known = await self._lookup(principal.credential)
        if known is not None and known.loaded.replaced_by is not None:
            known = await self._lookup(known.loaded.replaced_by)
        return known.loaded.principal if known else None

    def touch(self, principal: Principal) -> None:
        """Count something the caller did on a socket as use of the credential."""
        known = self._known.get(principal.credential)
        if known is not None:
            known.last_used = self._clock()

    def heard(self, keys: Iterable[str] | None) -> None:
        """A notice of the policy topic came: those it concerns are loaded anew when they next
        ask. None, "look at all": everybody, once `refresh` has read the epoch."""
        if keys is not None:
            self._changed.heard(keys)

    async def refresh(self) -> None:
        """Read the epoch; everybody loaded before it is loaded anew when they next ask."""
        async with self._db_sessions() as db:
            self._changed.everybody(await read_epoch(db))

    async def overtaken(self) -> bool:
        """Whether rights changed with no notice of it: by another program on the same database,
        where that tells nobody. A change of this process is told a moment after its commit."""
        if not await self._behind():
            return False
        await asyncio.sleep(_TOLD_SECONDS)
        return await self._behind()

    async def sweep(self) -> None:
        """Remove what is over from memory, and old sessions from the database."""
        for known in list(self._known.values()):
            await self._write(known)
        now = self._clock()
        self._known = {k: v for k, v in self._known.items() if self._alive(v, now)}
        async with self._db_sessions() as db, db.begin():
            await remove_old_sessions(db, self._limits, now=now, latest_end=self._latest_end(now))
            await remove_old_tokens(db, now=now)
            await forget_old_steps(db, now)

    async def _behind(self) -> bool:
        async with self._db_sessions() as db:
            return await read_epoch(db) > self._changed.newest

    async def _lookup(self, credential: Credential) -> _Known | None:
        known = self._known.get(credential)
        now = self._clock()
        if known is None or not self._alive(known, now) or self._outdated(known.loaded, now):
            known = await self._reload(credential, known)
        if known is None or not self._alive(known, self._clock()):
            self._known.pop(credential, None)
            return None
        return known

    async def _reload(self, credential: Credential, before: _Known | None) -> _Known | None:
        """Load until nothing changed meanwhile; the last-used time in memory is the newer."""
        loaded = await self._loader.load(credential)
        for _ in range(_ATTEMPTS):
            if loaded is None:
                return None
            if not self._outdated(loaded, self._clock()):
                break
            loaded = await self._loader.load(credential)
        if loaded is None:
            return None
        stored = loaded.last_used or 0.0  # a token may never have been used
        used = max(stored, before.last_used if before else 0.0)
        known = _Known(loaded, used, stored, before.address if before else "")
        self._known[credential] = known
        return known

    def _outdated(self, loaded: Loaded, now: float) -> bool:
        if loaded.selection is not None and loaded.selection != self._selection.version:
            return True
        return now >= loaded.until or self._changed.outdated(
            loaded.principal.policy.epoch, loaded.depends
        )

    def _alive(self, known: _Known, now: float) -> bool:
        if now >= known.loaded.expires:
            return False
        if known.loaded.principal.credential.kind is CredentialKind.SESSION:
            device = known.loaded.principal.assurance.method == DEVICE
            idle = self._limits.device if device else self._limits.idle
            in_time = known.loaded.expires <= self._latest_end(now)
            return in_time and now < known.last_used + idle
        return True

    def _latest_end(self, now: float) -> float:
        """When a session can end at the latest: one that ends later was opened by a clock that
        was wrong, and would outlive all others."""
        return now + self._limits.absolute + _CLOCKS_DIFFER

    async def _write(self, known: _Known) -> None:
        if known.last_used - known.written < _TOUCH_SECONDS:
            return
        known.written = known.last_used
        credential = known.loaded.principal.credential
        at = {"last_address": known.address[:64]} if known.address else {}
        if credential.kind is CredentialKind.SESSION:
            sessions = update(SessionRecord).where(col(SessionRecord.id) == credential.id)
            change = sessions.values(last_seen=known.last_used, **at)
        else:
            tokens = update(TokenRecord).where(col(TokenRecord.id) == credential.id)
            change = tokens.values(last_used=known.last_used, **at)
        async with self._db_sessions() as db, db.begin():
            await db.execute(change)
