"""Signing in with the user name and password of a directory.

Whoever is refused is told the same, whatever it was: that the name is unknown, the password wrong,
or the account disabled, locked or expired there. The reason is in the activity record.
"""

from __future__ import annotations

import time
from typing import Final

import structlog
from fastapi import Request, Response

from auth.ldap.problems import NotAccepted, Unusable
from auth.ldap.provider import LdapProvider
from auth.principal import Principal
from backend.errors import (
    Conflict,
    Forbidden,
    NotFoundProblem,
    Unauthenticated,
    UpstreamBroken,
)
from backend.features.providers.entrance import Entrance, address_of
from backend.features.providers.guessing import Guess, begun
from backend.features.providers.linking import LinkAsked, Linking, link
from backend.features.providers.opening import Proved, opened, recorded
from backend.features.providers.schemas import PasswordSignIn
from backend.http.confirming import wrong
from backend.http.connections import address_group
from backend.identity.principals import BY_DIRECTORY
from backend.providers.accounts import NotLetIn
from backend.providers.ldap.directories import Looked
from backend.providers.outward import Unreachable
from backend.providers.records import KnownProvider
from backend.providers.sessions import REFRESH_SECONDS

__all__ = ["link_by_password", "sign_in", "tried"]

_WRONG: Final = "The user name or the password is wrong."
_NOT_LET_IN: Final = {
    "unknown": "Only people who are known here already may sign in with {label}. Ask an owner of "
    "this console to let you in.",
    "disabled": "Your account here is switched off. Ask an owner of this console.",
    "old": "The way to sign in was changed at this moment. Try again.",
}
_NOT_LINKED: Final = {
    "disabled": "The provider has deactivated this person.",
    "emergency": "The break-glass account is known to no provider.",
    "known": "It is linked to your account already.",
    "old": "The provider was changed at this moment. Try again.",
    "second": "Your account is linked to somebody else of this provider: remove that link first.",
    "taken": "Somebody signs in with it here already: sign in with it, or ask an owner of this "
    "console to remove that account.",
}
_log = structlog.get_logger("craton.providers")


async def sign_in(
    entry: Entrance,
    request: Request,
    response: Response,
    known: KnownProvider,
    body: PasswordSignIn,
) -> None:
    """Open a session and set its cookie. 401 for every wrong input, 403 for somebody the console
    does not let in, 429 when limited, 502 when the directory does not answer, 503 when too many
    passwords are being checked."""
    proved = await _proved(entry, request, known, body)
    try:
        await opened(entry, request, response, proved)
    except NotLetIn as error:
        await recorded(entry, request, known.name, str(error), proved.person.login)
        label = proved.provider.button
        raise Forbidden(_NOT_LET_IN[error.code].format(label=label)) from error


async def link_by_password(
    entry: Entrance, request: Request, known: KnownProvider, body: PasswordSignIn, caller: Principal
) -> None:
    """Link whom the directory knows by these to the caller's account. 422 for every wrong input,
    409 where that person cannot be linked; else as `sign_in`."""
    by = Linking(caller, time.time())
    try:
        proved = await _proved(entry, request, known, body)
    except Unauthenticated as error:  # whoever asks is signed in and stays so
        raise wrong("password", _WRONG) from error
    asked = LinkAsked(known.name, known.version, proved.person, proved.strong_at)
    try:
        await link(entry, request, by, asked)
    except NotLetIn as error:
        why = f"nothing was linked: {error}"
        await recorded(entry, request, known.name, why, caller.login)
        raise Conflict(_NOT_LINKED[error.code]) from error


async def _proved(
    entry: Entrance, request: Request, known: KnownProvider, body: PasswordSignIn
) -> Proved:
    """Whom the directory knows by these; raises as `sign_in` does."""
    provider = known.provider
    if not isinstance(provider, LdapProvider):
        raise NotFoundProblem("Nobody signs in with a password by this provider.")
    guess = await begun(entry, request, provider, body.login)
    with entry.providers.places.place(address_group(address_of(request))):
        await guess.count()
        try:
            looked = await _asked(entry, request, known, provider, body, guess=guess)
        except UpstreamBroken:
            await guess.take_back()  # nothing was said of the password
            raise
    await guess.give_back()
    now = time.time()
    return Proved(
        provider,
        known.version,
        looked.person,
        method=BY_DIRECTORY,
        strong_at=now,
        due=now + REFRESH_SECONDS,
    )


async def tried(
    entry: Entrance,
    request: Request,
    known: KnownProvider,
    provider: LdapProvider,
    body: PasswordSignIn,
) -> dict[str, object]:
    """What a sign-in with these would give, or why it would fail."""
    guess = await begun(entry, request, provider, body.login)
    with entry.providers.places.place(address_group(address_of(request))):
        await guess.count()
        try:
            looked = await entry.providers.directories.sign_in(
                provider, body.login, body.password, declared=known.declared, found=guess.found
            )
        except NotAccepted as error:
            return {"failure": str(error)}
        except (Unreachable, Unusable) as error:
            await guess.take_back()  # nothing was said of the password
            return {"failure": str(error)}
    await guess.give_back()
    person = looked.person
    return {
        "claims": looked.attributes,
        "issuer": person.issuer,
        "subject": person.subject,
        "login": person.login,
        "name": person.name,
        "email": person.email,
        "groups": list(person.groups),
        "too_many": person.too_many,
        "refreshes": True,
        "failure": "",
    }


async def _asked(
    entry: Entrance,
    request: Request,
    known: KnownProvider,
    provider: LdapProvider,
    body: PasswordSignIn,
    *,
    guess: Guess,
) -> Looked:
    """Who the directory says it is; refusals are recorded. What was typed as a user name is kept
    only where it is one: it may be a password typed into the wrong field."""
    actor = body.login if guess.user_id else ""
    try:
        return await entry.providers.directories.sign_in(
            provider, body.login, body.password, declared=known.declared, found=guess.found
        )
    except NotAccepted as error:
        await recorded(entry, request, known.name, str(error), actor)
        raise Unauthenticated(_WRONG) from error
    except (Unreachable, Unusable) as error:
        _log.warning("a directory cannot be used", provider=known.name, reason=str(error))
        await recorded(entry, request, known.name, str(error), actor)
        raise UpstreamBroken(
            f"{provider.button} does not answer as it should. Try again in a moment, or sign in "
            "another way."
        ) from error
