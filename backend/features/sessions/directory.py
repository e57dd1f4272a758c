"""Step-up of somebody whom a directory signed in: their password is asked for there again."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from auth.ldap.problems import NotAccepted, Unusable
from auth.ldap.provider import LdapProvider
from auth.principal import Principal
from auth.scope import organisation
from backend.audit import Audit, Target
from backend.errors import Conflict, UpstreamBroken
from backend.http.confirming import PasswordCheck, own_limits, refuse_many, wrong
from backend.providers.outward import Unreachable
from backend.providers.service import Providers
from backend.providers.table import ProviderSession

__all__ = ["confirm_at_directory"]


async def confirm_at_directory(
    db: AsyncSession,
    caller: Principal,
    password: str,
    *,
    providers: Providers,
    check: PasswordCheck,
    audit: Audit,
) -> None:
    """Return when the directory that opened this session accepts the password: 422 when it does
    not, 429 after too many, 409 when it is there no more, 502 when it does not answer."""
    row = await db.get(ProviderSession, caller.credential.id)
    known = await providers.find(db, row.provider) if row else None
    provider = known.provider if known and known.enabled else None
    if row is None or known is None or not isinstance(provider, LdapProvider):
        raise Conflict("The directory you signed in with is not there any more: sign in again.")
    subject = row.subject
    await db.rollback()  # gives its connection back
    limits = own_limits(caller)
    with providers.places.place(caller.subject.id):
        await refuse_many(check.attempts, limits)
        try:
            await providers.directories.confirm(
                provider, subject, password, declared=known.declared
            )
        except NotAccepted as error:
            where = organisation(caller.organisation)
            target = Target("session", caller.credential.id, caller.login, where)
            await check.refusals.record(audit.origin, "step-up", target, str(error))
            raise wrong("password", "The password is wrong.") from error
        except (Unreachable, Unusable) as error:
            await check.attempts.take_back(limits)
            raise UpstreamBroken(
                f"{provider.button} does not answer as it should. Try again in a moment."
            ) from error
    await check.attempts.give_back(limits)
