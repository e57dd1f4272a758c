"""Keep the running connections equal to the declared ones."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from backend.connections.contact import Contact
from backend.connections.expiry import expiry_warning
from backend.connections.feeds import FeedFactory, close, join
from backend.connections.metrics import WATCHES, observer
from backend.connections.records import Record, RecordSource, merged
from backend.connections.upstreams import Upstreams
from integrations.contract import CONTACT, Connection, Feed, FeedState, Freshness, IntegrationError
from integrations.discovery import load
from integrations.findings import Certificate

__all__ = ["ConnectionManager", "Declared"]

_RETRY_SECONDS: Final = 15.0
_CERTIFICATES_SECONDS: Final = 600.0
_ROWS_SECONDS: Final = 30.0
"""After this time no row, derived ones included, is left of a connection whose feeds are closed."""
_log = structlog.get_logger("craton.connections")

Key = tuple[str, str]


@dataclass(slots=True)
class _Entry:
    """A declared connection with its feeds; `connection` is None while it does not run."""

    record: Record
    contact: Contact
    feeds: dict[str, Feed[Any]]
    connection: Connection | None = None
    failure: str = ""
    again: float = 0.0
    """When a failed start is tried again (monotonic seconds)."""
    certificates: tuple[Certificate, ...] = ()
    looked: float = -1e9
    """When its certificates were last read (monotonic seconds)."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A record and how contact with it is; no freshness when it is switched off."""

    record: Record
    freshness: Freshness | None
    feeds: Mapping[str, str] = field(default_factory=dict)
    """The state of each of its feeds, with the reason."""
    certificates: tuple[Certificate, ...] = ()
    lost: bool = False
    """Whether nothing comes over it any more."""

    @property
    def expires(self) -> float | None:
        """When the first of its certificates ends (Unix seconds)."""
        return min((c.expires for c in self.certificates), default=None)

    @property
    def warning(self) -> str:
        """Which certificate ends soon, in a sentence; empty when none does."""
        return expiry_warning(self.certificates, time.time())


