"""The change bus: what a transaction changed is told when it commits, to every replica.

Writes through the console's sessions are heard by themselves, however they are made, as
`rows/<table>`; other topics are told with `publish`. On PostgreSQL the notices travel by
NOTIFY within the transaction; on SQLite there is one process, and they stay in it. A notice is
a hint to look again: it may come twice, and after a lost line it is "look at all of it".
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, Final

import structlog
from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, UOWTransaction

from backend.db import fence
from backend.db.listener import listen
from backend.db.notice import CHANNEL, Notice, decode, encode, rows
from backend.db.touched import Touched, flushed, stated

__all__ = ["Bus", "Listener", "NotifyingSession", "publish"]

_PENDING: Final = "craton.notices"
_BUS: Final = "craton.bus"
_log = structlog.get_logger("craton.bus")

Listener = Callable[[Notice], None]


class NotifyingSession(Session):
    """A session that tells what it changed; `Bus.session_options` makes them."""


class Bus:
    """The notices of one process; every console has one."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.origin = secrets.token_hex(6)
        self._engine = engine
        self._listeners: defaultdict[str, list[Listener]] = defaultdict(list)

    @property
    def shared(self) -> bool:
        """Whether other replicas can be told anything."""
        return self._engine.dialect.name == "postgresql"

    def session_options(self) -> dict[str, Any]:
        """Arguments for a session factory whose commits this bus tells."""
        return {"sync_session_class": NotifyingSession, "info": {_BUS: self}}

    def subscribe(self, topic: str, listener: Listener) -> Callable[[], None]:
        """Call `listener` (synchronous, quick) on each notice of `topic`; call the answer to end.
        It is called on the event loop; what it raises is logged."""
        self._listeners[topic].append(listener)
        return lambda: self._listeners[topic].remove(listener)

    def tell(self, notice: Notice) -> None:
        """Give a notice to the listeners in this process alone."""
        for listener in tuple(self._listeners.get(notice.topic, ())):
            try:
                listener(notice)
            except Exception:  # noqa: BLE001 (one listener must not cost another its notice)
                _log.exception("a listener failed", topic=notice.topic)

    def look_again(self) -> None:
        """Notices may have been missed: every listener looks at all of its topic."""
        for topic in tuple(self._listeners):
            self.tell(Notice(topic))

    async def send(self, topic: str, keys: Iterable[str] | None = None) -> None:
        """Tell something that no database change goes with, here and at the other replicas."""
        listed = None if keys is None else tuple(sorted(set(keys)))
        if self.shared:
            async with self._engine.begin() as connection:
                for payload in encode(self.origin, topic, listed):
                    await connection.execute(_NOTIFY, {"channel": CHANNEL, "payload": payload})
        self.tell(Notice(topic, listed))

    async def run(self) -> None:
        """Hear the other replicas until cancelled; returns at once where there are none."""
        if self.shared:
            await listen(self._engine, CHANNEL, self._take, self.look_again)

    def _take(self, payload: str) -> None:
        found = decode(payload)
        if found is None:
            _log.warning("a notice that cannot be read", payload=payload[:200])
            self.look_again()
        elif found[0] != self.origin:
            self.tell(found[1])


_NOTIFY: Final = text("SELECT pg_notify(:channel, :payload)")


def publish(session: AsyncSession | Session, topic: str, keys: Iterable[str] | None = None) -> None:
    """Tell `topic` when the session's transaction commits, never when it rolls back. Without
    `keys`: anything in it may have changed. Rows of tables are told without this."""
    synchronous = session.sync_session if isinstance(session, AsyncSession) else session
    if not isinstance(synchronous, NotifyingSession):
        _attach(synchronous)
    _remember(synchronous, topic, keys)


def _remember(session: Session, topic: str, keys: Iterable[str] | None) -> None:
    pending: dict[str, set[str] | None] = session.info.setdefault(_PENDING, {})
    held = pending.setdefault(topic, set())
    if keys is None:
        pending[topic] = None
    elif held is not None:
        held.update(keys)


def _remember_rows(session: Session, touched: Iterable[Touched]) -> None:
    for table, key in touched:
        _remember(session, rows(table), None if key is None else (key,))


def _on_flush(session: Session, _context: UOWTransaction) -> None:
    _remember_rows(session, flushed(session))


def _on_execute(state: ORMExecuteState) -> None:
    if not state.is_select:
        _remember_rows(state.session, stated(state.statement))


def _before_commit(session: Session) -> None:
    """What was written commits only under the lease it was written under, and is told on
    PostgreSQL in the transaction. Savepoints are not the end of it."""
    if session.in_nested_transaction():
        return
    session.flush()
    pending = session.info.get(_PENDING)
    if not pending:
        return
    fence.check(session)
    if session.get_bind().dialect.name != "postgresql":
        return
    bus: Bus | None = session.info.get(_BUS)
    origin = bus.origin if bus else ""
    payloads = [
        {"channel": CHANNEL, "payload": payload}
        for topic, keys in pending.items()
        for payload in encode(origin, topic, keys)
    ]
    for payload in payloads:
        session.connection().execute(_NOTIFY, payload)


def _after_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    bus: Bus | None = session.info.get(_BUS)
    for topic, keys in session.info.pop(_PENDING, {}).items():
        if bus is not None:
            bus.tell(Notice(topic, None if keys is None else tuple(sorted(keys))))


def _forget(session: Session) -> None:
    if session.in_nested_transaction():
        return  # a savepoint's end; notices of what it undid cost a look, lost ones more
    session.info.pop(_PENDING, None)


def _attach(target: type[Session] | Session) -> None:
    for name, hook in _HOOKS.items():
        if not event.contains(target, name, hook):
            event.listen(target, name, hook)


_HOOKS: Final[dict[str, Callable[..., None]]] = {
    "after_flush": _on_flush,
    "do_orm_execute": _on_execute,
    "before_commit": _before_commit,
    "after_commit": _after_commit,
    "after_rollback": _forget,
}
_attach(NotifyingSession)
