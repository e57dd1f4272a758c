"""One place that turns what a registry and the transport say into the shared error tree.

Additions to the tree of `integrations.contract`::

    UpstreamRefused ├── PageTooLarge        `n` is above the registry's maximum
                    └── DestinationRefused  it sent us to a host that is not allowed
    UpstreamFailed  └── DigestMismatch      the content is not what its digest says
"""

from __future__ import annotations

import ssl

import httpx2
import msgspec

from integrations.contract import (
    IntegrationError,
    NotFound,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)
from integrations.registry.models import ErrorBody

_MAX_TEXT = 300


class PageTooLarge(UpstreamRefused):
    """The registry does not serve pages of this size; ask for less."""


class DestinationRefused(UpstreamRefused):
    """The registry pointed at a host outside the operator's allow-list."""


class DigestMismatch(UpstreamFailed):
    """The bytes received do not have the digest they were asked by."""


def upstream_name(name: str) -> str:
    """How errors name the registry to the operator."""
    return f'registry "{name}"'


def from_transport(upstream: str, error: Exception) -> UpstreamUnreachable:
    """Translate a transport failure (or our own deadline) into a sentence."""
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return UpstreamUnreachable(upstream, "no answer within the deadline", timeout=True)
    cause = _root(error)
    if isinstance(cause, ssl.SSLError):
        return UpstreamUnreachable(
            upstream, f"the TLS handshake failed ({cause.reason or 'no reason given'})"
        )
    if isinstance(error, httpx2.ConnectError):
        return UpstreamUnreachable(upstream, "the connection was refused or the name is unknown")
    return UpstreamUnreachable(upstream, "the connection broke off")


def from_answer(upstream: str, status: int, body: bytes) -> IntegrationError:
    """Translate an error answer; its body lists OCI error codes when it is one."""
    try:
        problems = msgspec.json.decode(body, type=ErrorBody).errors
    except msgspec.DecodeError:
        problems = ()
    text = "; ".join(f"{p.code}: {p.message}" for p in problems)[:_MAX_TEXT]
    text = text or f"answered {status}"
    if any(p.code == "PAGINATION_NUMBER_INVALID" for p in problems):
        return PageTooLarge(upstream, text)
    if status in {401, 403}:
        return UpstreamDenied(upstream, f"not permitted ({text})")
    if status == 404:
        return NotFound(upstream, text)
    if status >= 500:
        return UpstreamFailed(upstream, text)
    return UpstreamRefused(upstream, text)


def _root(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error
