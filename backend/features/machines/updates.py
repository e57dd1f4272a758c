"""The update service's side of the machines: the instance of each node, and those of no node.

Rows in SQL tell no changes, and there may be millions. So what is kept here are the instances of
the machines that are nodes, however large the fleet, and of small fleets the others too. Both are
read again when the update service tells that machines changed.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from backend.db.away import DATABASE_AWAY
from backend.db.notice import Notice
from backend.features.machines.rows import MachineRow
from backend.live.row import Row
from backend.live.table import Table
from backend.omaha.lists import machine_updates
from backend.omaha.lists.machine_updates import MachineUpdate, machine_key

__all__ = ["ALONE", "Update", "Updates", "node_key"]

ALONE: Final = 2_000
"""Machines of the update service up to which those that are no node are kept too; of a larger
fleet the collection `instances` shows them."""

_GATHER: Final = 1.0
"""Seconds over which notices are gathered."""
_AGAIN: Final = 5.0
"""Seconds until the next try when the database is away."""

_log = structlog.get_logger("craton.machines")


class Update(Row, frozen=True):
    """The instance of a machine; the key is the machine's id as its node says it."""

    of: MachineUpdate


_Place = tuple[Table[Update], str]
"""Which table an instance is in, under which key."""


def node_key(node: MachineRow) -> str:
    """Under which key the node's instance is."""
    return machine_key(node.machine_id)


class Updates:
    """`of_nodes` are the instances of nodes, `alone` those of machines that are no node."""

    def __init__(self, db_sessions: async_sessionmaker[AsyncSession]) -> None:
        self.of_nodes: Table[Update] = Table("instances of nodes")
        self.alone: Table[Update] = Table("instances of no node")
        self._db_sessions = db_sessions
        self._nodes: Counter[str] = Counter()
        self._names: dict[str, str] = {}
        self._kept: dict[str, _Place] = {}
        self._small = False
        self._due: set[str] = set()
        self._all = True
        self._wake = asyncio.Event()
        self._wake.set()

    def nodes_changed(
        self, changes: Sequence[tuple[str, MachineRow | None, MachineRow | None]]
    ) -> None:
        """Nodes came, went, or tell another machine id."""
        for _, old, new in changes:
            if old is not None and new is not None and _ids(old) == _ids(new):
                continue
            for row, sign in ((old, -1), (new, 1)):
                for key in _ids(row) if row is not None else ():
                    self._nodes[key] += sign
                    if self._nodes[key] <= 0:
                        del self._nodes[key]
                        self._names.pop(key, None)
                    elif row is not None:
                        self._names[key] = node_key(row)
                    self._mark((key,))

    def note(self, notice: Notice) -> None:
        """Machines changed (`<application id>/<machine id>`), or anything about updates."""
        if notice.keys is None:
            self._all = True
            self._wake.set()
        else:
            self._mark(key.partition("/")[2] for key in notice.keys)

    async def run(self) -> None:
        """Read again what changed, until cancelled."""
        while True:
            await self._wake.wait()
            await asyncio.sleep(_GATHER)
            self._wake.clear()
            whole, due = self._all, frozenset(self._due)
            self._all = False
            self._due.clear()
            try:
                await self._read(whole, due)
            except (SQLAlchemyError, *DATABASE_AWAY) as error:
                _log.warning("instances could not be read", error=str(error)[:200])
                self._all = True
                await asyncio.sleep(_AGAIN)
                self._wake.set()

    def _mark(self, keys: Iterable[str]) -> None:
        self._due.update(keys)
        if self._due:
            self._wake.set()

    async def _read(self, whole: bool, due: Collection[str]) -> None:
        found: dict[str, MachineUpdate] = {}
        async with self._db_sessions() as session:
            if whole or self._small:
                small = await machine_updates.count(session) <= ALONE
                whole, self._small = whole or not small, small
            wanted = self._nodes.keys() if whole else due
            if not self._small:
                wanted = wanted & self._nodes.keys()
            async for piece in machine_updates.of_machines(session, wanted):
                found |= {update.machine_id: update for update in piece}
            others = await machine_updates.some(session, ALONE) if whole and self._small else []
        found |= {update.machine_id: update for update in others}
        for machine_id in (self._kept.keys() | found.keys()) if whole else due:
            self._place(machine_id, found.get(machine_id))

    def _place(self, machine_id: str, update: MachineUpdate | None) -> None:
        """Put the instance where it belongs, and nowhere else."""
        place: _Place | None = None
        if machine_id in self._nodes:
            place = self.of_nodes, self._names[machine_id]
        elif self._small:
            place = self.alone, f"updates/{machine_id}"
        before = self._kept.pop(machine_id, None)
        if before is not None and (update is None or before != place):
            before[0].remove(before[1])
        if update is not None and place is not None:
            self._kept[machine_id] = place
            place[0].put(Update(place[1], of=update))


def _ids(node: MachineRow) -> tuple[str, ...]:
    """What the machine may call itself: its machine id, else its system's UUID."""
    return tuple(dict.fromkeys(filter(None, map(machine_key, (node.machine_id, node.system_uuid)))))
