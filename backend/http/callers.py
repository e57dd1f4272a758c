"""Who is behind a request or a socket: its one credential, resolved; unknown tokens are limited."""

from __future__ import annotations

from typing import Final

from starlette.requests import HTTPConnection

from auth.principal import CredentialKind, Principal
from auth.tokens import is_device_token, is_token
from backend.errors import TooManyRequests
from backend.http.connections import address_group
from backend.http.credentials import read_credential
from backend.identity.badtokens import BadTokens
from backend.identity.credentials import Identities, Presented
from backend.parts import parts_of

__all__ = ["UNATTENDED", "caller_of"]

UNATTENDED: Final = "x-craton-unattended"


async def caller_of(connection: HTTPConnection, identities: Identities) -> Principal | None:
    """The caller, or None when the credential is missing, unknown or over. `TooManyRequests`
    for a token that is none from an address that sent many of them, and for any from one that asks
    far too often; what is no token costs no question. A browser says with `UNATTENDED` what it asks
    for by itself: it does not keep a session from ending idle."""
    presented = read_credential(connection)
    if presented is None:
        return None
    address = connection.client.host if connection.client else ""
    if is_device_token(presented.secret):
        return await _by_token(connection, identities, presented, address)
    if presented.kind is CredentialKind.SESSION:
        used = UNATTENDED not in connection.headers
        return await identities.resolve(presented, address, used=used)
    if not is_token(presented.secret):
        return None
    return await _by_token(connection, identities, presented, address)


async def _by_token(
    connection: HTTPConnection, identities: Identities, presented: Presented, address: str
) -> Principal | None:
    bad, group = parts_of(connection).find(BadTokens), address_group(address)
    if bad is not None and not identities.knows(presented):
        _refuse(bad.ask(group))
    principal = await identities.resolve(presented, address)
    # One that is over is no guess: a job that still sends it must not lock out those beside it.
    if principal is None and bad is not None and not await identities.on_record(presented):
        _refuse(await bad.count(group))
    return principal


def _refuse(seconds: int) -> None:
    if seconds:
        raise TooManyRequests(
            f"Too many unknown tokens came from this address. Try again in {seconds} seconds.",
            headers={"Retry-After": str(seconds)},
            retry_after=seconds,
        )
