"""Typed errors that end as RFC 9457 problem+json.

Every error the console answers with is a `Problem`: a stable `type`, a status, a short
title and a sentence a person can act on. Tree::

    Problem
    ├── BadRequest 400        ├── Conflict 409            ├── TooManyRequests 429
    ├── Unauthenticated 401   ├── PreconditionFailed 412  ├── UpstreamBroken 502
    ├── PaymentRequired 402
    ├── Forbidden 403         ├── PayloadTooLarge 413     ├── Unavailable 503
    ├── NotFoundProblem 404   ├── Unprocessable 422       └── UpstreamTimeout 504
    ├── UriTooLong 414        ├── PreconditionRequired 428
    └── UnsupportedMediaType 415
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Final, TypedDict

from integrations.contract import (
    CallerDenied,
    IntegrationError,
    Invalid,
    NotFound,
    UpstreamBusy,
    UpstreamConflict,
    UpstreamUnreachable,
)

__all__ = [
    "BadRequest",
    "Conflict",
    "FieldError",
    "Forbidden",
    "NotFoundProblem",
    "PayloadTooLarge",
    "PaymentRequired",
    "PreconditionFailed",
    "PreconditionRequired",
    "Problem",
    "TooManyRequests",
    "Unauthenticated",
    "Unavailable",
    "Unprocessable",
    "UnsupportedMediaType",
    "UpstreamBroken",
    "UpstreamTimeout",
    "UriTooLong",
    "problem_from_integration",
]


class FieldError(TypedDict, total=False):
    """One wrong input: which field, the value given, why, and what would be accepted. In a text
    it stands in a `line`, from 1."""

    field: str
    value: str
    message: str
    accepts: str
    line: int


class Problem(Exception):
    """An error with a status. Extra members (`extra`) become members of the body."""

    status: ClassVar[int] = 500
    slug: ClassVar[str] = "internal"
    title: ClassVar[str] = "Something failed inside the console"
    media_type: ClassVar[str] = "application/problem+json"

    def __init__(
        self,
        detail: str,
        *,
        errors: list[FieldError] | None = None,
        headers: dict[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = errors or []
        self.headers = headers or {}
        self.extra = extra
        self.denial: object | None = None  # set when rights decided: `backend.http.denial`

    def body(self, instance: str = "") -> dict[str, Any]:
        """The problem+json object."""
        body: dict[str, Any] = {
            "type": f"urn:craton:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        if self.errors:
            body["errors"] = self.errors
        if instance:
            body["instance"] = instance
        return body


class BadRequest(Problem):
    """400: the request as a whole cannot be read."""

    status, slug, title = 400, "bad-request", "The request cannot be read"


class Unauthenticated(Problem):
    """401: no session, or wrong credentials."""

    status, slug, title = 401, "unauthenticated", "Sign in first"


class PaymentRequired(Problem):
    """402: no licence covers it; `entitlement`, `limit`, `current`, `state` and `fix` say more."""

    status, slug, title = 402, "entitlement", "The licence does not cover this"


class Forbidden(Problem):
    """403: a visible object, but this verb is not allowed on it."""

    status, slug, title = 403, "forbidden", "You may not do this"


class NotFoundProblem(Problem):
    """404: missing, or invisible to the caller, with one text for both."""

    status, slug, title = 404, "not-found", "Not found"


class Conflict(Problem):
    """409: the state of the object does not allow it."""

    status, slug, title = 409, "conflict", "This conflicts with the present state"


class PreconditionFailed(Problem):
    """412: the object was changed since it was read."""

    status, slug, title = 412, "precondition-failed", "Changed by somebody else meanwhile"


class PayloadTooLarge(Problem):
    """413: the body is over the limit."""

    status, slug, title = 413, "payload-too-large", "The request is too large"


class UriTooLong(Problem):
    """414: the address is over the limit."""

    status, slug, title = 414, "uri-too-long", "The address is too long"


class UnsupportedMediaType(Problem):
    """415: the body is of no type that is taken here."""

    status, slug, title = 415, "unsupported-media-type", "The body is not of a known type"


class Unprocessable(Problem):
    """422: a field holds what it must not; `errors` names it."""

    status, slug, title = 422, "invalid", "Some input is not valid"


class PreconditionRequired(Problem):
    """428: a change without `If-Match`."""

    status, slug, title = 428, "precondition-required", "Say which version you change"


class TooManyRequests(Problem):
    """429: slow down; `Retry-After` says for how long."""

    status, slug, title = 429, "too-many-requests", "Too many attempts"


class UpstreamBroken(Problem):
    """502: an upstream answered with a failure."""

    status, slug, title = 502, "upstream-failed", "An upstream system failed"


class Unavailable(Problem):
    """503: an upstream, or the console itself, cannot be reached now."""

    status, slug, title = 503, "unavailable", "Not available now"


class UpstreamTimeout(Problem):
    """504: an upstream did not answer in time."""

    status, slug, title = 504, "upstream-timeout", "An upstream did not answer in time"


def problem_from_integration(error: IntegrationError) -> Problem:
    """The problem that tells a person which upstream failed and how."""
    for kind, make in _FROM_INTEGRATION:
        if isinstance(error, kind):
            return make(error)
    return UpstreamBroken(f"{error.upstream} says: {error.message}", upstream=error.upstream)


def _missing(error: NotFound) -> Problem:
    return NotFoundProblem(error.message, upstream=error.upstream)


def _not_allowed(error: CallerDenied) -> Problem:
    needs: dict[str, Any] = {"needs": {"upstream": error.missing}} if error.missing else {}
    return Forbidden(f"{error.upstream}: {error.message}.", upstream=error.upstream, **needs)


def _conflict(error: UpstreamConflict) -> Problem:
    return Conflict(f"{error.upstream} says: {error.message}", upstream=error.upstream)


def _busy(error: UpstreamBusy) -> Problem:
    wait = {"Retry-After": str(max(1, round(error.retry_after)))}
    text = f"{error.upstream} is busy: {error.message}"
    return Unavailable(text, headers=wait, upstream=error.upstream)


def _unreachable(error: UpstreamUnreachable) -> Problem:
    kind = UpstreamTimeout if error.timeout else Unavailable
    return kind(f"{error.upstream} cannot be reached: {error.message}", upstream=error.upstream)


def _unprocessable(error: Invalid) -> Problem:
    """What the upstream found wrong, field by field; without fields the fault may be ours."""
    text = f"{error.upstream} says: {error.message}"
    if not error.causes:
        return UpstreamBroken(text, upstream=error.upstream)
    errors: list[FieldError] = [{"field": f, "message": why} for f, why in error.causes]
    return Unprocessable(text, errors=errors, upstream=error.upstream)


_FROM_INTEGRATION: Final[tuple[tuple[type[IntegrationError], Callable[[Any], Problem]], ...]] = (
    (NotFound, _missing),
    (CallerDenied, _not_allowed),
    (UpstreamConflict, _conflict),
    (Invalid, _unprocessable),
    (UpstreamBusy, _busy),
    (UpstreamUnreachable, _unreachable),
)
