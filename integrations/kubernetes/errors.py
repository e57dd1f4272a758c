"""The one place where the API server's errors become `IntegrationError`s.

On top of the shared tree::

    UpstreamRefused
    ├── Expired         410: the resourceVersion or continue token is too old; list again
    └── BudgetExceeded  429: a disruption budget does not allow the eviction now
    UpstreamFailed
    └── Behind          504, "Too large resource version": its cache is behind its store
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

from integrations.contract import (
    CallerDenied,
    ConfigurationError,
    IntegrationError,
    Invalid,
    UpstreamConflict,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
)
from integrations.failures import MAX_TEXT, from_status_code

__all__ = [
    "ANYBODY",
    "Behind",
    "BudgetExceeded",
    "ConfigurationError",
    "Expired",
    "Status",
    "denied_to",
    "from_response",
    "from_status",
]

ANYBODY: Final = "*"
"""The caller is the user the token belongs to."""

_FORBIDDEN: Final = re.compile(
    r'User "(?P<user>[^"]*)" cannot (?P<verb>\S+) (?:resource|path) "(?P<resource>[^"]*)"'
    r'(?: in API group "(?P<group>[^"]*)")?(?: in the namespace "(?P<namespace>[^"]*)")?'
)
_QUOTED: Final = re.compile(r'Invalid value: "(?:[^"\\]|\\.){200,}"')
_TOO_LARGE: Final = "Too large resource version"
_VERSIONS: Final = re.compile(_TOO_LARGE + r": (\d+), current: (\d+)")
_RETRY_SECONDS: Final = (1.0, 30.0)


class Expired(UpstreamRefused):
    """410 Gone: what we resume from is no longer kept. A new listing is the answer."""


class BudgetExceeded(UpstreamRefused):
    """A disruption budget does not allow the eviction now. `retry_after` is 0 when only the
    budget's own change will tell (`disruptionsAllowed` on the watch)."""

    def __init__(self, upstream: str, message: str, retry_after: float) -> None:
        super().__init__(upstream, message)
        self.retry_after = retry_after


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
    message: str = ""
    field: str = ""


class StatusDetails(msgspec.Struct, rename="camel"):
    """What a `Status` says for programs."""

    causes: list[StatusCause] | None = None
    retry_after_seconds: int = 0
    kind: str = ""


class Status(msgspec.Struct):
    """Kubernetes' `Status` object, the body of its errors."""

    message: str = ""
    reason: str = ""
    code: int = 0
    details: StatusDetails | None = None


_STATUS = msgspec.json.Decoder(Status)


def from_status(upstream: str, status: Status, caller: str = "") -> IntegrationError:
    """The error a `Status` means: from an answer's body or an ERROR event of a watch.

    `caller` is the impersonated user when the call was made for a person.
    """
    message = _shown(status.message) or status.reason or f"answered {status.code}"
    if status.code == 410 or status.reason in {"Expired", "Gone"}:
        return Expired(upstream, message)
    details = status.details or StatusDetails()
    if (known := _by_cause(upstream, status, details, message)) is not None:
        return known
    if status.code == 401:
        message = f"the API server does not accept this credential, is it expired? ({message})"
    if caller and status.code in {401, 403}:
        return denied_to(upstream, status.code, message, caller)
    waits = float(details.retry_after_seconds) or None
    return from_status_code(upstream, status.code, message, retry_after=waits)


def _by_cause(
    upstream: str, status: Status, details: StatusDetails, message: str
) -> IntegrationError | None:
    # 1.17 to 1.18.5 say it in the message alone (client-go, isTooLargeResourceVersionError).
    if _has_cause(details, "ResourceVersionTooLarge") or _TOO_LARGE in message:
        return Behind(upstream, _behind(message), details.retry_after_seconds)
    if (cause := _cause(details, "DisruptionBudget")) is not None:
        # Which budget, and how many it needs and has, is told there alone.
        told = _shown(cause.message) or message
        return BudgetExceeded(upstream, told, details.retry_after_seconds)
    if causes := _causes(details):
        return _caused(upstream, status.code, message, causes)
    return None


def _caused(
    upstream: str, code: int, message: str, causes: tuple[tuple[str, str], ...]
) -> IntegrationError | None:
    if code == 409:
        listed = "; ".join(f"{field}: {why}" if field else why for field, why in causes)
        return UpstreamConflict(upstream, listed[:MAX_TEXT])
    return Invalid(upstream, message, causes) if code in {400, 422} else None


def _causes(details: StatusDetails) -> tuple[tuple[str, str], ...]:
    return tuple((c.field, _shown(c.message)) for c in (details.causes or ()) if c.message)


def denied_to(upstream: str, code: int, message: str, caller: str) -> IntegrationError:
    """Whose right is missing: the text alone tells, by the user it names (reference
    actions, section 4)."""
    if code == 401 and caller == ANYBODY:
        return CallerDenied(upstream, "your own token is not accepted here; is it expired?")
    found = _FORBIDDEN.search(message)
    if found is not None and caller in {found["user"], ANYBODY}:
        missing = _permission(found)
        text = (
            f"{found['user']} lacks the permission to {missing}; a role binding in the cluster for "
            "this user, or for one of the groups the console gives it, allows it"
        )
        return CallerDenied(upstream, text, missing=missing)
    if found is not None and found["verb"].startswith("impersonate"):
        return UpstreamDenied(
            upstream,
            f"the console's own identity ({found['user']}) may not act as {caller}: it needs the "
            'permission "impersonate" on the users and groups the console gives',
        )
    if found is not None or code == 401:
        return UpstreamDenied(upstream, message)
    return CallerDenied(upstream, f"the caller may not do this: {message}")


def _permission(found: re.Match[str]) -> str:
    group = f" of {found['group']}" if found["group"] else ""
    if found["namespace"]:
        where = f" in the namespace {found['namespace']}"
    else:
        where = " in the whole cluster"
    return f"{found['verb']} {found['resource']}{group}{where}"


def _shown(message: str) -> str:
    """The message without the whole object that some answers quote (merge patches), and cut."""
    return _QUOTED.sub('Invalid value: "…"', message)[: 4 * MAX_TEXT]


def _cause(details: StatusDetails, reason: str) -> StatusCause | None:
    return next((cause for cause in details.causes or () if cause.reason == reason), None)


def _has_cause(details: StatusDetails, reason: str) -> bool:
    return _cause(details, reason) is not None


def _behind(message: str) -> str:
    found = _VERSIONS.search(message)
    versions = f" (version {found[1]} was asked for, it has {found[2]})" if found else ""
    return f"its cache has not caught up with its store{versions}; it is asked again"


def from_response(upstream: str, code: int, body: bytes, caller: str = "") -> IntegrationError:
    """The error an HTTP answer with status `code` >= 300 means."""
    try:
        status = _STATUS.decode(body)
    except msgspec.MsgspecError:
        status = Status()
    if not status.message:
        text = body[:200].decode("utf-8", "replace").strip()
        status.message = f"answered {code}" + (f": {text}" if text else "")
    status.code = code
    return from_status(upstream, status, caller)
