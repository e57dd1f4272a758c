"""Server-side sessions: open, resolve, end."""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.kinds import Catalogue
from auth.principal import Principal
from auth.role import built_in
from backend.db.identity import BindingRecord, SessionRecord, UserRecord
from backend.identity.epoch import raise_epoch, read_epoch
from backend.identity.principals import make_principal
from backend.identity.tokens import digest, new_token

__all__ = ["Identities", "SessionLimits"]

_TOUCH_SECONDS = 30.0
"""How often the last-seen time of a session in use is written."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Idle and absolute life of a session, in seconds."""

    idle: float
    absolute: float


@dataclass(slots=True)
class _Known:
    principal: Principal
    user_id: str
    expires: float
    last_seen: float
    written: float


class Identities:
    """Resolves session cookies; one per process. `forget` and `refresh` follow the bus."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        organisation: str,
        limits: SessionLimits,
        catalogue: Catalogue,
    ) -> None:
        self._sessions = sessions
        self._organisation = organisation
        self._limits = limits
        self._catalogue = catalogue
        self._epoch = -1
        self._known: dict[str, _Known] = {}

    @property
    def lifetime(self) -> float:
        """Absolute life of a session in seconds: the cookie's Max-Age."""
        return self._limits.absolute

    async def open(self, db: AsyncSession, user: UserRecord, address: str, agent: str) -> str:
        """Record a session for `user`; the cookie's value. The caller's transaction commits."""
        token, now = new_token(), time.time()
        db.add(
            SessionRecord(
                id=digest(token),
                user_id=user.id,
                created=now,
                last_seen=now,
                expires=now + self._limits.absolute,
                address=address[:64],
                agent=agent[:256],
            )
        )
        return token

    async def resolve(self, token: str) -> Principal | None:
        """The caller behind a cookie, or None when the session is unknown or over.

        Counts as use of the session.
        """
        known = await self._lookup(digest(token))
        if known is None:
            return None
        known.last_seen = time.time()
        await self._write(known)
        return known.principal

    async def current(self, principal: Principal) -> Principal | None:
        """The same caller with the rights in force now, or None when the session is over.

        Does not count as use: an open page alone keeps nobody signed in.
        """
        known = await self._lookup(principal.session)
        return known.principal if known else None

    def touch(self, principal: Principal) -> None:
        """Count something the caller did on a socket as use of the session."""
        known = self._known.get(principal.session)
        if known is not None:
            known.last_seen = time.time()

    async def end(self, db: AsyncSession, session_id: str) -> None:
        """End one session, everywhere."""
        await db.execute(delete(SessionRecord).where(col(SessionRecord.id) == session_id))
        await raise_epoch(db)
        self._known.pop(session_id, None)

    def forget(self) -> None:
        """Rights or sessions changed: every cached principal is compiled anew on next use."""
        self._known.clear()

    async def refresh(self) -> None:
        """Read the epoch; when it grew, every cached principal is compiled anew on next use."""
        async with self._sessions() as db:
            epoch = await read_epoch(db)
        if epoch != self._epoch:
            self._known.clear()
            self._epoch = epoch

    async def sweep(self) -> None:
        """Remove sessions that are over, from memory and database."""
        now = time.time()
        for known in list(self._known.values()):
            await self._write(known)
        self._known = {k: v for k, v in self._known.items() if self._alive(v, now)}
        idle_since = now - self._limits.idle
        over = (col(SessionRecord.expires) < now) | (col(SessionRecord.last_seen) < idle_since)
        async with self._sessions() as db, db.begin():
            await db.execute(delete(SessionRecord).where(over))

    async def _lookup(self, session_id: str) -> _Known | None:
        known = self._known.get(session_id)
        if known is None or not self._alive(known, time.time()):
            known = await self._load(session_id)  # another replica may have seen it in use
            if known is not None:
                self._known[session_id] = known
        if known is None or not self._alive(known, time.time()):
            return None
        return known

    def _alive(self, known: _Known, now: float) -> bool:
        return now < known.expires and now < known.last_seen + self._limits.idle

    async def _load(self, session_id: str) -> _Known | None:
        async with self._sessions() as db:
            epoch = await read_epoch(db)
            record = await db.get(SessionRecord, session_id)
            user = await db.get(UserRecord, record.user_id) if record else None
            if record is None or user is None or user.disabled:
                return None
            query = select(BindingRecord).where(col(BindingRecord.user_id) == user.id)
            bindings = (await db.execute(query)).scalars().all()
        principal = make_principal(
            user,
            record,
            bindings,
            roles=built_in(self._catalogue),
            organisation=self._organisation,
            epoch=epoch,
        )
        return _Known(principal, user.id, record.expires, record.last_seen, record.last_seen)

    async def _write(self, known: _Known) -> None:
        if known.last_seen - known.written < _TOUCH_SECONDS:
            return
        known.written = known.last_seen
        change = (
            update(SessionRecord)
            .where(col(SessionRecord.id) == known.principal.session)
            .values(last_seen=known.last_seen)
        )
        async with self._sessions() as db, db.begin():
            await db.execute(change)
