"""The caller's password or second factor, asked for once more: limited, recorded where wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, NoReturn

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.passkeys import NotBelieved, Site
from auth.principal import CredentialKind, Principal
from auth.scope import organisation
from auth.verb import Verb
from backend.audit import Audit, Refusals, Target
from backend.db.identity import UserRecord
from backend.db.session import DbSessions
from backend.errors import Conflict, Forbidden, TooManyRequests, Unprocessable
from backend.identity.factors import RECOVERY, factors_of, spend_code
from backend.identity.hashing import Hashing
from backend.identity.limits import AttemptLimits, Limit
from backend.identity.passkeys import CONFIRM, use_passkey
from backend.identity.sessions import DEVICE
from backend.parts import part
from backend.secrets.store import Secrets

__all__ = [
    "WRONG_CODE",
    "WRONG_PASSKEY",
    "CodeCheck",
    "Confirming",
    "ConfirmingCode",
    "PasswordCheck",
    "code_guesses",
    "only_people",
    "own_limits",
    "refuse_many",
    "wrong",
]

_BURST: Final = 10
_EVERY: Final = 30.0
_CODES_EVERY: Final = 180.0
WRONG_CODE: Final = "The code is wrong, or was used already."
WRONG_PASSKEY: Final = "This passkey was not accepted, or it took too long: try again."


@dataclass(frozen=True, slots=True)
class PasswordCheck:
    """What checking a password works with."""

    attempts: AttemptLimits
    hashing: Hashing
    refusals: Refusals

    async def confirm(
        self,
        db: AsyncSession,
        caller: Principal,
        password: str,
        audit: Audit,
        field: str = "password",
    ) -> None:
        """Return when the password is the caller's: 422 when it is not, 429 after too many, 409
        when the console has none of theirs. No connection is held while it is checked."""
        only_people(caller)
        user = await db.get(UserRecord, caller.subject.id)
        if user is None or user.password_hash is None:
            raise Conflict("The console has no password of yours: sign in again instead.")
        stored = user.password_hash
        await db.rollback()  # gives its connection back
        limits = own_limits(caller)
        with self.hashing.place(caller.subject.id, known=True):
            await refuse_many(self.attempts, limits)
            right = await self.hashing.verify(password, stored, known=True)
        if not right:
            await self.refusals.record(audit.origin, "step-up", _target(caller))
            raise wrong(field, "The password is wrong.")
        await self.attempts.give_back(limits)


async def _password_check(
    attempts: Annotated[AttemptLimits, part(AttemptLimits)],
    hashing: Annotated[Hashing, part(Hashing)],
    refusals: Annotated[Refusals, part(Refusals)],
) -> PasswordCheck:
    return PasswordCheck(attempts, hashing, refusals)


Confirming = Annotated[PasswordCheck, Depends(_password_check)]
"""Route parameter."""


@dataclass(frozen=True, slots=True)
class CodeCheck:
    """What checking a second factor works with."""

    db_sessions: async_sessionmaker[AsyncSession]
    attempts: AttemptLimits
    secrets: Secrets
    refusals: Refusals

    async def asked(self, db: AsyncSession, caller: Principal) -> bool:
        """Whether the caller's account has a second factor, so that no password stands for it."""
        return bool(await factors_of(db, [caller.subject.id]))

    async def confirm(self, caller: Principal, code: str, audit: Audit) -> None:
        """Return when it is a code of the caller's, which is used up by this: 422 when it is not,
        429 after too many. In a transaction of its own: nobody may wait for it."""
        only_people(caller)
        limits = code_guesses(caller)
        await refuse_many(self.attempts, limits)
        async with self.db_sessions() as db, db.begin():
            spent = await spend_code(db, self.secrets, caller.subject.id, code)
            if spent == RECOVERY:
                # Recorded where it is used up, whatever becomes of the request.
                theirs = Audit(db, audit.origin)
                theirs.did("use-recovery-code", _account(caller), right=Verb.GET)
        if spent is None:
            await self.refuse(audit, caller)
        await self.attempts.give_back(limits)

    async def confirm_passkey(
        self, caller: Principal, credential: dict[str, Any], site: Site | None, audit: Audit
    ) -> None:
        """Return when a passkey of the caller's answered: 422 when not, 429 after too many. The
        challenge is used up by it, in a transaction of its own."""
        only_people(caller)
        limits = own_limits(caller)
        await refuse_many(self.attempts, limits)
        bound, refused = caller.credential.id, None
        async with self.db_sessions() as db, db.begin():
            try:
                await use_passkey(
                    db, site, credential, purpose=CONFIRM, bound=bound, user_id=caller.id
                )
            except NotBelieved as error:  # the challenge is used up all the same
                refused = error
        if refused is not None:
            action, why = refused.action("step-up"), f"By a passkey: {refused}."
            await self.refusals.record(audit.origin, action, _target(caller), why)
            raise wrong("credential", WRONG_PASSKEY)
        await self.attempts.give_back(limits)

    async def refuse(self, audit: Audit, caller: Principal) -> NoReturn:
        """Record that a code was wrong, and say so."""
        await self.refusals.record(audit.origin, "step-up", _target(caller))
        raise wrong("code", WRONG_CODE)


async def _code_check(
    db_sessions: DbSessions,
    attempts: Annotated[AttemptLimits, part(AttemptLimits)],
    *,
    secrets: Annotated[Secrets, part(Secrets)],
    refusals: Annotated[Refusals, part(Refusals)],
) -> CodeCheck:
    return CodeCheck(db_sessions, attempts, secrets, refusals)


ConfirmingCode = Annotated[CodeCheck, Depends(_code_check)]
"""Route parameter."""


def only_people(caller: Principal) -> None:
    """403 for who calls with a token, or on a command line: only somebody who is signed in in a
    browser shows who they are."""
    if caller.credential.kind is not CredentialKind.SESSION or caller.assurance.method == DEVICE:
        raise Forbidden("Only a person who is signed in can confirm who they are.")


def own_limits(caller: Principal) -> list[Limit]:
    """What a signed-in person's attempts to show who they are count against: their own."""
    return [Limit("device", f"step-up {caller.subject.id}", _BURST, _EVERY)]


def code_guesses(caller: Principal) -> list[Limit]:
    """What guesses of their second factor's code count against: a session alone is enough to
    guess, and three of a million codes are right at a time."""
    return [Limit("device", f"step-up code {caller.subject.id}", _BURST, _CODES_EVERY)]


async def refuse_many(attempts: AttemptLimits, limits: list[Limit]) -> None:
    """Count an attempt, or 429."""
    wait = await attempts.take(limits)
    if wait:
        raise TooManyRequests(
            f"Too many attempts failed. Try again in {wait} seconds.",
            headers={"Retry-After": str(wait)},
            retry_after=wait,
        )


def wrong(field: str, message: str) -> Unprocessable:
    """What was given is not right, said at its field."""
    return Unprocessable(message, errors=[{"field": field, "message": message}])


def _target(caller: Principal) -> Target:
    return Target("session", caller.credential.id, caller.login, organisation(caller.organisation))


def _account(caller: Principal) -> Target:
    return Target("user", caller.subject.id, caller.login, organisation(caller.organisation))
