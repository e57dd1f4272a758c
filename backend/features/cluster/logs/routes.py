"""`/api/v1/clusters/{cluster}/logs/{namespace}`: logs of containers, read once or followed."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.errors import Conflict, TooManyRequests
from backend.features.cluster.logs.lines import Line, Told, encoded
from backend.features.cluster.logs.merging import followed, once
from backend.features.cluster.logs.source import Source, containers_of
from backend.features.cluster.service import missing_alike
from backend.features.cluster.standing import Standing
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.identity.credentials import Identities
from backend.parts import part
from integrations.caller import Caller
from integrations.kubernetes import KINDS
from integrations.kubernetes.connection import KubernetesConnection
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.logs import LogQuery
from integrations.kubernetes.reviews import Attributes

__all__ = ["LogStreams", "router"]

MOST_SOURCES: Final = 40
MOST_LINES: Final = 20_000
MOST_OPEN: Final = 16
"""Followed streams of one credential."""
_NDJSON: Final = "application/x-ndjson"

Name = Annotated[str, Path(max_length=253)]

router = APIRouter(
    tags=["kubernetes: logs"], prefix="/clusters/{cluster}/logs", responses=answers(*UPSTREAM)
)


@dataclass
class LogStreams:
    """How many each credential follows."""

    open: Counter[str] = field(default_factory=Counter)

    def check(self, whose: str) -> None:
        """429 when there are too many."""
        if self.open[whose] >= MOST_OPEN:
            raise TooManyRequests(
                f"You follow {MOST_OPEN} logs already: close one of those pages first.",
                headers={"Retry-After": "5"},
            )

    def begin(self, whose: str) -> None:
        """One more: counted by the stream itself, since one that nobody reads never begins."""
        self.open[whose] += 1

    def end(self, whose: str) -> None:
        """One less."""
        self.open[whose] -= 1
        if self.open[whose] <= 0:
            del self.open[whose]


async def at_namespace(caller: CurrentPrincipal, cluster: Name, namespace: Name) -> Scope:
    """Where the pods lie."""
    return scope.namespace(caller.organisation, cluster, namespace)


class Wanted(BaseModel):
    """Which lines of which containers, and how. `since` is a time; what it has of a second's
    fraction is dropped by the API server."""

    model_config = ConfigDict(extra="forbid")

    pod: Annotated[list[Annotated[str, Field(max_length=253)]], Field(min_length=1, max_length=20)]
    container: Annotated[str, Field(max_length=253)] = ""
    previous: bool = False
    tail: Annotated[int, Field(ge=0, le=MOST_LINES)] = 1000
    since: AwareDatetime | None = None
    follow: bool = False
    form: Literal["lines", "text"] = "lines"


@router.get("/{namespace}", response_class=StreamingResponse, responses=answers(409, 429))
async def stream_logs(
    caller: Annotated[Principal, Requires("pod", Verb.LOGS, at_namespace, "pod")],
    upstreams: Annotated[Upstreams, part(Upstreams)],
    wanted: Annotated[Wanted, Query()],
    *,
    identities: Annotated[Identities, part(Identities)],
    streams: Annotated[LogStreams, part(LogStreams)],
    cluster: Name,
    namespace: Name,
) -> StreamingResponse:
    """Logs of containers of one namespace, by time: of all containers of the pods unless one is
    named. As NDJSON, a line or an event each; `form=text` as a file. Followed, it goes on over
    restarts and ends within two seconds when the caller may not read it any more."""
    connection = upstreams.find(KUBERNETES, cluster)
    as_ = kubernetes_caller(caller, connection.client.settings, namespace)
    sources = await _sources(connection, as_, namespace, wanted)
    if wanted.form == "text":
        return _file(sources, wanted)
    if not wanted.follow or wanted.previous:
        return StreamingResponse(_encoded(once(sources)), media_type=_NDJSON)
    streams.check(str(caller.credential))
    there = Attributes("get", "pods", "", "log", namespace)
    guard = Standing(identities, caller, connection, as_, namespace, Verb.LOGS, there)
    return StreamingResponse(_live(sources, guard, streams), media_type=_NDJSON)


async def _sources(
    connection: KubernetesConnection, as_: Caller | None, namespace: str, wanted: Wanted
) -> list[Source]:
    client = connection.client
    with missing_alike():
        pods = await asyncio.gather(
            *(client.get(KINDS["pods"], namespace, name, as_=as_) for name in wanted.pod)
        )
    since = wanted.since.isoformat() if wanted.since else ""
    found = [
        Source(
            client,
            as_,
            namespace,
            pod.metadata.name,
            LogQuery(container, previous=wanted.previous, tail_lines=wanted.tail, since=since),
        )
        for pod in pods
        for container in containers_of(pod)
        if wanted.container in {"", container}
    ]
    if not found:
        raise Conflict(f"None of these pods has a container called {wanted.container}.")
    return found[:MOST_SOURCES]


async def _encoded(items: AsyncIterator[Line | Told]) -> AsyncIterator[bytes]:
    async for item in items:
        yield encoded(item)


def _file(sources: list[Source], wanted: Wanted) -> StreamingResponse:
    several = len(sources) > 1

    async def text() -> AsyncIterator[bytes]:
        async for item in once(sources):
            if isinstance(item, Told):
                yield f"# {item.pod} {item.container}: {item.text}\n".encode()
                continue
            whose = f"{item.pod} {item.container} " if several else ""
            yield f"{whose}{item.at} {item.text}\n".encode()

    name = quote(f"{'-'.join(wanted.pod[:3])}.log")
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{name}"}
    return StreamingResponse(text(), media_type="text/plain; charset=utf-8", headers=headers)


async def _live(
    sources: list[Source], guard: Standing, streams: LogStreams
) -> AsyncIterator[bytes]:
    whose = str(guard.caller.credential)
    streams.begin(whose)
    try:
        async with contextlib.aclosing(followed(sources, guard.over)) as batches:
            async for batch in batches:
                yield b"".join(map(encoded, batch)) or b"\n"
    finally:
        # Nothing is awaited here: of a reader who left, each waiting is ended at once.
        streams.end(whose)
