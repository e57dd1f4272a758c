"""One place that turns what a registry says into the shared error tree.

The transport's failures are told alike for all (`integrations.failures`).

Additions to the tree of `integrations.contract`::

    UpstreamRefused └── PageTooLarge        `n` is above the registry's maximum
    UpstreamFailed  └── DigestMismatch      the content is not what its digest says
"""

from __future__ import annotations

import msgspec

from integrations.contract import (
    IntegrationError,
    NotFound,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
)
from integrations.failures import MAX_TEXT
from integrations.registry.models import ErrorBody


class PageTooLarge(UpstreamRefused):
    """The registry does not serve pages of this size; ask for less."""


class DigestMismatch(UpstreamFailed):
    """The bytes received do not have the digest they were asked by."""


def upstream_name(name: str) -> str:
    """How errors name the registry to the operator."""
    return f'registry "{name}"'


def from_answer(upstream: str, status: int, body: bytes) -> IntegrationError:
    """Translate an error answer; its body lists OCI error codes when it is one."""
    try:
        problems = msgspec.json.decode(body, type=ErrorBody).errors
    except msgspec.DecodeError:
        problems = ()
    text = "; ".join(f"{p.code}: {p.message}" for p in problems)[:MAX_TEXT]
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
