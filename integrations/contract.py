"""What every integration shares: its declaration, the feed it writes into, its error tree.

The backend implements `Feed`; an integration only calls it. Nothing here knows the
backend, a database or a browser, so an integration can be tested with a recording feed.

Error tree::

    IntegrationError
    ├── UpstreamUnreachable   refused, DNS, TLS, timeout: nothing was answered   (-> 503/504)
    ├── UpstreamDenied        401/403: our credential may not do this            (-> 502)
    │   └── CallerDenied        403: the person we asked for may not do this       (-> 403)
    ├── UpstreamRefused       any other 4xx: the request was wrong for it        (-> 502)
    │   ├── Conflict            409/412: it changed meanwhile, or exists already    (-> 409)
    │   ├── Invalid             400/422: fields that cannot be as given; which     (-> 422)
    │   └── DestinationRefused  it leads to a place the configuration does not allow
    ├── UpstreamFailed        5xx or an answer that breaks its own contract       (-> 502)
    │   └── UpstreamBusy        429/503 with a time to come again                  (-> 503)
    ├── ConfigurationError    our own configuration cannot be used; nothing was asked (-> 502)
    └── NotFound              the named object does not exist                     (-> 404)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from integrations.caller import Caller
from integrations.findings import Certificate, ProbeResult
from integrations.form import Way

__all__ = [
    "CONTACT",
    "CallerDenied",
    "ConfigurationError",
    "Connection",
    "DestinationRefused",
    "Feed",
    "FeedState",
    "Feeds",
    "Freshness",
    "Integration",
    "IntegrationError",
    "Invalid",
    "NotFound",
    "Observe",
    "Severity",
    "UpstreamBusy",
    "UpstreamConflict",
    "UpstreamDenied",
    "UpstreamFailed",
    "UpstreamRefused",
    "UpstreamUnreachable",
]

T_contra = TypeVar("T_contra", contravariant=True)
S = TypeVar("S", bound=BaseModel)
C = TypeVar("C", bound="Connection")

Severity = Literal["normal", "warning", "error"]
"""How bad something that happened, or that is so, is."""

Observe = Callable[[str, str, float], None]
"""Told of each call: its purpose, its outcome, and how many seconds it took."""


class FeedState(StrEnum):
    """How true the rows of one source are right now."""

    CONNECTING = "connecting"  # no rows yet, first contact under way
    LIVE = "live"  # a watch is open, or the last poll is younger than its interval
    POLLING = "polling"  # no push available: rows are at most `interval` old
    STALE = "stale"  # contact lost; rows are the last ones known
    DENIED = "denied"  # our credential may not read this; says so instead of "empty"


@dataclass(frozen=True, slots=True)
class Freshness:
    """State of one source, with since when (Unix seconds) and why, in a sentence."""

    source: str
    state: FeedState
    since: float
    message: str = ""


class Feed(Protocol[T_contra]):
    """Where a watcher puts what it sees; one feed per (source, kind of thing).

    Calls are synchronous, cheap and made from one task. `begin` … `commit` brackets a full
    listing: what was not `put` in between is deleted at `commit`, so a relist after a lost
    watch shows neither ghosts nor a moment of emptiness.
    """

    def put(self, key: str, value: T_contra) -> None:
        """Insert or replace the object under `key` (unique within the source)."""

    def delete(self, key: str) -> None:
        """Remove `key`; unknown keys are ignored."""

    def begin(self) -> None:
        """A full listing starts. A second `begin` restarts it."""

    def commit(self) -> None:
        """The listing is complete: keys not put since `begin` are deleted."""

    def state(self, state: FeedState, message: str = "") -> None:
        """Report the source's freshness; repeated equal states are ignored."""


Feeds = Mapping[str, Feed[Any]]
"""By kind of thing; a kind that is not wanted is not in it and not watched."""


CONTACT = "contact"
"""A kind of thing an integration may declare to say how contact is, beside or without rows."""


class Connection(Protocol):
    """One running connection, for those who know nothing of its kind."""

    @property
    def settings(self) -> Any:
        """The record it was made from."""

    async def stop(self) -> None:
        """End its tasks and close its client. Safe to call twice."""


def _nothing(_settings: Any) -> list[str]:
    return []


