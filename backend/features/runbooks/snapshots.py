"""`/api/v1/etcd/{name}/snapshot`: what it would be of, how to restore it, and the file itself.

The file passes through: nothing of it is kept here. A task of its own takes it from the member and
checks it; the answer has its length in its head and its last bytes only once the whole matched, so
a browser that got less says that the download failed.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.audit import Target
from backend.connections.upstreams import Upstreams
from backend.errors import Conflict, TooManyRequests
from backend.features.runbooks.restoring import keeps_kubernetes, restore_steps
from backend.features.runbooks.schemas import SnapshotPlan, SnapshotReady
from backend.features.runbooks.sizes import said
from backend.http.attempt import Attempt
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.http.stepup import Fresh
from backend.parts import part
from integrations.contract import IntegrationError, UpstreamFailed, UpstreamUnreachable
from integrations.etcd.backup import Snapshot, snapshot
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.look import Look, MemberLook, look
from integrations.etcd.transport import Gateway

__all__ = ["Snapshots", "Taking", "router"]

_AT_ONCE: Final = 2
"""Each has a member read all it holds."""
_AHEAD: Final = 16
"""Parts taken before the reader took them: half a megabyte."""
_PATIENCE: Final = 120.0
"""Seconds until a reader who takes nothing is given up, and a member that sends nothing."""
_FIRST: Final = 30.0
"""Seconds until a member has to begin: it reads nothing before."""
_SILENT: Final = "the member sends nothing"
_AWAY: Final = "The reader left before the end."
_BROKEN: Final = "the snapshot was broken off"

Name = Annotated[str, Path(max_length=63)]

router = APIRouter(
    tags=["key-value: runbooks"], prefix="/etcd/{name}/snapshot", responses=answers(*UPSTREAM)
)


@dataclass
class Snapshots:
    """Those under way in this console."""

    running: set[asyncio.Task[None]] = field(default_factory=set)
    beginning: int = 0

    def check(self) -> None:
        """429 when there are too many."""
        if len(self.running) + self.beginning >= _AT_ONCE:
            raise TooManyRequests(
                f"{_AT_ONCE} snapshots are being taken already: wait until one is done.",
                headers={"Retry-After": "30"},
            )

    @contextmanager
    def place(self) -> Iterator[None]:
        """One is kept from the check until it has begun: who asks meanwhile counts it."""
        self.check()
        self.beginning += 1
        try:
            yield
        finally:
            self.beginning -= 1

    def begin(self, task: asyncio.Task[None]) -> None:
        """One more."""
        self.running.add(task)
        task.add_done_callback(self.running.discard)


async def store_scope(caller: CurrentPrincipal, name: Name) -> Scope:
    """Where the store lies."""
    return scope.etcd(caller.organisation, name)


Takes: Final = Requires("etcdmember", Verb.SNAPSHOT, store_scope, "etcd connection")
Connected = Annotated[Upstreams, part(Upstreams)]


@router.get("", dependencies=[Takes])
async def plan_snapshot(name: Name, upstreams: Connected) -> SnapshotPlan:
    """What a snapshot taken now would be of, and how the cluster is brought back from one."""
    connection = upstreams.find(ETCD, name)
    seen = await look(connection.client, connection.state)
    member = _source(seen)
    listed = connection.stats.listings > 0
    kubernetes = keeps_kubernetes(connection.settings, connection.index, listed=listed)
    return SnapshotPlan(
        member=member.label,
        size=member.size,
        revision=_revision(member),
        kubernetes=kubernetes is True,
        restore=restore_steps(seen, name, f"{name}.db", kubernetes=kubernetes),
    )


@router.post("", dependencies=[Takes, Fresh])
async def prepare_snapshot(
    name: Name, upstreams: Connected, snapshots: Annotated[Snapshots, part(Snapshots)]
) -> SnapshotReady:
    """Ask again who is there before the browser fetches the file by its address."""
    connection = upstreams.find(ETCD, name)
    snapshots.check()
    _source(await look(connection.client, connection.state))
    return SnapshotReady(href=f"/api/v1/etcd/{quote(name, safe='')}/snapshot/file")


@router.get("/file", dependencies=[Fresh], response_class=StreamingResponse)
async def download_snapshot(
    name: Name,
    caller: Annotated[Principal, Takes],
    request: Request,
    upstreams: Connected,
    snapshots: Annotated[Snapshots, part(Snapshots)],
) -> StreamingResponse:
    """All that the store holds, secrets too, as `etcdctl snapshot save` writes it. Less than its
    length is sent where it ends before its time or does not match its hash. On record with its
    size, revision and hash."""
    # The revision is the one the member was at just before: the file may hold newer ones.
    connection = upstreams.find(ETCD, name)
    with snapshots.place():
        member = _source(await look(connection.client, connection.state))
        where = scope.etcd(caller.organisation, name)
        target = Target("etcdmember", name, name, where)
        attempt = Attempt(request, caller, "snapshot", target, right=Verb.SNAPSHOT)
        revision = _revision(member)
        await attempt.begin(f"Of {member.label}, at revision {revision} or later")
        taking = Taking(connection.client.gateway, member, attempt, revision)
        snapshots.begin(asyncio.create_task(taking.run()))
    size = await taking.known()
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    file = quote(f"{name}-{stamp}-revision-{revision}.db")
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{file}",
        "content-length": str(size),
        "cache-control": "no-store",
    }
    return StreamingResponse(taking.parts(), media_type="application/octet-stream", headers=headers)


class Taking:
    """One snapshot on its way: taken by a task of its own, which also records how it ended."""

    def __init__(
        self, gateway: Gateway, member: MemberLook, attempt: Attempt, revision: int
    ) -> None:
        self._size: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._gateway = gateway
        self._member = member
        self._attempt = attempt
        self._revision = revision
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(_AHEAD)
        self._failure: Exception | None = None
        self._left = False

    async def known(self) -> int:
        """Its size, once the member has told it; raises what failed."""
        try:
            return await asyncio.shield(self._size)
        except asyncio.CancelledError:
            self._left = True
            raise

    async def run(self) -> None:
        """Take all of it, and record how it ended, whatever ends it."""
        try:
            async with AsyncExitStack() as stack:
                async with asyncio.timeout(_FIRST):
                    made = await stack.enter_async_context(
                        snapshot(self._gateway, self._member.endpoint)
                    )
                self._size.set_result(made.size)
                await self._take(made)
        except TimeoutError:
            await self._failed(
                UpstreamUnreachable(self._gateway.upstream, _SILENT, timeout=True), _SILENT
            )
        except IntegrationError as error:
            await self._failed(error, str(error))
        finally:
            if not (self._attempt.over and self._size.done()):
                await self._failed(UpstreamFailed(self._gateway.upstream, _BROKEN), _BROKEN)

    async def _take(self, made: Snapshot) -> None:
        """All its parts into the queue, from which the reader takes them."""
        while (piece := None if self._left else await self._next(made)) is not None:
            if not await self._put(piece):
                return
        if self._left:
            await self._attempt.end("failed", _AWAY)
            return
        told = f"{said(made.size)} ({made.size} bytes) at revision {self._revision} or later"
        await self._attempt.end("success", f"{told}, sha256 {made.digest}")
        await self._put(None)

    @staticmethod
    async def _next(made: Snapshot) -> bytes | None:
        async with asyncio.timeout(_PATIENCE):
            return await anext(made.parts, None)

    async def _put(self, piece: bytes | None) -> bool:
        """Whether the reader is there still, and takes it in time."""
        words = _AWAY
        if not self._left:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._queue.put(piece)
            except TimeoutError:
                words, self._left = "The reader took nothing any more.", True
            else:
                return True
        if not self._attempt.over:
            await self._attempt.end("failed", words)
        return False

    async def _failed(self, error: Exception, words: str) -> None:
        self._failure = error
        if not self._attempt.over:
            await self._attempt.end("failed", words)
        if not self._size.done():
            self._size.set_exception(error)
            self._size.exception()  # it is told to the reader, where there is one still
        elif self._queue.full():
            self._queue.get_nowait()  # it is broken anyway: the reader is to hear of it soon
        self._queue.put_nowait(None)

    async def parts(self) -> AsyncIterator[bytes]:
        """What the reader gets; it breaks off where the snapshot does."""
        try:
            while (piece := await self._queue.get()) is not None:
                yield piece
            if self._failure is not None:
                raise self._failure
        finally:
            # Nothing is awaited here: of a reader who left, each waiting is ended at once.
            self._left = True


def _source(seen: Look) -> MemberLook:
    """The voter that is asked: a follower before the leader, which has most to do."""
    found = [one for one in seen.voters if one.status and one.endpoint]
    if not found:
        raise Conflict("No member can be asked for a snapshot now.")
    return min(found, key=lambda one: (one.id == seen.leader_id, seen.lag(one), one.label))


def _revision(member: MemberLook) -> int:
    return member.status.header.revision if member.status else 0
