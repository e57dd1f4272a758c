"""Receivers of the activity record that take nothing: what is done is then recorded here alone."""

from __future__ import annotations

import time
from collections.abc import Collection
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlmodel import col

from auth.scope import organisation, render
from backend.audit.chain import head
from backend.db.audit import AuditForward
from backend.features.overview.rows import ProblemRow
from backend.live.row import Row
from backend.live.table import Table

__all__ = ["ReceiverRow", "Receivers", "receiver_problem"]

GRACE_SECONDS: Final = 60.0
"""How long a receiver may be away before people are told: a restart is no news."""


class ReceiverRow(Row, frozen=True):
    """One that has taken nothing since Unix seconds `since`."""

    name: str
    since: float
    scope: str


class Receivers:
    """Looks after those of `names` in the database."""

    def __init__(
        self, db_sessions: async_sessionmaker[AsyncSession], org: str, names: Collection[str]
    ) -> None:
        self._db_sessions = db_sessions
        self._org = org
        self._scope = render(organisation(org))
        self._names = frozenset(names)
        self.rows: Table[ReceiverRow] = Table("receivers that take nothing")

    async def look(self) -> None:
        """See which of them fail, whichever replica sends to them."""
        query = select(AuditForward).where(
            col(AuditForward.organisation) == self._org, col(AuditForward.name).in_(self._names)
        )
        async with self._db_sessions() as db:
            known = (await db.execute(query)).scalars().all()
            last = (await head(db, self._org)).sequence
        found = {row.key: row for each in known if (row := self._row(each, last)) is not None}
        for gone in [key for key in self._shown() if key not in found]:
            self.rows.remove(gone)
        for key, row in found.items():
            if self.rows.get(key) != row:
                self.rows.put(row)

    def _shown(self) -> list[str]:
        return [key for name in self._names if self.rows.get(key := _key(name)) is not None]

    def _row(self, each: AuditForward, last: int) -> ReceiverRow | None:
        since = each.failing
        if since is None and each.sequence > last:  # its place is none of this record
            since = each.sent or 0.0
        if since is None or since > time.time() - GRACE_SECONDS:
            return None
        return ReceiverRow(key=_key(each.name), name=each.name, since=since, scope=self._scope)


def receiver_problem(row: ReceiverRow) -> ProblemRow:
    """That it takes nothing. Why stands with the record, for who may read that."""
    return ProblemRow(
        key=row.key,
        rank=3,
        severity="warning",
        system="console",
        kind="Receiver",
        name=row.name,
        reason="it takes no entries of the activity record",
        cause="Activity record not sent",
        affects="what is done here is recorded here alone; entries wait and none is lost",
        count=1,
        since=row.since or None,
        link="/activity",
        collection="activity",
        target="",
        scope=row.scope,
        seen=row.since,
    )


def _key(name: str) -> str:
    return f"receiver/{name}"
