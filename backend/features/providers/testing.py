"""What a test of typed settings finds, for each kind of provider."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from auth.ldap.entries import identifier
from auth.ldap.problems import Unusable
from auth.ldap.provider import LdapProvider
from auth.oidc.problems import Rejected
from auth.oidc.provider import OidcProvider
from auth.saml.provider import SamlProvider
from backend.errors import Unprocessable
from backend.features.providers.schemas import (
    DirectoryFound,
    KeptCertificate,
    OidcFound,
    SamlFound,
    ServerFound,
)
from backend.providers.ldap.directories import Told
from backend.providers.outward import Unreachable
from backend.providers.service import Providers

if TYPE_CHECKING:
    from auth.saml.certificates import Certificate

__all__ = ["directory_tested", "oidc_tested", "saml_told"]

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


async def saml_told(
    providers: Providers, typed: SamlProvider, *, declared: bool, anew: bool = True
) -> SamlFound:
    """Its metadata, read `anew` or as it was read last. 422 with the failure at its field."""
    saml = await providers.saml()
    ask = saml.published if anew else saml.known
    try:
        metadata = await ask(typed, declared=declared)
    except (Unreachable, Rejected) as error:
        field = "metadata_url" if typed.metadata_url else "metadata"
        raise _failed(field, str(error)) from error
    now, notes = time.time(), []
    valid = [one for one in metadata.certificates if one.valid(now)]
    if not valid:
        notes.append("None of its certificates is valid now: nobody could sign in.")
    elif max(one.ends for one in valid) < now + _SOON:
        notes.append("Its last certificate ends in less than thirty days.")
    if metadata.until is not None and metadata.until < now + _SOON:
        notes.append("Its metadata ends in less than thirty days.")
    if not typed.metadata_url:
        notes.append("Pasted metadata is not read again: paste it anew when certificates change.")
    if metadata.wants_signed:
        notes.append(
            "It asks for signed requests (WantAuthnRequestsSigned), and this console signs none: "
            "switch that off there."
        )
    return SamlFound(
        entity_id=metadata.entity_id,
        sign_in=metadata.sign_in,
        until=metadata.until,
        signing=[_kept(one) for one in metadata.certificates],
        encrypting=[_kept(one) for one in saml.own_certificates(typed)],
        notes=notes,
    )


def _kept(one: Certificate) -> KeptCertificate:
    return KeptCertificate(
        subject=one.subject, fingerprint=one.fingerprint, begins=one.begins, ends=one.ends
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
