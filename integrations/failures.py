"""What a failure of the transport, or an answer's status, means: one table for all integrations."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2
from websockets.exceptions import InvalidProxyStatus, WebSocketException

from integrations.contract import (
    IntegrationError,
    Invalid,
    NotFound,
    UpstreamBusy,
    UpstreamConflict,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)

__all__ = ["MAX_TEXT", "TRANSPORT_ERRORS", "from_status_code", "from_transport", "translated"]

MAX_TEXT: Final = 300
"""Characters of an upstream's own words that are kept: enough to act on, and no flood."""

TRANSPORT_ERRORS: Final = (
    TimeoutError,
    httpx2.TransportError,
    httpx2.InvalidURL,
    ssl.SSLError,
    OSError,
    WebSocketException,
)
"""What the libraries below raise when nothing (more) was answered."""

_BY_STATUS: Final[dict[int, type[IntegrationError]]] = {
    400: Invalid,
    401: UpstreamDenied,
    403: UpstreamDenied,
    404: NotFound,
    409: UpstreamConflict,
    412: UpstreamConflict,
    422: Invalid,
}


def from_status_code(
    upstream: str, status: int, message: str, *, retry_after: float | None = None
) -> IntegrationError:
    """The error that an answer with `status` >= 300 means, with the upstream's own words."""
    if status == 429 or (status == 503 and retry_after is not None):
        return UpstreamBusy(upstream, message, retry_after or 1.0)
    if status in _BY_STATUS:
        return _BY_STATUS[status](upstream, message)
    if 400 <= status < 500 and status != 408:
        return UpstreamRefused(upstream, message)
    return UpstreamFailed(upstream, message)


@contextmanager
def translated(upstream: str) -> Iterator[None]:
    """Turn what the transport raises inside into `UpstreamUnreachable`."""
    try:
        yield
    except TRANSPORT_ERRORS as error:
        raise from_transport(upstream, error) from error


def from_transport(upstream: str, error: Exception) -> UpstreamUnreachable:
    """Translate a transport failure (or our own deadline) into a sentence."""
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return UpstreamUnreachable(upstream, "no answer within the deadline", timeout=True)
    cause = _root(error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return UpstreamUnreachable(upstream, f"its certificate is not trusted ({_reason(cause)})")
    if isinstance(cause, ssl.SSLError):
        return UpstreamUnreachable(upstream, f"the TLS handshake failed ({_reason(cause)})")
    if isinstance(error, httpx2.ProxyError | InvalidProxyStatus):
        return UpstreamUnreachable(upstream, (str(error) or "its proxy failed")[:MAX_TEXT])
    if isinstance(error, httpx2.ConnectError | ConnectionRefusedError):
        return UpstreamUnreachable(upstream, _connecting(error))
    return UpstreamUnreachable(upstream, "the connection broke off")


def _connecting(error: Exception) -> str:
    text = str(error)
    if text.startswith("the proxy ") or "unknown" in text or "closed" in text:
        return text[:MAX_TEXT]
    return "the connection was refused or the name is unknown"


def _reason(error: ssl.SSLError) -> str:
    """OpenSSL's word, and what is wrong with a certificate; an error may have neither."""
    given = (getattr(error, name, None) for name in ("reason", "verify_message"))
    return ": ".join(str(text) for text in given if text) or "no reason given"


def _root(error: BaseException) -> BaseException:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return error