def _nobody(_settings: Any) -> str:
    return ""


def _no_certificates(_settings: Any) -> tuple[Certificate, ...]:
    return ()


@dataclass(frozen=True, slots=True)
class Integration(Generic[S, C]):
    """One kind of system the console can be connected to: all that the console knows of it.

    Declared as ``INTEGRATION`` in the folder's `integration.py`, found by
    `integrations.discovery`. `kind` is the folder's name, the word in the configuration file
    and in freshness (``etcd/local/keys``).
    """

    kind: str
    title: str
    settings: type[S]
    """A frozen Pydantic model with a ``name``, unique among the kind's connections."""
    scope: str
    """The scope segment of its connections: ``("org", …, scope, name)``."""
    feeds: frozenset[str]
    """The kinds of thing `connect` can feed."""
    connect: Callable[[S, Feeds, Observe], Awaitable[C]]
    """Starts it and returns at once. A system that does not answer is a state of the feeds."""
    test: Callable[[S, Caller | None], Awaitable[ProbeResult]] | None = None
    """Tries the settings before they are saved, and what a person may do there where that is
    decided too; raises `IntegrationError`."""
    ways: tuple[Way, ...] = ()
    """How a person can connect one in the console; none: by configuration only."""
    choices: Callable[[str, Mapping[str, Any]], list[tuple[str, str]]] | None = None
    """For a field of `Input.CHOICE` and the other values: (value, why it cannot be chosen)."""
    destinations: Callable[[S], list[str]] = _nothing
    """The URLs the settings lead to. Blocking; raises `ConfigurationError`."""
    certificates: Callable[[S], tuple[Certificate, ...]] = _no_certificates
    """The certificates in the settings, to warn before they expire. Blocking; raises
    `ConfigurationError`."""
    decides: Callable[[S], str] = _nobody
    """Whose rights decide on what people do there (``console``, ``both``); empty where it is
    always the console's."""


class IntegrationError(Exception):
    """An upstream call failed. `upstream` names it for the operator, e.g. ``etcd "local"``."""

    def __init__(self, upstream: str, message: str) -> None:
        super().__init__(f"{upstream}: {message}")
        self.upstream = upstream
        self.message = message


class UpstreamUnreachable(IntegrationError):
    """Nothing was answered in time: refused, DNS, TLS or deadline. `timeout` tells which."""

    def __init__(self, upstream: str, message: str, *, timeout: bool = False) -> None:
        super().__init__(upstream, message)
        self.timeout = timeout


class UpstreamDenied(IntegrationError):
    """The upstream refused our credential or its rights."""


class CallerDenied(UpstreamDenied):
    """The upstream refused the person on whose behalf we asked. `missing` names the permission
    in the upstream's own terms, e.g. ``get pods in namespace shop``."""

    def __init__(self, upstream: str, message: str, *, missing: str = "") -> None:
        super().__init__(upstream, message)
        self.missing = missing


class UpstreamRefused(IntegrationError):
    """The upstream says the request is wrong (a 4xx other than 401, 403, 404)."""


class UpstreamConflict(UpstreamRefused):
    """The object changed since it was read, is held by another client, or exists already."""


class Invalid(UpstreamRefused):
    """Some fields cannot be as given: `causes` has (field, what is wrong) of each."""

    def __init__(
        self, upstream: str, message: str, causes: tuple[tuple[str, str], ...] = ()
    ) -> None:
        super().__init__(upstream, message)
        self.causes = causes


class DestinationRefused(UpstreamRefused):
    """It leads to a host or an address that the operator's configuration does not allow;
    nothing was sent there (security reference, section 5)."""


class UpstreamFailed(IntegrationError):
    """The upstream failed (5xx), or answered what its own contract does not allow."""


class ConfigurationError(IntegrationError):
    """The connection's own configuration cannot be used; the message says which part."""


class UpstreamBusy(UpstreamFailed):
    """It has too much to do, and asks to be tried again after `retry_after` seconds."""

    def __init__(self, upstream: str, message: str, retry_after: float) -> None:
        super().__init__(upstream, message)
        self.retry_after = retry_after


class NotFound(IntegrationError):
    """The named object does not exist upstream."""
