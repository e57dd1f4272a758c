"""One live socket, whatever carries it: frames in, frames out, rights watched."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import replace
from typing import Final, Protocol

import structlog

from auth.principal import Principal
from auth.role import Verb
from backend.audit import Origin
from backend.errors import Problem, TooManyRequests, UpstreamTimeout
from backend.http.denial import Denial
from backend.live.closing import Close, CloseCode
from backend.live.denied import no_right
from backend.live.errors import NoSuchTeam
from backend.live.frames import (
    PROTOCOL,
    ClientFrame,
    Heartbeat,
    Hello,
    Move,
    Notice,
    Pause,
    Pong,
    Refused,
    Resume,
    Resync,
    Subscribe,
    Unsubscribe,
    encode_frame,
    read_frame,
)
from backend.live.guard import Guard, guard_of, may_see
from backend.live.metrics import FRAME_BYTES, FRAMES, SUBSCRIPTIONS
from backend.live.parse import parse_query
from backend.live.rate import Rate
from backend.live.registry import Registry
from backend.live.subscription import Subscription

__all__ = ["LiveConnection"]

MAX_SUBSCRIPTIONS: Final = 32
MAX_WAITING: Final = 256
OPEN_SECONDS: Final = 10.0
_NO_TEAM: Final = Guard("", ())
"""The guard of a team that is gone: none that rows are shown by."""

_log = structlog.get_logger("craton.live")


class ConnectionRights(Protocol):
    """Who is behind a socket."""

    async def current(self, principal: Principal) -> Principal | None:
        """The caller with the rights in force now; None when the session is over."""

    def touch(self, principal: Principal) -> None:
        """The caller did something."""


class ConnectionHub(Protocol):
    """What a session needs of the hub it belongs to."""

    registry: Registry
    heartbeat: float
    patience: float
    instance: str

    @property
    def auth(self) -> ConnectionRights: ...

    async def until_recheck(self) -> None: ...

    async def refused(self, origin: Origin, denial: Denial) -> None: ...


class LiveConnection:
    """The subscriptions of one socket.

    The carrier calls `receive` for each frame of the client and sends what `next_frames`
    gives; `watch` runs beside them. Each raises `Close` when the socket is to be closed.
    """

    def __init__(
        self, hub: ConnectionHub, principal: Principal, origin: Origin | None = None
    ) -> None:
        self.principal = principal
        self._origin = origin or Origin.of(principal)
        self._hub = hub
        self._guards: dict[str, Guard] = {}
        self._subscriptions: dict[str, Subscription] = {}
        self._due: dict[str, Subscription] = {}
        self._control: deque[tuple[str, str]] = deque()
        self._waiting = asyncio.Event()
        self._changing = asyncio.Lock()
        self._rights_changed = False
        self._paused = False
        self._rate = Rate(per_second=20, burst=100)
        self._heard = time.monotonic()
        self._notify("hello", Hello(PROTOCOL, hub.heartbeat, hub.instance))

    async def receive(self, text: str) -> None:
        """Carry out one frame of the client."""
        self._heard = time.monotonic()
        if not self._rate.allow():
            raise Close(CloseCode.TOO_MANY, "too many frames")
        try:
            frame = read_frame(text)
        except ValueError as error:
            raise Close(CloseCode.PROTOCOL, str(error)) from error
        if isinstance(frame, Pong):
            return
        self._hub.auth.touch(self.principal)
        async with self._changing:
            await self._carry_out(frame)
        self._heard = time.monotonic()

    async def next_frames(self) -> list[str]:
        """The frames that are due, at least one: waits until there is. Call it again only
        when they are sent: what changes meanwhile is merged, not queued."""
        while not (frames := self.due_frames()):
            await self._waiting.wait()
        return frames

    def due_frames(self) -> list[str]:
        """The frames that are due now, to be sent in this order."""
        self._waiting.clear()
        due, self._due = self._due, {}
        frames = [*self._control]
        self._control.clear()
        frames += [frame for item in due.values() if (frame := item.take()) is not None]
        for op, text in frames:
            FRAMES.labels(op).inc()
            FRAME_BYTES.inc(len(text))
        return [text for _, text in frames]

    async def watch(self) -> None:
        """Heartbeats, and the caller's rights every second or when the hub says so. Systems that
        decide too are asked beside, by one look at a time: neither a heartbeat nor the end of a
        session waits for a slow one."""
        beat = time.monotonic() + self._hub.heartbeat
        look: asyncio.Task[None] | None = None
        try:
            while True:
                await self._hub.until_recheck()
                await self._check_session()
                if look is not None and look.done():
                    look.result()
                if look is None or look.done():
                    look = asyncio.create_task(self._look())
                now = time.monotonic()
                if now - self._heard > self._hub.patience and not self._changing.locked():
                    raise Close(CloseCode.NO_PONG, "no answer to heartbeats")
                if now >= beat:
                    beat = now + self._hub.heartbeat
                    self._beat()
        finally:
            if look is not None:
                look.cancel()
                await asyncio.gather(look, return_exceptions=True)

    async def recheck(self) -> None:
        """Apply the rights in force now to every subscription."""
        await self._check_session()
        await self._narrow()

    async def _check_session(self) -> None:
        current = await self._hub.auth.current(self.principal)
        if current is None:
            raise Close(CloseCode.SESSION_ENDED, "the session has ended")
        if not current.policy.bindings:
            raise Close(CloseCode.NO_RIGHT, "no right is left")
        if current.policy.fingerprint != self.principal.policy.fingerprint:
            self._rights_changed = True
            self._hide(current)
        self.principal = current

    def _hide(self, current: Principal) -> None:
        """What the console itself shows less of now is still at once, whoever is asked later."""
        for item in self._subscriptions.values():
            guard = self._guards.get(item.id)
            now = guard_of(current, item.source.collection, Verb.WATCH)
            if guard is not None and not replace(guard, limits=()).within(now):
                item.detach()
                del self._guards[item.id]  # so that it counts as changed until it is reopened

    async def _look(self) -> None:
        await self._narrow()
        while self._rights_changed:  # meanwhile
            await self._narrow()

    async def _narrow(self) -> None:
        if self._rights_changed:
            async with self._changing:  # one that is being opened is looked at when it is
                self._rights_changed = False
                await self._apply_rights(await self._outdated(whole=True))
        elif narrowed := await self._outdated(whole=False):
            async with self._changing:
                kept = [item for item in narrowed if self._subscriptions.get(item.id) is item]
                await self._apply_rights(kept)

    def close(self) -> None:
        """Free everything; the socket is gone."""
        for name in list(self._subscriptions):
            self._forget(name)

    async def _carry_out(self, frame: ClientFrame) -> None:
        if isinstance(frame, Subscribe):
            await self._subscribe(frame)
        elif isinstance(frame, Move):
            await self._move(frame)
        elif isinstance(frame, Unsubscribe):
            self._forget(frame.id)
        elif isinstance(frame, Pause):
            self._pause()
        elif isinstance(frame, Resume):
            await self._resume()

    async def _subscribe(self, frame: Subscribe) -> None:
        self._forget(frame.id)
        try:
            if len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
                raise TooManyRequests(f"A socket has at most {MAX_SUBSCRIPTIONS} subscriptions.")
            source = self._hub.registry.get(frame.collection)
            words = frame.query
            query = parse_query(
                source.collection,
                filters=words.filter,
                labels=words.labels,
                q=words.q,
                sort=words.sort,
                facets=words.facet,
            )
            item = Subscription(frame.id, source, query, self._ready, words.team)
            item.offset, item.limit = frame.offset, frame.limit
            await self._open(item)
        except Problem as problem:
            await self._refuse(frame.id, problem)

    async def _open(self, item: Subscription) -> None:
        guard = await self._guard(item)
        if not may_see(self.principal, item.source.collection, Verb.WATCH):
            raise no_right(self.principal, item.source.collection, Verb.WATCH)
        if not self._paused:
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    window = await item.source.open(item.query, guard, item.offset, item.limit)
            except TimeoutError as error:
                raise UpstreamTimeout(
                    f"{item.source.collection.title} could not be read in {OPEN_SECONDS:.0f} "
                    "seconds. Narrow the filter or try again."
                ) from error
            item.attach(window)
        if item.id not in self._subscriptions:
            self._subscriptions[item.id] = item
            SUBSCRIPTIONS.inc()
        self._guards[item.id] = guard

    async def _move(self, frame: Move) -> None:
        item = self._subscriptions.get(frame.id)
        if item is None:
            return
        item.offset, item.limit = frame.offset, frame.limit
        await self._reopen(item)

    async def _reopen(self, item: Subscription, *, asked: bool = True) -> None:
        try:
            await self._open(item)
        except Problem as problem:
            self._forget(item.id)
            await self._refuse(item.id, problem, asked=asked)

    def _pause(self) -> None:
        self._paused = True
        for item in self._subscriptions.values():
            item.detach()

    async def _resume(self) -> None:
        if self._paused:
            self._paused = False
            for item in list(self._subscriptions.values()):
                await self._reopen(item)

    async def _guard(self, item: Subscription) -> Guard:
        registry = self._hub.registry
        caller = await registry.narrowed(self.principal, item.team)
        return await registry.guard(caller, item.source.collection, Verb.WATCH)

    async def _guard_now(self, item: Subscription) -> Guard | None:
        """Of an open subscription; what cannot be told now (whose the rows are) is as it was."""
        try:
            return await self._guard(item)
        except NoSuchTeam:
            return _NO_TEAM
        except Problem:
            return self._guards.get(item.id)

    async def _outdated(self, *, whole: bool) -> list[Subscription]:
        """The subscriptions whose guard is another one now. Unless the rights in the console
        changed (`whole`), only those that other systems decide on or that show what a team owns
        are looked at: without the lock, for that may take its time, and again at the next look."""
        if self._paused:
            return []
        looked = [
            (item, self._guards.get(item.id))
            for item in tuple(self._subscriptions.values())
            if whole or item.team or item.source.collection.reviewed is not None
        ]
        guards = await asyncio.gather(*(self._guard_now(item) for item, _ in looked))
        return [item for (item, old), new in zip(looked, guards, strict=True) if new != old]

    async def _apply_rights(self, changed: list[Subscription]) -> None:
        if self._paused:
            return
        for item in changed:
            item.detach()
            self._notify("resync", Resync(item.id, "rights changed"))
        for item in changed:
            await self._reopen(item, asked=False)

    def _forget(self, name: str) -> None:
        item = self._subscriptions.pop(name, None)
        self._due.pop(name, None)
        self._guards.pop(name, None)
        if item is not None:
            item.detach()
            SUBSCRIPTIONS.dec()

    async def _refuse(self, name: str, problem: Problem, *, asked: bool = True) -> None:
        """Answer with the problem; a right that the client `asked` for in vain is recorded, one
        that was taken away from an open page is not: nobody tried anything."""
        self._notify("error", Refused(name, problem.body()))
        if asked and isinstance(problem.denial, Denial):
            await self._hub.refused(self._origin, problem.denial)

    def _beat(self) -> None:
        if not any(op == "heartbeat" for op, _ in self._control):
            self._notify("heartbeat", Heartbeat(time.time()))

    def _notify(self, op: str, frame: Notice) -> None:
        if len(self._control) >= MAX_WAITING:
            raise Close(CloseCode.TOO_MANY, "answers are not read")
        self._control.append((op, encode_frame(frame)))
        self._waiting.set()

    def _ready(self, item: Subscription) -> None:
        self._due[item.id] = item
        self._waiting.set()
