"""What a failed transport means, in the sentence every integration says alike."""

from __future__ import annotations

import ssl
from typing import Final

import httpx2

from integrations.contract import UpstreamUnreachable

__all__ = ["MAX_TEXT", "from_transport"]

MAX_TEXT: Final = 300
"""Characters of an upstream's own words that are kept: enough to act on, and no flood."""


def from_transport(upstream: str, error: Exception) -> UpstreamUnreachable:
    """Translate a transport failure (or our own deadline) into a sentence."""
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return UpstreamUnreachable(upstream, "no answer within the deadline", timeout=True)
    cause = _root(error)
    if isinstance(cause, ssl.SSLError):
        return UpstreamUnreachable(upstream, f"the TLS handshake failed ({_reason(cause)})")
    if isinstance(error, httpx2.ConnectError):
        return UpstreamUnreachable(upstream, "the connection was refused or the name is unknown")
    return UpstreamUnreachable(upstream, "the connection broke off")


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's word, and what is wrong with a certificate; an error may have neither."""
    given = (getattr(error, name, None) for name in ("reason", "verify_message"))
    return ": ".join(str(text) for text in given if text) or "no reason given"


def _root(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error
