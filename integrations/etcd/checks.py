"""What each member says of its own health: the checks behind `/readyz`.

`linearizable_read` waits for the quorum, up to etcd's own 7 s when there is none: it is asked
apart from the poll, and only while a leader is known, since without one the answer is known
too. A learner fails `non_learner` by design, so that check is not told.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from integrations.contract import IntegrationError, UpstreamUnreachable
from integrations.etcd.client import EtcdClient
from integrations.etcd.snapshot import ClusterState, MemberState

__all__ = ["HealthCheck", "HealthChecks", "parse_checks"]

_LINE: Final = re.compile(r"^\[([+-])\](\w+)(?: failed: (.*)| ok)?$", re.MULTILINE)
_BY_DESIGN: Final = frozenset({"non_learner"})
_MAX_TEXT: Final = 200
_KEPT_INTERVALS: Final = 3
_WORDS: Final = {
    "linearizable_read": "cannot confirm reads with the other members",
    "serializable_read": "cannot read its own data",
    "data_corruption": "says that its data is corrupt",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class HealthCheck:
    """One line of `/readyz?verbose`; `message` is why it failed, empty when `ok`."""

    name: str
    ok: bool
    message: str = ""


def parse_checks(text: str) -> tuple[HealthCheck, ...]:
    """The checks of a verbose answer, by name; lines that are none are left out."""
    found = (HealthCheck(m[2], m[1] == "+", (m[3] or "")[:_MAX_TEXT]) for m in _LINE.finditer(text))
    return tuple(sorted(found, key=lambda check: check.name))


class HealthChecks:
    """Asks the members for their checks and keeps what fails, for a while."""

    def __init__(
        self,
        client: EtcdClient,
        state: Callable[[], ClusterState | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._state = state
        self._clock = clock
        self._kept = _KEPT_INTERVALS * client.gateway.settings.metrics_interval
        self._failing: dict[str, tuple[float, tuple[str, ...]]] = {}

    async def check(self) -> None:
        """Ask every member that answers, all at once."""
        state = self._state()
        if state is None or not state.leader_id:
            self._failing.clear()
            return
        asked = [member for member in state.members if member.answers]
        told = await asyncio.gather(*(self._ask(member) for member in asked))
        now = self._clock()
        self._failing = {m.id: (now, found) for m, found in zip(asked, told, strict=True) if found}

    def failing(self, member: str) -> tuple[str, ...]:
        """What member id `member` fails, in words; nothing once it is too old to be believed."""
        at, found = self._failing.get(member, (0.0, ()))
        return found if self._clock() - at <= self._kept else ()

    async def _ask(self, member: MemberState) -> tuple[str, ...]:
        try:
            checks = await self._client.readiness(member.endpoint)
        except UpstreamUnreachable as error:
            return await self._stuck(member) if error.timeout else ()
        except IntegrationError as error:
            log.info("etcd readiness failed", upstream=error.upstream, error=error.message)
            return ()
        return tuple(
            _sentence(check)
            for check in parse_checks(checks)
            if not check.ok and check.name not in _BY_DESIGN
        )

    async def _stuck(self, member: MemberState) -> tuple[str, ...]:
        """Readiness hangs: whether the member itself does too decides what helps."""
        try:
            await self._client.liveness(member.endpoint)
        except IntegrationError:
            return ("its health checks do not answer (livez): restarting it may help",)
        return (f"{_WORDS['linearizable_read']} (readyz does not answer)",)


def _sentence(check: HealthCheck) -> str:
    words = _WORDS.get(check.name, f"fails the check {check.name}")
    return f"{words} (readyz: {check.message or check.name})"
