"""Second factors of local accounts: which somebody has, and a code that is used up."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from auth.totp import matching_step, new_recovery_codes, plain
from backend.db.factors import TOTP_TABLE, Passkey, RecoveryCode, TotpFactor
from backend.errors import Unavailable
from backend.identity.tokens import digest
from backend.secrets.envelope import SecretProblem
from backend.secrets.store import Secrets

__all__ = [
    "PASSKEY",
    "RECOVERY",
    "SECRET",
    "TOTP",
    "add_totp",
    "codes_if_none",
    "codes_left",
    "factors_of",
    "forget_codes_if_alone",
    "remove_factors",
    "remove_totp",
    "renew_codes",
    "secret_at",
    "spend_code",
]

TOTP: Final = "totp"
PASSKEY: Final = "passkey"
RECOVERY: Final = "recovery"
_TOTP_LENGTH: Final = 6
SECRET: Final = "secret"  # noqa: S105 (the field's name)


async def factors_of(db: AsyncSession, users: Collection[str]) -> dict[str, frozenset[str]]:
    """The second factors of those who have any. A recovery code is none: it stands for one."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for kind, owner in ((TOTP, col(TotpFactor.user_id)), (PASSKEY, col(Passkey.user_id))):
        for user in (await db.execute(select(owner).where(owner.in_(users)))).scalars():
            found[user].add(kind)
    return {user: frozenset(kinds) for user, kinds in found.items()}


async def spend_code(db: AsyncSession, secrets: Secrets, user_id: str, code: str) -> str | None:
    """What `code` is of, used up by this (`TOTP` or `RECOVERY`); None for a wrong one, one that
    was used, and of two uses at once for the second. The caller's transaction commits."""
    typed = plain(code)
    if len(typed) == _TOTP_LENGTH:
        return TOTP if await _spend_step(db, secrets, user_id, typed) else None
    mine = (col(RecoveryCode.id) == _hashed(user_id, typed)) & (
        col(RecoveryCode.user_id) == user_id
    )
    spent = delete(RecoveryCode).where(mine).returning(col(RecoveryCode.id))
    found = await db.execute(spent.execution_options(synchronize_session=False))
    return RECOVERY if found.first() is not None else None


async def secret_at(db: AsyncSession, secrets: Secrets, table: str, row: str) -> str | None:
    """The sealed secret of an authenticator app at its place; 503 where it cannot be opened."""
    try:
        return (await secrets.open(db, table, row)).get(SECRET)
    except SecretProblem as error:
        raise Unavailable(
            "The console cannot open the secret of your authenticator app. Use a recovery code, "
            "and tell an owner of this console."
        ) from error


async def add_totp(
    db: AsyncSession, secrets: Secrets, user_id: str, secret: str, last_step: int
) -> None:
    """Make it the authenticator app of somebody who has none. The caller holds the epoch."""
    db.add(TotpFactor(user_id=user_id, used=time.time(), last_step=last_step))
    await secrets.put(db, TOTP_TABLE, user_id, {SECRET: secret})


async def renew_codes(db: AsyncSession, user_id: str) -> list[str]:
    """Ten new recovery codes in place of those before, told this one time. The caller holds the
    epoch: of two at once the second's are good."""
    await _forget_codes(db, user_id)
    codes = new_recovery_codes()
    db.add_all(RecoveryCode(id=_hashed(user_id, plain(one)), user_id=user_id) for one in codes)
    await db.flush()
    return codes


async def codes_if_none(db: AsyncSession, user_id: str) -> list[str]:
    """Ten recovery codes for who has none left; else none: those they have stay good."""
    return [] if await codes_left(db, user_id) else await renew_codes(db, user_id)


async def forget_codes_if_alone(db: AsyncSession, user_id: str) -> None:
    """Take the recovery codes away where nothing is left that they stand for."""
    if not await factors_of(db, [user_id]):
        await _forget_codes(db, user_id)


async def codes_left(db: AsyncSession, user_id: str) -> int:
    """How many recovery codes are not used yet."""
    query = select(func.count()).select_from(RecoveryCode)
    query = query.where(col(RecoveryCode.user_id) == user_id)
    return (await db.execute(query)).scalar_one()


async def remove_totp(db: AsyncSession, secrets: Secrets, user_id: str) -> bool:
    """Take somebody's authenticator app away; whether they had one. The caller holds the epoch."""
    gone = delete(TotpFactor).where(col(TotpFactor.user_id) == user_id)
    found = await db.execute(gone.returning(col(TotpFactor.user_id)))
    await secrets.remove(db, TOTP_TABLE, user_id)
    return found.first() is not None


async def remove_factors(db: AsyncSession, secrets: Secrets, user_id: str) -> frozenset[str]:
    """Take all second factors of somebody away, recovery codes too; which they had. The caller
    holds the epoch."""
    had = (await factors_of(db, [user_id])).get(user_id, frozenset())
    await remove_totp(db, secrets, user_id)
    await db.execute(delete(Passkey).where(col(Passkey.user_id) == user_id))
    await _forget_codes(db, user_id)
    return had


async def _spend_step(db: AsyncSession, secrets: Secrets, user_id: str, code: str) -> bool:
    secret = await secret_at(db, secrets, TOTP_TABLE, user_id)
    now = time.time()
    step = matching_step(secret, code, now) if secret else None
    if step is None:
        return False
    mine = (col(TotpFactor.user_id) == user_id) & (col(TotpFactor.last_step) < step)
    took = update(TotpFactor).where(mine).values(last_step=step, used=now)
    found = await db.execute(
        took.returning(col(TotpFactor.user_id)).execution_options(synchronize_session=False)
    )
    return found.first() is not None


async def _forget_codes(db: AsyncSession, user_id: str) -> None:
    await db.execute(delete(RecoveryCode).where(col(RecoveryCode.user_id) == user_id))


def _hashed(user_id: str, code: str) -> str:
    return digest(f"{user_id} {code}")
