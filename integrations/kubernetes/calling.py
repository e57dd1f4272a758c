"""Headers and paths of a request: who it is for, and nothing that leads elsewhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from integrations.caller import Caller, Impersonation, UserToken, sendable
from integrations.contract import ConfigurationError, UpstreamRefused
from integrations.kubernetes.auth.access import Access, ClientCredential
from integrations.kubernetes.errors import ANYBODY

__all__ = ["DISCOVERY", "Headers", "caller_name", "check_path", "identity_headers"]

Headers = list[tuple[str, str]]

_PATH: Final = re.compile(r"(?:/[A-Za-z0-9](?:[A-Za-z0-9._:-]*[A-Za-z0-9])?)+")
"""Segments as the API server has them: no empty or dotted one, nothing encoded."""
DISCOVERY: Final = "/.well-known/openid-configuration"
"""Where it says who signs its tokens: the one path that has such a segment."""


def check_path(upstream: str, path: str) -> None:
    """Refuse a path that is not made of plain segments: the last line before the network."""
    if path != DISCOVERY and (len(path) > 2048 or not _PATH.fullmatch(path)):
        raise UpstreamRefused(upstream, "the path of this request is not one of its API")


def identity_headers(
    upstream: str, access: Access, credential: ClientCredential, as_: Caller | None
) -> Headers:
    """Who the request is for. Raises `ConfigurationError` when the connection cannot act so.

    Made from the caller alone, never from a request's headers, and checked once more: exactly
    one ``Impersonate-User`` where there is one at all (identity reference, section 6).
    """
    if isinstance(as_, UserToken):
        return [("authorization", f"Bearer {as_.token}")]
    headers: Headers = list(access.headers)
    if credential.token:
        headers.append(("authorization", f"Bearer {credential.token}"))
    if not all(sendable(value) for _, value in headers):
        # A program or a token file can give anything; a failed header would end the watches.
        raise ConfigurationError(
            upstream, "its token or the user it acts as is not made of visible ASCII characters"
        )
    if as_ is None:
        return headers
    if not isinstance(as_, Impersonation):
        raise ConfigurationError(upstream, "it takes no user name and password")
    if any(name.lower().startswith("impersonate-") for name, _ in headers):
        raise ConfigurationError(
            upstream, "its kubeconfig already acts as another user, so it cannot act as the caller"
        )
    headers.append(("impersonate-user", as_.user))
    headers += [("impersonate-group", group) for group in as_.groups]
    if as_.uid:
        headers.append(("impersonate-uid", as_.uid))
    _assert_one(upstream, headers, as_)
    return headers


def _assert_one(upstream: str, headers: Sequence[tuple[str, str]], as_: Impersonation) -> None:
    users = [value for name, value in headers if name == "impersonate-user"]
    if users != [as_.user] or not as_.user.strip():
        raise ConfigurationError(upstream, "the caller could not be put into the request")


def caller_name(as_: Caller | None) -> str:
    """How the API server's refusals name the caller: empty when it is the connection itself,
    `ANYBODY` when only the token knows."""
    if as_ is None:
        return ""
    return as_.user if isinstance(as_, Impersonation) else ANYBODY
