"""One place that turns what etcd says into the shared error tree.

The transport's failures are told alike for all (`integrations.failures`).

Additions to the tree of `integrations.contract`::

    UpstreamFailed  └── NoLeader    the cluster has no leader: writes and fresh reads fail
    UpstreamRefused ├── Compacted   the asked revision is gone: list again
                    └── NoSpace     the space quota is used up: writes are refused
"""

from __future__ import annotations

import msgspec

from integrations.contract import (
    IntegrationError,
    NotFound,
    UpstreamConflict,
    UpstreamDenied,
    UpstreamFailed,
    UpstreamRefused,
    UpstreamUnreachable,
)
from integrations.etcd.models import EtcdError
from integrations.failures import MAX_TEXT

CANCELLED, DEADLINE_EXCEEDED, EXHAUSTED, OUT_OF_RANGE = 1, 4, 8, 11
NOT_FOUND, DENIED, UNAVAILABLE, UNAUTHENTICATED = 5, 7, 14, 16


class NoLeader(UpstreamFailed):
    """The cluster has no leader right now: writes and linearizable reads cannot work."""


class Compacted(UpstreamRefused):
    """The revision asked for was compacted away; a fresh listing is needed."""


class NoSpace(UpstreamRefused):
    """The database quota is used up; etcd refuses writes until the alarm is cleared."""


def upstream_name(name: str) -> str:
    """How errors name the cluster to the operator."""
    return f'etcd "{name}"'


def from_answer(upstream: str, status: int, body: bytes) -> IntegrationError:
    """Translate a non-2xx answer; its JSON body carries the gRPC code when there is one."""
    try:
        problem = msgspec.json.decode(body, type=EtcdError, strict=False)
    except msgspec.DecodeError:
        problem = EtcdError(message=body[:MAX_TEXT].decode("utf-8", "replace"))
    return from_problem(upstream, problem, status)


def from_problem(upstream: str, problem: EtcdError, status: int = 0) -> IntegrationError:
    """Translate a problem object by its gRPC code, else by the HTTP status."""
    text = problem.text[:MAX_TEXT] or f"answered {status}"
    if "no leader" in text or "leader changed" in text:
        return NoLeader(upstream, "the cluster has no leader")
    if "compacted" in text:
        return Compacted(upstream, "the revision was compacted")
    if "future revision" in text:
        return UpstreamConflict(upstream, "it has not come to that revision yet")
    if "database space exceeded" in text:
        return NoSpace(upstream, "the database quota is used up; etcd refuses writes")
    if "user name is empty" in text:
        asks = "sign-in failed: the cluster asks for a user and a password"
        return UpstreamDenied(upstream, f"{asks} ({text})")
    return _by_code(upstream, problem.status, status, text)


def _by_code(upstream: str, code: int, status: int, text: str) -> IntegrationError:
    if code in {DENIED, UNAUTHENTICATED} or status in {401, 403}:
        return UpstreamDenied(upstream, f"not permitted: {text}")
    if code == NOT_FOUND or status == 404:
        return NotFound(upstream, text)
    if code == DEADLINE_EXCEEDED or status == 504:
        return UpstreamUnreachable(upstream, f"etcd gave up waiting: {text}", timeout=True)
    if code in {CANCELLED, UNAVAILABLE} or status >= 500:
        return UpstreamFailed(upstream, text)
    return UpstreamRefused(upstream, text)
