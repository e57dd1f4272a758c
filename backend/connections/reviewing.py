"""What clusters with rights of their own leave of their rows (identity reference, 3 and 5).

One watch of the console's own feeds every page. Where a cluster is connected with
``rights = "both"``, its rows are shown only to those whom it lets list them: it is asked by access
reviews about the person, as details and changes are asked as the person. An allowance is
believed for 10 s at most, a refusal for 5 s; open pages ask again, so a right taken away
there takes rows away within that time. What took many questions is asked more seldom, so that
one person with rights in 250 namespaces costs a cluster `_A_SECOND` reviews a second and page,
not a thousand: the whole then is at most a minute old (identity reference, section 3.8).

What cannot be asked is hidden, with one exception: a cluster that does not answer at all. Its
rows are the last ones known, of when it still answered, and its verdict of that time stands:
for `GRACE` seconds, and beyond while its own health says that it is down. Otherwise the page of
an outage would be empty for exactly those who look for its cause. Of a cluster whose connection
starts or was removed nothing is shown: its rows come earlier and go later than the connection
that could ask.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog
from cachetools import LRUCache, TLRUCache, TTLCache

from auth import scope
from auth.principal import Principal
from auth.scope import Scope, covers
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.live.guard import Guard
from backend.live.reviewed import EVERYWHERE, Limit, Resource, Reviewed, limit_of
from integrations.caller import Caller
from integrations.contract import FeedState
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reviews import Attributes, Verdict
from integrations.kubernetes.settings import RightsSource

__all__ = ["ClusterReviews"]

GRACE: Final = 60.0
MAX_NAMESPACES: Final = 250
"""Namespaces asked about one by one, where the whole cluster is not allowed; rows of further
ones are hidden."""

_KEEP: Final = 1.0
_KEEP_MOST: Final = 50.0
_A_SECOND: Final = 100.0
"""Questions a second that one person's page may cost a cluster in the long run."""
_SECONDS: Final = 4.0
"""One look at a cluster may take this long; what is not answered then is as if unreachable."""
_AT_ONCE: Final = 4
_WARN_SECONDS: Final = 60.0
_CALLERS: Final = 4096
_ANSWERS: Final = 16_384
_VERDICTS: Final = 65_536

_SILENT: Final = frozenset({FeedState.STALE, FeedState.CONNECTING})
"""Where its own health says that a cluster does not answer, it is not asked."""

_NO_ANSWER: Final = Verdict(allowed=False, reason="no answer", failed=True, unreachable=True)

_log = structlog.get_logger("craton.connections")

Namespaces = Callable[[str], Iterable[str]]
"""The namespaces known of a cluster."""
Where = tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class _Answer:
    """Where some resources may be listed, how many questions that took, and for how many seconds
    it is used again."""

    allowed: tuple[tuple[str, Where], ...]
    questions: int
    keep: float = 0.0


