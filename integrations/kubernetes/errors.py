"""The one place where transport and API server errors become `IntegrationError`s.

On top of the shared tree::

    UpstreamRefused
    └── Expired     410: the resourceVersion or continue token is too old; list again
    IntegrationError
    └── ConfigurationError   the kubeconfig cannot be used; nothing was contacted
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

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

__all__ = ["ConfigurationError", "Expired", "Status", "from_response", "from_status", "translated"]

_TOO_LARGE: Final = "Too large resource version"


class ConfigurationError(IntegrationError):
    """The connection's own configuration cannot be used; the message says which part."""


class Expired(UpstreamRefused):
    """410 Gone: what we resume from is no longer kept. A new listing is the answer."""


class Status(msgspec.Struct):
    """Kubernetes' `Status` object, the body of its errors."""

    message: str = ""
    reason: str = ""
    code: int = 0


_STATUS = msgspec.json.Decoder(Status)


def from_status(upstream: str, status: Status) -> IntegrationError:
    """The error a `Status` means: from an answer's body or an ERROR event of a watch."""
    message = status.message or status.reason or f"answered {status.code}"
    if status.code == 410 or status.reason in {"Expired", "Gone"} or _TOO_LARGE in message:
        return Expired(upstream, message)
    if status.code in {401, 403}:
        return UpstreamDenied(upstream, message)
    if status.code == 404:
        return NotFound(upstream, message)
    if 400 <= status.code < 500 and status.code not in {408, 429}:
        return UpstreamRefused(upstream, message)
    return UpstreamFailed(upstream, message)


def from_response(upstream: str, code: int, body: bytes) -> IntegrationError:
    """The error an HTTP answer with status `code` >= 300 means."""
    try:
        status = _STATUS.decode(body)
    except msgspec.MsgspecError:
        status = Status()
    if not status.message:
        text = body[:200].decode("utf-8", "replace").strip()
        status.message = f"answered {code}" + (f": {text}" if text else "")
    status.code = code
    return from_status(upstream, status)


@contextmanager
def translated(upstream: str) -> Iterator[None]:
    """Turn what httpx2, ssl and asyncio raise inside into `UpstreamUnreachable`."""
    try:
        yield
    except (TimeoutError, httpx2.TimeoutException) as error:
        message = "did not answer in time"
        raise UpstreamUnreachable(upstream, message, timeout=True) from error
    except (httpx2.TransportError, httpx2.InvalidURL, ssl.SSLError, OSError) as error:
        raise UpstreamUnreachable(upstream, _words(error)) from error


def _words(error: Exception) -> str:
    text = str(error)
    if "Connect call failed" in text or "All connection attempts failed" in text:
        return "refused the connection: is the API server running?"
    if "CERTIFICATE_VERIFY_FAILED" in text:
        return f"its certificate is not trusted: {text}"
    return text or f"the connection broke ({type(error).__name__})"
