"""What a test of typed settings finds, for each kind of provider."""

from __future__ import annotations

import time
from typing import Final

from auth.ldap.entries import identifier
from auth.ldap.problems import Unusable
from auth.ldap.provider import LdapProvider
from auth.oidc.problems import Rejected
from auth.oidc.provider import OidcProvider
from backend.errors import Unprocessable
from backend.features.providers.schemas import DirectoryFound, OidcFound, ServerFound
from backend.providers.ldap.directories import Told
from backend.providers.outward import Unreachable
from backend.providers.service import Providers

__all__ = ["directory_tested", "oidc_tested"]

_SOON: Final = 30 * 86_400.0


async def oidc_tested(providers: Providers, typed: OidcProvider, *, declared: bool) -> OidcFound:
    """Discovery and keys. 422 with the failure at its field."""
    protocol = await providers.protocol()
    try:
        metadata, keys = await protocol.published(typed, declared=declared)
    except (Unreachable, Rejected) as error:
        raise _failed("issuer", str(error)) from error
    notes = []
    if not metadata.backchannel:
        notes.append(
            "It does not say that it tells when a session ends (back-channel logout): people "
            "stay signed in here until a refresh is refused or the session ends."
        )
    if not metadata.names_issuer:
        notes.append("Its answers do not name their issuer (RFC 9207).")
    if not keys:
        notes.append("It publishes no key that we use: nobody could sign in.")
    return OidcFound(
        issuer=metadata.issuer,
        algorithms=list(metadata.algorithms),
        keys=len(keys),
        userinfo=bool(metadata.userinfo),
        end_session=bool(metadata.end_session),
        backchannel=metadata.backchannel,
        notes=notes,
    )


async def directory_tested(
    providers: Providers, typed: LdapProvider, *, declared: bool
) -> DirectoryFound:
    """Every server asked: whether it lets the account search, its certificate, whom it holds. 422
    with the failure at its field where one cannot be used."""
    told: list[Told] = []
    for server in typed.servers:
        try:
            told.append(await providers.directories.told(typed, server, declared=declared))
        except Unusable as error:
            raise _failed(error.field, str(error)) from error
        except Unreachable as error:
            raise _failed("servers", str(error)) from error
    return DirectoryFound(
        servers=[
            ServerFound(
                server=one.server, tls=one.tls, certificate=one.certificate, expires=one.expires
            )
            for one in told
        ],
        people=told[0].people,
        groups=told[0].groups,
        more=list(told[0].more),
        notes=_notes(typed, told),
    )


def _notes(typed: LdapProvider, told: list[Told]) -> list[str]:
    """What may be missed later, as far as it can be seen from here."""
    notes = [
        f"The connection to {one.server} is not encrypted: everybody's password could be read."
        for one in told
        if not one.tls
    ]
    notes += [
        f"The certificate of {one.server} ends in less than thirty days."
        for one in told
        if one.expires is not None and one.expires < time.time() + _SOON
    ]
    sample, first = told[0].sample, told[0]
    if sample is None:
        notes.append("No people were found: nobody could sign in. See the filter and the base.")
    elif not identifier(sample, typed.unique):
        notes.append(
            f"{sample.dn[:200]} has no single {typed.unique}: nobody could be known by it."
        )
    elif not any(sample.text(one) for one in typed.login_by):
        names = ", ".join(typed.login_by)
        notes.append(f"{sample.dn[:200]} has nothing to type as a user name ({names}).")
    if not first.groups and typed.groups_by != "none":
        notes.append("No groups were found: roles could be given to people and teams only.")
    if len({one.people for one in told}) > 1:
        notes.append("The servers do not hold the same people.")
    return notes


def _failed(field: str, message: str) -> Unprocessable:
    return Unprocessable(
        f"The test failed: {message}.",
        errors=[{"field": field, "message": message}],
        tested=False,
    )
