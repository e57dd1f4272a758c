"""What an operator finds of requests that were refused, and of mirrors: counted in memory,
written now and then, bounded in number, so that no flood of them costs more than a few rows.

Source: issue 9 (update clients, 2 and 7).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import StrEnum
from typing import Final

import structlog

from backend.db.away import DATABASE_AWAY
from backend.db.bus import Bus
from backend.db.notice import rows
from backend.omaha.checkin.collected import KEPT, NAMES, Collected, CollectedRow
from backend.omaha.domain.model import Group
from backend.omaha.protocol.answer import Answer
from backend.omaha.protocol.codec import AppRequest
from backend.omaha.store.contract import StoreDown, UpdateStore, WriteConflict

__all__ = ["Fault", "Traces"]

FLUSH_SECONDS: Final = 2.0
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
_BOUND_EACH: Final = (
    "DELETE FROM omaha_refused WHERE key IN (SELECT key FROM (SELECT key, ROW_NUMBER() OVER"
    " (PARTITION BY kind, ip ORDER BY last_at DESC, key) AS place FROM omaha_refused) AS placed"
    " WHERE place > ?)"
)
"""Whoever makes up names pushes out rows of its own, not what others left."""


class Fault(StrEnum):
    """Why a request, or an application in it, was refused."""

    MALFORMED = "malformed"
    APPLICATION = "application"
    TRACK = "track"
    VERSION = "version"
    MACHINE = "machine"


class Traces:
    """Collects both kinds. Losing some seconds of them at a crash is no harm."""

    def __init__(self, store: UpdateStore, bus: Bus, clock: Callable[[], float]) -> None:
        self._store = store
        self._bus = bus
        self._clock = clock
        self._refused = Collected()
        self._mirrors = Collected()
        self._logged: set[Fault] = set()

    def malformed(self, ip: str, why: str, body: bytes) -> None:
        """A body that is no acceptable request. One row for each address."""
        begins = _visible(body[:_BEGINS].decode("utf-8", "replace"))
        self._refuse(f"malformed {ip}", Fault.MALFORMED, ip, why, begins)

    def refused(self, fault: Fault, app: AppRequest, ip: str) -> None:
        """An application of a request that is not served. One row for each unknown name, up to
        `NAMES` from one address and one for its further ones; for what is wrong about a machine
        one for each address."""
        why, named = _sentence(fault, app)
        begins = (
            f'<app appid="{app.appid}" version="{app.release}" track="{app.track}"'
            f' machineid="{app.machine_id}"'
        )
        if not named:
            self._refuse(f"{fault} {ip}", fault, ip, why, begins[:_BEGINS])
            return
        key, source = f"{fault} {app.key} {named}"[:300], f"{fault} {ip}"
        if self._refused.full(key, source):
            key, source = f"further {fault} {ip}", ""
            why = f"Further names from one address. The last: {why}"
        self._refuse(key, fault, ip, why, begins[:_BEGINS], source=source)

    def mirrored(self, app: AppRequest, group: Group, ip: str, answer: Answer) -> None:
        """A mirror asked and was told `answer`."""
        key = f"{group.application_id} {ip} {app.track} {int(app.arch)}"
        row = self._mirrors.count(key, self._clock())
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
        self._logged.clear()
        for table, statement, collected in (
            ("omaha_refused", _REFUSED, self._refused),
            ("omaha_mirror", _MIRRORS, self._mirrors),
        ):
            found = collected.take()
            if not found:
                continue
            written = False
            try:
                written = await self._written(table, statement, found)
            finally:
                if not written:
                    collected.give_back(found)

    def _refuse(
        self, key: str, fault: Fault, ip: str, why: str, begins: str, *, source: str = ""
    ) -> None:
        row = self._refused.count(key[:320], self._clock(), source)
        if row is None:
            return
        if fault not in self._logged:
            self._logged.add(fault)  # one line of each kind between two writes
            _log.warning("update_request_refused", fault=fault, ip=ip, why=why)
        row.values = (str(fault), ip[:45], _visible(why)[:400], _visible(begins)[:400])

    async def _written(self, table: str, statement: str, found: dict[str, CollectedRow]) -> bool:
        try:
            async with self._store.transaction() as tx:
                for key in sorted(found):
                    row = found[key]
                    counted = (row.requests, row.first_at, row.last_at)
                    await tx.query(statement, key, *row.values, *counted)
                if table == "omaha_refused":
                    await tx.query(_BOUND_EACH, NAMES + 1)
                await tx.query(_BOUND.format(table), KEPT)
        except (StoreDown, WriteConflict, *DATABASE_AWAY) as error:
            _log.info("update_traces_not_written", table=table, error=str(error))
            return False
        await self._tell(table)
        return True

    async def _tell(self, table: str) -> None:
        """Let lists read again; what is written stays written when that fails."""
        try:
            await self._bus.send(rows(table), None)
        except DATABASE_AWAY as error:
            _log.info("update_traces_not_told", table=table, error=str(error))


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
