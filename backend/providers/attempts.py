"""Attempts to sign in, kept here and not in the browser: good once, ten minutes, in the browser
that began them. Each press of a button is one, so that several tabs do not disturb each other."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.identity.tokens import digest, new_token
from backend.providers.table import LoginAttempt

__all__ = ["ATTEMPT_SECONDS", "Begun", "begin", "forget_old", "take"]

ATTEMPT_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class Begun:
    """What an attempt tells the provider; `verifier` stays here."""

    state: str
    nonce: str
    verifier: str


def begin(
    db: AsyncSession,
    *,
    provider: str,
    version: str,
    browser: str,
    redirect: str,
    next_path: str,
    trial_by: str = "",
    link_to: str = "",
) -> Begun:
    """A new attempt of the browser with that cookie. The caller's transaction commits."""
    begun = Begun(new_token(), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    db.add(
        LoginAttempt(
            id=digest(begun.state),
            provider=provider,
            version=version,
            browser=digest(browser),
            nonce=begun.nonce,
            verifier=begun.verifier,
            redirect=redirect,
            next=next_path,
            trial_by=trial_by,
            link_to=link_to,
            expires=time.time() + ATTEMPT_SECONDS,
        )
    )
    return begun


async def take(
    db: AsyncSession, state: str, *, provider: str, browser: str | None
) -> LoginAttempt | None:
    """The attempt that `state` names, used up by this; None when there is none, it is over,
    another provider's or another browser's. Of two answers at once one gets it."""
    if not browser:
        return None
    wanted = delete(LoginAttempt).where(
        col(LoginAttempt.id) == digest(state),
        col(LoginAttempt.provider) == provider,
        col(LoginAttempt.browser) == digest(browser),
        col(LoginAttempt.expires) > time.time(),
    )
    found = await db.execute(wanted.returning(LoginAttempt))
    return found.scalar_one_or_none()


async def forget_old(db: AsyncSession) -> None:
    """Remove attempts that nobody came back from."""
    await db.execute(delete(LoginAttempt).where(col(LoginAttempt.expires) < time.time()))
