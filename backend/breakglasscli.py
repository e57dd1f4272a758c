"""`craton break-glass`: print a new code on the server, for who can sign in nowhere any more."""

from __future__ import annotations

import asyncio

from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import organisation
from auth.subject import Subject, SubjectKind
from backend.audit import Audit, Origin, Target
from backend.db.engine import create_db_sessions, create_engine
from backend.db.identity import UserRecord
from backend.identity.breakglass import read_break_glass, seal
from backend.identity.epoch import raise_epoch
from backend.settings import Settings

__all__ = ["print_code"]

_NONE = (
    "There is no break-glass account: an owner makes one under Access > Sign-in rules. Without any "
    "owner who can sign in, restore a backup. Is CRATON_HOME this console's?"
)


async def _sealed(db: AsyncSession, org: str) -> tuple[str, str] | None:
    row = await read_break_glass(db)
    user = await db.get(UserRecord, row.user_id) if row is not None else None
    if row is None or user is None:
        return None
    await raise_epoch(db, Subject(SubjectKind.USER, user.id))
    row = await read_break_glass(db)
    if row is None:
        return None
    code, ended = await seal(db, row, "craton break-glass")
    detail = f"A new code was printed on the server. Sessions ended: {ended}."
    audit = Audit(db, Origin.system(org, "craton break-glass"))
    audit.did(
        "seal-break-glass", Target("user", user.id, user.login, organisation(org)), detail=detail
    )
    return user.login, code


def print_code() -> tuple[int, str]:
    """How the command ends, and what it says: the account's name and its new code."""
    settings = Settings()

    async def run() -> tuple[str, str] | None:
        engine = create_engine(settings.database)
        try:
            async with create_db_sessions(engine)() as db, db.begin():
                return await _sealed(db, settings.organisation)
        finally:
            await engine.dispose()

    found = asyncio.run(run())
    if found is None:
        return 1, _NONE
    login, code = found
    return 0, (
        f"The break-glass account {login} is sealed anew. Its code, good once:\n\n  {code}\n\n"
        "Enter it on the sign-in page under “Emergency access (break-glass)”; then sign in with\n"
        "the account's password and authenticator app, within an hour."
    )
