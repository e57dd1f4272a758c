"""What an operator finds of requests that were refused, and of mirrors: counted in memory,
written now and then, bounded in number, so that no flood of them costs more than a few rows.

Source: issue 9 (update clients, 2 and 7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final

import structlog

from backend.db.away import DATABASE_AWAY
from backend.db.bus import Bus
from backend.db.notice import rows
from backend.omaha.domain.model import Group
from backend.omaha.protocol.answer import Answer
from backend.omaha.protocol.codec import AppRequest
from backend.omaha.store.contract import StoreDown, UpdateStore, WriteConflict

__all__ = ["KEPT", "Fault", "Traces"]

FLUSH_SECONDS: Final = 2.0
KEPT: Final = 200
"""Rows of each table; the longest unseen go first. As many are held between two writes."""
_BEGINS: Final = 160
"""First bytes that are shown of a request."""

_log = structlog.get_logger(__name__)

_REFUSED: Final = (
    "INSERT INTO omaha_refused (key, kind, ip, why, begins, requests, first_at, last_at)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET ip = excluded.ip,"
    " why = excluded.why, begins = excluded.begins, last_at = excluded.last_at,"
    " requests = omaha_refused.requests + excluded.requests"
)
_MIRRORS: Final = (
    "INSERT INTO omaha_mirror (key, application_id, group_id, ip, machine_id, release, offered,"
    " manifests, requests, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    " ON CONFLICT (key) DO UPDATE SET group_id = excluded.group_id,"
    " machine_id = excluded.machine_id, release = excluded.release,"
    " offered = excluded.offered, manifests = excluded.manifests,"
    " last_at = excluded.last_at, requests = omaha_mirror.requests + excluded.requests"
)
_BOUND: Final = (
    "DELETE FROM {0} WHERE key IN (SELECT key FROM {0} ORDER BY last_at DESC, key"
    " LIMIT 1000 OFFSET ?)"
)


class Fault(StrEnum):
    """Why a request, or an application in it, was refused."""

    MALFORMED = "malformed"
    APPLICATION = "application"
    TRACK = "track"
    VERSION = "version"
    MACHINE = "machine"


class _Row:
    """One key's requests since the last write."""

    __slots__ = ("first_at", "last_at", "requests", "values")

    def __init__(self, now: float) -> None:
        self.values: tuple[Any, ...] = ()
        self.requests, self.first_at, self.last_at = 0, now, now


class Traces:
    """Collects both kinds. Losing some seconds of them at a crash is no harm."""

    def __init__(self, store: UpdateStore, bus: Bus, clock: Callable[[], float]) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._refused: dict[str, _Row] = {}
        self._mirrors: dict[str, _Row] = {}
        self._logged: set[Fault] = set()

    def malformed(self, ip: str, why: str, body: bytes) -> None:
        """A body that is no acceptable request. One row for each address."""
        begins = _visible(body[:_BEGINS].decode("utf-8", "replace"))
        self._refuse(f"malformed {ip}", Fault.MALFORMED, ip, why, begins)

    def refused(self, fault: Fault, app: AppRequest, ip: str) -> None:
        """An application of a request that is not served. One row for each unknown name, and
        for what is wrong about a machine one for each address."""
        why, named = _sentence(fault, app)
        begins = (
            f'<app appid="{app.appid}" version="{app.release}" track="{app.track}"'
            f' machineid="{app.machine_id}"'
        )
        key = f"{fault} {app.key} {named}"[:300] if named else f"{fault} {ip}"
        self._refuse(key, fault, ip, why, begins[:_BEGINS])

    def mirrored(self, app: AppRequest, group: Group, ip: str, answer: Answer) -> None:
        """A mirror asked and was told `answer`."""
        key = f"{group.application_id} {ip} {app.track} {int(app.arch)}"
        row = self._row(self._mirrors, key)
        if row is not None:
            target = next((s.package.release.text for s in answer.steps if s.is_target), "")
            row.values = (
                group.application_id, group.id, ip[:45], app.machine_id[:64],
                app.release[:64], target, len(answer.steps),
            )  # fmt: skip

    async def run(self) -> None:
        """Write now and then until cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            await self.flush()

    async def flush(self) -> None:
        """Write what is collected; a database that is away gets it with the next."""
        refused, self._refused = self._refused, {}
        mirrors, self._mirrors = self._mirrors, {}
        self._logged.clear()
        for table, statement, found in (
            ("omaha_refused", _REFUSED, refused),
            ("omaha_mirror", _MIRRORS, mirrors),
        ):
            if found:
                await self._write(table, statement, found)

    def _refuse(self, key: str, fault: Fault, ip: str, why: str, begins: str) -> None:
        row = self._row(self._refused, key[:320])
        if row is None:
            return
        if fault not in self._logged:
            self._logged.add(fault)  # one line of each kind between two writes
            _log.warning("update_request_refused", fault=fault, ip=ip, why=why)
        row.values = (str(fault), ip[:45], _visible(why)[:400], _visible(begins)[:400])

    def _row(self, found: dict[str, _Row], key: str) -> _Row | None:
        now = self._clock()
        row = found.get(key)
        if row is None:
            if len(found) >= KEPT:
                return None
            row = found[key] = _Row(now)
        row.requests += 1
        row.last_at = now
        return row

    async def _write(self, table: str, statement: str, found: dict[str, _Row]) -> None:
        try:
            async with self._store.transaction() as tx:
                for key in sorted(found):
                    row = found[key]
                    counted = (row.requests, row.first_at, row.last_at)
                    await tx.query(statement, key, *row.values, *counted)
                await tx.query(_BOUND.format(table), KEPT)
            await self._bus.send(rows(table), None)
        except (StoreDown, WriteConflict, *DATABASE_AWAY) as error:
            _log.info("update_traces_not_written", table=table, error=str(error))


def _sentence(fault: Fault, app: AppRequest) -> tuple[str, str]:
    """Why in words, and the name that is unknown."""
    if fault is Fault.APPLICATION:
        return f"There is no application {app.appid!r}.", app.key
    if fault is Fault.TRACK:
        arch = app.arch.name.lower()
        return f"No group has the track {app.track[:64]!r} for {arch}.", f"{app.track} {arch}"
    if fault is Fault.VERSION:
        return f"{app.release[:64]!r} is no version this service can compare.", ""
    return f"{app.machine_id[:64]!r} is no machine id.", ""


def _visible(text: str) -> str:
    """`text` with what cannot be stored or shown (NUL, lone surrogates) made visible."""
    return "".join(
        c if c.isprintable() or c in "\n\t" else "\N{REPLACEMENT CHARACTER}" for c in text
    )
