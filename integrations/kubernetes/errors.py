"""The one place where transport and API server errors become `IntegrationError`s.

On top of the shared tree::

    UpstreamRefused
    └── Expired     410: the resourceVersion or continue token is too old; list again
    UpstreamFailed
    └── Behind      504, "Too large resource version": its cache is behind its store; try again
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpx2
import msgspec

from integrations.contract import (
    ConfigurationError,
    IntegrationError,
    NotFound,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)

__all__ = [
    "Behind",
    "ConfigurationError",
    "Expired",
    "Status",
    "from_response",
    "from_status",
    "translated",
]

_TOO_LARGE: Final = "Too large resource version"
_VERSIONS: Final = re.compile(_TOO_LARGE + r": (\d+), current: (\d+)")
_RETRY_SECONDS: Final = (1.0, 30.0)


class Expired(UpstreamRefused):
    """410 Gone: what we resume from is no longer kept. A new listing is the answer."""


class Behind(UpstreamFailed):
    """The API server answered, but has not yet seen the version that was asked for: its cache
    lags its store, or its history went back. `retry_after` is when it asks to be tried again,
    in seconds (at least one, at most 30)."""

    def __init__(self, upstream: str, message: str, retry_after: float) -> None:
        super().__init__(upstream, message)
        least, most = _RETRY_SECONDS
        self.retry_after = min(max(retry_after, least), most)


class StatusCause(msgspec.Struct):
    """One of the machine-readable causes of a `Status`."""

    reason: str = ""


class StatusDetails(msgspec.Struct, rename="camel"):
    """What a `Status` says for programs."""

    causes: list[StatusCause] | None = None
    retry_after_seconds: int = 0


class Status(msgspec.Struct):
    """Kubernetes' `Status` object, the body of its errors."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: StatusDetails | None = None


_STATUS = msgspec.json.Decoder(Status)


def from_status(upstream: str, status: Status) -> IntegrationError:
    """The error a `Status` means: from an answer's body or an ERROR event of a watch."""
    message = status.message or status.reason or f"answered {status.code}"
    if status.code == 410 or status.reason in {"Expired", "Gone"}:
        return Expired(upstream, message)
    details = status.details or StatusDetails()
    # 1.17 to 1.18.5 say it in the message alone (client-go, isTooLargeResourceVersionError).
    if _has_cause(details, "ResourceVersionTooLarge") or _TOO_LARGE in message:
        return Behind(upstream, _behind(message), details.retry_after_seconds)
    if status.code in {401, 403}:
        return UpstreamDenied(upstream, message)
    if status.code == 404:
        return NotFound(upstream, message)
    if 400 <= status.code < 500 and status.code not in {408, 429}:
        return UpstreamRefused(upstream, message)
    return UpstreamFailed(upstream, message)


def _has_cause(details: StatusDetails, reason: str) -> bool:
    return any(cause.reason == reason for cause in details.causes or ())


def _behind(message: str) -> str:
    found = _VERSIONS.search(message)
    versions = f" (version {found[1]} was asked for, it has {found[2]})" if found else ""
    return f"its cache has not caught up with its store{versions}; it is asked again"


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