class ConnectionManager:
    """Starts, restarts and stops connections as their records come, change and go."""

    def __init__(self, sources: Sequence[RecordSource], upstreams: Upstreams) -> None:
        self.upstreams = upstreams
        self._sources = tuple(sources)
        self._factories: Mapping[str, Sequence[FeedFactory]] = {}
        self._declared: dict[Key, Record] = {}
        self._entries: dict[Key, _Entry] = {}
        self._closed: dict[Key, float] = {}
        self._listeners: list[Callable[[Key], None]] = []
        self._lock = asyncio.Lock()

    def serve(self, factories: Mapping[str, Sequence[FeedFactory]]) -> None:
        """Say who wants feeds of which kind of connection; call once, before `reconcile`."""
        self._factories = factories

    def on_change(self, listener: Callable[[Key], None]) -> None:
        """Call `listener` with kind and name when a record or its contact changes."""
        self._listeners.append(listener)

    def declared(self) -> list[Declared]:
        """Every record with its contact, by kind and name."""
        return [self._described(self._declared[key]) for key in sorted(self._declared)]

    def names(self, kind: str) -> list[str]:
        """The names of the records of a kind that are switched on."""
        known = sorted(self._declared.items())
        return [key[1] for key, record in known if key[0] == kind and not record.disabled]

    def find(self, kind: str, name: str) -> Declared | None:
        """One of them, None when there is no such record."""
        record = self._declared.get((kind, name))
        return self._described(record) if record else None

    async def reconcile_now(self) -> None:
        """`reconcile` on behalf of a request: what it starts lives on without the request's
        log context."""
        await asyncio.create_task(self.reconcile(), context=Context())

    async def reconcile(self) -> None:
        """Ask every source and bring the running set to the declared one."""
        async with self._lock:
            await self._reconcile()

    async def _reconcile(self) -> None:
        declared = merged([await source() for source in self._sources])
        changed = {
            key
            for key in declared.keys() | self._declared.keys()
            if declared.get(key) != self._declared.get(key)
        }
        self._declared = declared
        self._forget_closed()
        for key in [k for k, e in self._entries.items() if _outdated(e, declared.get(k))]:
            await self._end(key)
        for key in sorted(declared):
            if not declared[key].disabled:
                await self._start(declared[key])
                if await self._read_certificates(self._entries[key]):
                    changed.add(key)
        for key in changed:
            self._tell(key)

    async def stop(self) -> None:
        """Stop everything; rows stay, since the process ends."""
        for (kind, name), entry in self._entries.items():
            self.upstreams.remove(kind, name)
            if entry.connection is not None:
                await entry.connection.stop()
        self._entries.clear()

    def _described(self, record: Record) -> Declared:
        entry = self._entries.get(record.key)
        if entry is None:
            return Declared(record, None)
        contact = entry.contact
        return Declared(
            record, contact.freshness, contact.states(), entry.certificates, lost=contact.lost
        )

    def _tell(self, key: Key) -> None:
        for listener in self._listeners:
            listener(key)

    async def _end(self, key: Key) -> None:
        entry = self._entries.pop(key)
        self.upstreams.remove(*key)
        if entry.connection is not None:
            await entry.connection.stop()
            _log.info("connection stopped", kind=key[0], name=key[1])
        close(entry.feeds)
        self._closed[key] = time.monotonic()

    def _forget_closed(self) -> None:
        """Until then who decided on the rows of a connection that is gone still hides them."""
        over = time.monotonic() - _ROWS_SECONDS
        for key in [key for key, at in self._closed.items() if at < over]:
            del self._closed[key]
            self.upstreams.forget(*key)

    def _entry(self, record: Record) -> _Entry:
        kind, name = record.key
        contact = Contact(f"{kind}/{name}", lambda: self._tell(record.key))
        factories = self._factories.get(kind, ()) if record.settings is not None else ()
        wanted = [factory(record.settings) for factory in factories]
        heard = {k: contact.listener(k) for feeds in wanted for k in feeds}
        if record.settings is not None and CONTACT in load(kind).feeds:
            heard[CONTACT] = contact.listener(CONTACT)
        return _Entry(record, contact, join([*wanted, heard]))

    async def _start(self, record: Record) -> None:
        """Start it unless it runs.

        One that fails keeps its feeds, so that every page says why it is down, and is tried
        again after a pause: never the end of the others.
        """
        entry = self._entries.get(record.key)
        if entry is None:
            entry = self._entries[record.key] = self._entry(record)
        entry.record = record
        if entry.connection is not None or time.monotonic() < entry.again:
            return
        kind, name = record.key
        if record.settings is None:
            self._failed(entry, record.problem)
            return
        self.upstreams.expect(kind, name, record.settings)
        self._closed.pop(record.key, None)
        try:
            entry.connection = await load(kind).connect(
                record.settings, entry.feeds, observer(kind, name)
            )
        except Exception as error:  # noqa: BLE001 - one connection must not stop the others
            self._failed(entry, _sentence(error), error)
            return
        entry.failure = ""
        self.upstreams.add(kind, name, entry.connection)
        _count_watches(kind, name, entry.connection)
        _log.info("connection started", kind=kind, name=name)

    async def _read_certificates(self, entry: _Entry) -> bool:
        """Look at the certificates of its settings now and then; whether they changed."""
        now = time.monotonic()
        if now - entry.looked < _CERTIFICATES_SECONDS or entry.record.settings is None:
            return False
        entry.looked, before = now, entry.certificates
        read = load(entry.record.kind).certificates
        try:
            entry.certificates = await asyncio.to_thread(read, entry.record.settings)
        except IntegrationError:  # the connection itself says what is wrong
            return False
        if warning := expiry_warning(entry.certificates, time.time()):
            kind, name = entry.record.key
            _log.warning("certificate expires soon", kind=kind, name=name, what=warning)
            return True
        return entry.certificates != before

    def _failed(self, entry: _Entry, sentence: str, error: Exception | None = None) -> None:
        kind, name = entry.record.key
        if entry.failure != sentence:
            _log.error("connection not started", kind=kind, name=name, why=sentence, exc_info=error)
        entry.failure = sentence
        entry.again = time.monotonic() + _RETRY_SECONDS
        entry.contact.heard("start", FeedState.STALE, sentence)
        for feed in entry.feeds.values():
            feed.state(FeedState.STALE, sentence)


def _outdated(entry: _Entry, record: Record | None) -> bool:
    """Whether it must end: gone, switched off, or to be made with other settings."""
    if record is None or record.disabled:
        return True
    was = entry.record
    return (was.settings, was.problem) != (record.settings, record.problem)


def _count_watches(kind: str, name: str, connection: Connection) -> None:
    if hasattr(connection, "watches"):
        WATCHES.labels(kind, name).set_function(lambda: connection.watches)


def _sentence(error: Exception) -> str:
    """Why a connection did not start, for a person."""
    if isinstance(error, IntegrationError):
        return error.message
    if isinstance(error, OSError) and error.strerror:
        named = f" ({error.filename})" if error.filename else ""
        return f"it could not be started: {error.strerror}{named}"
    return "it could not be started because of an internal error; the log says more"
