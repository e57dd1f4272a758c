"""Server-side sessions in the database: open, end, sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.principal import Credential, CredentialKind
from auth.tokens import make_device_token
from backend.db.identity import SessionRecord, UserRecord
from backend.db.signin import DeviceRequest
from backend.identity.epoch import raise_epoch
from backend.identity.tokens import digest, new_token

__all__ = [
    "DEVICE",
    "LOCAL",
    "PASSKEY",
    "PASSWORD",
    "SessionLimits",
    "end_session",
    "end_sessions",
    "open_session",
    "remove_old_sessions",
    "renew_session",
    "replace_session",
    "weaken_sessions",
    "with_factor",
]

DEVICE: Final = "device"
"""The method of a command line's session, which another session of its person let in."""
PASSWORD: Final = "password"  # noqa: S105 (a method of signing in)
"""The method of a session that a password alone opened, of an account that has nothing more."""


def with_factor(factor: str) -> str:
    """The method of a session that a password and a second factor opened."""
    return f"{PASSWORD}+{factor}"


PASSKEY: Final = "passkey"
"""The method of a session that a passkey opened: two factors by itself."""
LOCAL: Final = frozenset(
    {PASSWORD, PASSKEY, *(with_factor(factor) for factor in ("totp", "recovery", PASSKEY))}
)
"""How sessions say that a local account opened them: a strong factor was given at that moment."""
GRACE: Final = 60.0
"""Seconds that an id which was replaced serves requests under way and finds open sockets."""


@dataclass(frozen=True, slots=True)
class SessionLimits:
    """Idle and absolute life of a session, in seconds; `device` is the idle life of a command
    line's, which is not asked something all the time as an open page is. `groups` is for how long
    a provider's word about a person's groups holds for credentials it is not asked about again.
    """

    idle: float
    absolute: float
    device: float = 28800.0
    groups: float = 86400.0


def open_session(
    db: AsyncSession,
    user: UserRecord,
    address: str,
    agent: str,
    *,
    now: float,
    ends: float,
    method: str = "password",
    strong_at: float | None = None,
    provider: str = "",
) -> str:
    """Record a session for `user`; the cookie's value. The caller's transaction commits.
    `method` is how they signed in, `provider` by whom, `strong_at` when they gave a strong factor
    for it: where that is a provider's word, which may be of days ago, and otherwise now."""
    token = make_device_token() if method == DEVICE else new_token()
    db.add(
        SessionRecord(
            id=digest(token),
            user_id=user.id,
            created=now,
            last_seen=now,
            expires=ends,
            address=address[:64],
            last_address=address[:64],
            agent=agent[:256],
            method=method,
            provider=provider,
            strong_at=now if method in LOCAL else strong_at,
        )
    )
    return token


async def end_session(db: AsyncSession, identifier: str) -> None:
    """End one session, everywhere, once the caller's transaction commits."""
    await raise_epoch(db, _credential(identifier))
    query = select(col(SessionRecord.replaced_by)).where(col(SessionRecord.id) == identifier)
    after = (await db.execute(query)).scalar_one_or_none()
    if after:
        await raise_epoch(db, _credential(after))
    ids = [identifier, after] if after else [identifier]
    theirs = or_(col(SessionRecord.id).in_(ids), col(SessionRecord.replaced_by).in_(ids))
    await db.execute(delete(SessionRecord).where(theirs))


async def renew_session(db: AsyncSession, identifier: str, now: float) -> str | None:
    """Let the session go on under a new id, with a strong factor given `now`: the new value of its
    cookie (security reference, C1). None where it is over, or replaced already.

    Requests under way and other tabs' sockets find the old id for a minute (`GRACE`), with what it
    was worth before. The caller's transaction commits.
    """
    await raise_epoch(db, _credential(identifier))  # the lock: of two at once the second finds None
    record = await db.get(SessionRecord, identifier, populate_existing=True)
    if record is None or record.replaced_by is not None:
        return None
    token = new_token()
    after = digest(token)
    facts = record.model_dump(exclude={"id", "strong_at", "last_seen"})
    db.add(SessionRecord(id=after, strong_at=now, last_seen=now, **facts))
    await _replace(db, record, after, now)
    return token


async def replace_session(db: AsyncSession, identifier: str, token: str, now: float) -> None:
    """Let the session that `token` opened take the place of one of the same person, who signed in
    anew in the same browser; nothing where that is not one. The caller's transaction commits."""
    await raise_epoch(db, _credential(identifier))
    record = await db.get(SessionRecord, identifier, populate_existing=True)
    await db.flush()
    new = await db.get(SessionRecord, digest(token))
    theirs = record is not None and new is not None and record.user_id == new.user_id
    if record is None or not theirs or record.replaced_by is not None or record.method == DEVICE:
        return
    await _replace(db, record, digest(token), now)


async def _replace(db: AsyncSession, record: SessionRecord, after: str, now: float) -> None:
    await db.flush()
    before = or_(col(SessionRecord.id) == record.id, col(SessionRecord.replaced_by) == record.id)
    await db.execute(update(SessionRecord).where(before).values(replaced_by=after))
    record.expires = min(record.expires, now + GRACE)
    await db.flush()


def _credential(identifier: str) -> Credential:
    return Credential(CredentialKind.SESSION, identifier)


async def end_sessions(db: AsyncSession, user_id: str, *, but: str = "") -> int:
    """End the sessions of a user, `but` one, and the command lines they let in that have not asked
    for theirs yet; how many sessions people see end. The caller raises the epoch for the user."""
    # First: one that becomes a session at this moment is waited for, and ends as a session.
    let_in = (col(DeviceRequest.user_id) == user_id) & (col(DeviceRequest.decision) == "allowed")
    refuse = update(DeviceRequest).where(let_in).values(decision="denied")
    await db.execute(refuse.execution_options(synchronize_session=False))
    theirs = (col(SessionRecord.user_id) == user_id) & (col(SessionRecord.id) != but)
    ended = delete(SessionRecord).where(theirs).returning(col(SessionRecord.replaced_by))
    gone = await db.execute(ended.execution_options(synchronize_session=False))
    return sum(after is None for after in gone.scalars())


async def weaken_sessions(db: AsyncSession, user_id: str, *, but: str = "") -> None:
    """What the sessions of a user showed before, all `but` one, is less than is asked from now on:
    before they do what asks for it, they show the new factor. The caller raises the epoch."""
    others = (col(SessionRecord.user_id) == user_id) & (col(SessionRecord.id) != but)
    await db.execute(update(SessionRecord).where(others).values(strong_at=None))


async def remove_old_sessions(
    db: AsyncSession, limits: SessionLimits, *, now: float, latest_end: float
) -> None:
    """Remove the records of sessions that are over, or end later than any can."""
    ends = col(SessionRecord.expires)
    seen, device = col(SessionRecord.last_seen), col(SessionRecord.method) == DEVICE
    idle = and_(device, seen < now - limits.device) | and_(~device, seen < now - limits.idle)
    over = (ends < now) | (ends > latest_end) | idle
    await db.execute(delete(SessionRecord).where(over))
