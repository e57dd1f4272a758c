"""The log of one container: read once, or followed through its restarts (reference of actions,
section 2)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from backend.features.cluster.logs.lines import LOST, Event, Line, Told, read_line
from integrations.backoff import Backoff
from integrations.caller import Caller
from integrations.contract import (
    CallerDenied,
    IntegrationError,
    Invalid,
    NotFound,
)
from integrations.kubernetes import KINDS
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.logs import LogQuery, open_log
from integrations.kubernetes.models.pods import ContainerStatus, Pod

__all__ = ["Source", "containers_of", "follow", "read"]

_LOOK: Final = 1.0
_SLOWEST: Final = 15.0
_OVER: Final = frozenset({"Succeeded", "Failed"})


@dataclass(frozen=True, slots=True)
class Source:
    """Which container's log, and from where on."""

    client: KubernetesClient
    as_: Caller | None
    namespace: str
    pod: str
    query: LogQuery

    def told(self, event: Event, text: str = "") -> Told:
        """An event of this container."""
        return Told(event, self.pod, self.query.container, text)


def containers_of(pod: Pod) -> list[str]:
    """The containers of a pod that have or will have a log, by name: init containers first."""
    return [one.name for one in (*pod.spec.init_containers, *pod.spec.containers)]


async def read(source: Source) -> AsyncGenerator[Line | Told]:
    """What is there of it now. Raises what the cluster answers."""
    opened = open_log(source.client, source.namespace, source.pod, source.query, as_=source.as_)
    async with opened as lines:
        async for raw in lines:
            if raw.startswith(LOST):
                yield source.told(Event.LOST)
            else:
                yield read_line(source.pod, source.query.container, raw)


async def follow(source: Source) -> AsyncGenerator[Line | Told]:
    """All of it from its query's beginning, until the container or its pod has ended for good.

    A stream ends cleanly when the container ends **and** when its machine is lost: the pod tells
    which. The next one begins at the last line's time, whose fraction the API server drops: what
    was told already is left out.
    """
    following = _Following(source)
    while True:
        try:
            # Closed with this one: left to itself it would keep its connection for a while.
            async with aclosing(following.run()) as lines:
                async for line in lines:
                    yield line
            told, over = await following.after()
        except (CallerDenied, NotFound) as error:
            event = Event.GONE if isinstance(error, NotFound) else Event.DENIED
            yield source.told(event, error.message)
            return
        except IntegrationError as error:
            told, over = following.failed(error), False
        if told is not None:
            yield told
        if over:
            return
        await following.pause()


class _Following:
    """How far one container's log was told."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._last = ""
        self._restarts = -1
        self._said = ""
        self._backoff = Backoff(_LOOK, _SLOWEST)

    async def run(self) -> AsyncGenerator[Line]:
        """One opening of it, to its end."""
        source = self._source
        query = replace(source.query, follow=True)
        if self._last:
            query = replace(query, since=self._last, tail_lines=None)
        opened = open_log(source.client, source.namespace, source.pod, query, as_=source.as_)
        async with opened as lines:
            async for raw in lines:
                line = read_line(source.pod, query.container, raw)
                if line.at and line.at <= self._last:
                    continue
                self._last, self._said = line.at or self._last, ""
                self._backoff.reset()
                yield line

    async def after(self) -> tuple[Told | None, bool]:
        """What is to be told once it ended, and whether no more will come of it."""
        status, over = await _after(self._source)
        if over:
            return self._source.told(Event.ENDED), True
        again = 0 <= self._restarts < status.restart_count
        self._restarts = status.restart_count
        return (self._source.told(Event.RESTARTED) if again else None), False

    def failed(self, error: IntegrationError) -> Told | None:
        """The sentence, unless it was told already."""
        if error.message == self._said:
            return None
        self._said = error.message
        event = Event.WAITING if isinstance(error, Invalid) else Event.UNREACHABLE
        return self._source.told(event, self._said)

    async def pause(self) -> None:
        """Until it is opened again."""
        await asyncio.sleep(self._backoff.next())


async def _after(source: Source) -> tuple[ContainerStatus, bool]:
    """How the container is once its log ended, and whether no more will come of it."""
    pod: Pod = await source.client.get(KINDS["pods"], source.namespace, source.pod, as_=source.as_)
    name = source.query.container
    listed = (*pod.status.init_container_statuses, *pod.status.container_statuses)
    status = next((one for one in listed if one.name == name), ContainerStatus())
    init = any(
        one.name == name and one.restart_policy != "Always" for one in pod.spec.init_containers
    )
    terminated = status.state.terminated
    done = terminated is not None and (init and terminated.exit_code == 0)
    return status, done or pod.status.phase in _OVER