class ClusterReviews:
    """The `Reviewer` of the console."""

    def __init__(
        self,
        upstreams: Upstreams,
        namespaces: Namespaces,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._upstreams = upstreams
        self._namespaces = namespaces
        self._clock = clock
        self._answers: TLRUCache[tuple[object, ...], _Answer] = TLRUCache(
            _ANSWERS, ttu=lambda _key, answer, now: now + answer.keep, timer=clock
        )
        self._last: LRUCache[tuple[str, str, Attributes], tuple[bool, float]] = LRUCache(_VERDICTS)
        self._gates: dict[str, asyncio.Semaphore] = {}
        self._warned: TTLCache[str, bool] = TTLCache(_CALLERS, _WARN_SECONDS, timer=clock)

    async def limits(
        self, caller: Principal, guard: Guard, reviewed: Reviewed
    ) -> tuple[Limit, ...]:
        """The limits by the clusters that decide too and in which `guard` shows anything."""
        asked = [
            connection
            for name, connection in self._upstreams.all(KUBERNETES).items()
            if connection.settings.rights is RightsSource.BOTH and guard.overlaps(("cluster", name))
        ]
        found = await asyncio.gather(*(self._limit(caller, guard, reviewed, c) for c in asked))
        kept = [limit for limit in found if limit is not None]
        # After the waiting: one that was removed meanwhile is among them.
        unasked = {
            name
            for name, settings in self._upstreams.unasked(KUBERNETES).items()
            if settings.rights is RightsSource.BOTH and guard.overlaps(("cluster", name))
        }
        kept = [limit for limit in kept if limit.system not in unasked]
        kept += [Limit(name, ()) for name in unasked]
        return tuple(sorted(kept, key=lambda limit: limit.system))

    async def _limit(
        self, caller: Principal, guard: Guard, reviewed: Reviewed, connection: KubernetesConnection
    ) -> Limit | None:
        look = _Look(self, caller, guard, connection)
        resources = reviewed.of(connection.name)
        fixed = len(reviewed.resources)
        found: list[_Answer] = []
        fresh: dict[tuple[object, ...], _Answer] = {}
        # Of what comes and goes each is asked by itself: the others stay known.
        for part in (resources[:fixed], *((resource,) for resource in resources[fixed:])):
            key: tuple[object, ...] = (id(connection), part, look.key)
            if (known := self._answers.get(key)) is None:
                known = fresh[key] = await look.answer(part)
            found.append(known)
        keep = look.keep(sum(answer.questions for answer in found))
        for key, answer in fresh.items():
            self._answers[key] = replace(answer, keep=keep)
        allowed = [item for answer in found for item in answer.allowed]
        return limit_of(connection.name, reviewed, allowed)

    def gate(self, cluster: str) -> asyncio.Semaphore:
        """Lets a few questions at a time go to `cluster`, so that others find room."""
        return self._gates.setdefault(cluster, asyncio.Semaphore(_AT_ONCE))

    def namespaces(self, cluster: str) -> list[str]:
        """The namespaces to ask about one by one."""
        return sorted(self._namespaces(cluster))[:MAX_NAMESPACES]

    def settled(
        self, connection: KubernetesConnection, caller: Caller, what: Attributes, verdict: Verdict
    ) -> bool:
        """Whether `what` may be seen, by `verdict` or the last one that was given."""
        key, now = (connection.name, caller.key, what), self._clock()
        if not verdict.failed:
            self._last[key] = verdict.allowed, now
            return verdict.allowed
        if not verdict.unreachable:
            self._warn(connection.name, verdict.reason)
            return False
        allowed, at = self._last.get(key, (False, 0.0))
        return allowed and (now - at < GRACE or connection.health.state is FeedState.STALE)

    def _warn(self, cluster: str, why: str) -> None:
        if cluster not in self._warned:
            self._warned[cluster] = True
            _log.warning("not asked for people's rights; rows are hidden", cluster=cluster, why=why)


class _Look:
    """The questions of one caller to one cluster; after one that is not answered, the others
    are not asked."""

    def __init__(
        self,
        reviews: ClusterReviews,
        principal: Principal,
        guard: Guard,
        connection: KubernetesConnection,
    ) -> None:
        self._reviews = reviews
        self._principal = principal
        self._connection = connection
        self._silent: Verdict | None = None
        self._questions = 0
        cluster = scope.cluster(guard.organisation, connection.name)
        self._whole = any(covers(held, cluster) for held in guard.scopes)
        self._inside = _inside(guard.scopes, cluster)
        self.key = (self._caller("").key, self._whole, tuple(self._inside))

    def keep(self, questions: int) -> float:
        """For how many seconds its answers are used again: by what the whole costs, unless some
        are missing."""
        if self._silent is not None:
            return _KEEP
        return min(_KEEP_MOST, max(_KEEP, questions / _A_SECOND))

    async def answer(self, resources: Sequence[Resource]) -> _Answer:
        """Where the caller may list each of them."""
        before = self._questions
        allowed = [(resource.name, await self.where(resource)) for resource in resources]
        return _Answer(tuple(allowed), self._questions - before)

    async def where(self, resource: Resource) -> Where:
        """Where in the cluster the caller may list `resource`."""
        if not resource.namespaced:
            return EVERYWHERE if await self._may(_listing(resource)) else ()
        if self._whole and await self._may(_listing(resource)):
            return EVERYWHERE
        names = self._reviews.namespaces(self._connection.name) if self._whole else self._inside
        asked = [_within(resource, name) for name in names]
        verdicts = await asyncio.gather(*(self._may(what) for what in asked))
        return tuple(name for name, may in zip(names, verdicts, strict=True) if may)

    async def _may(self, what: Attributes) -> bool:
        caller = self._caller(what.namespace)
        self._questions += 1
        async with self._reviews.gate(self._connection.name):
            verdict = self._silent or await self._asked(caller, what)
        if verdict.unreachable:
            self._silent = verdict
        return self._reviews.settled(self._connection, caller, what, verdict)

    async def _asked(self, caller: Caller, what: Attributes) -> Verdict:
        if self._connection.health.state in _SILENT:
            return _NO_ANSWER
        try:
            async with asyncio.timeout(_SECONDS):
                return await self._connection.reviews.decide(caller, what)
        except TimeoutError:
            return _NO_ANSWER

    def _caller(self, namespace: str) -> Caller:
        found = kubernetes_caller(self._principal, self._connection.settings, namespace)
        if found is None:  # its settings changed: the next look finds it gone
            raise RuntimeError(f"{self._connection.name} does not decide on rights")
        return found


def _inside(scopes: Sequence[Scope], cluster: Scope) -> list[str]:
    """The namespaces of the cluster that the scopes name."""
    depth = len(cluster) + 2
    held = {s[depth - 1] for s in scopes if len(s) == depth and covers(cluster, s)}
    return sorted(held)[:MAX_NAMESPACES]


def _listing(resource: Resource) -> Attributes:
    return Attributes("list", resource.plural, resource.group)


def _within(resource: Resource, namespace: str) -> Attributes:
    if resource.is_namespace:
        return Attributes("get", resource.plural, resource.group, "", namespace, namespace)
    return Attributes("list", resource.plural, resource.group, namespace=namespace)
