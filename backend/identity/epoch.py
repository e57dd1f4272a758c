"""The policy epoch: one number that every change of rights raises, and who it concerns.

A change raises it first, which locks the row: changes of rights happen one after the other.
The notice that follows the commit says whom it concerns and at which epoch, so that each
replica compiles only those principals anew.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.db.bus import publish
from backend.db.identity import PolicyEpoch

__all__ = ["TOPIC", "ChangedRights", "hold_epoch", "raise_epoch", "read_epoch"]

TOPIC: Final = "policy"
_REMEMBERED: Final = 10_000


async def raise_epoch(session: AsyncSession, *concerned: object) -> int:
    """The next epoch, raised in the caller's transaction and told at its commit.

    `concerned` are subjects, credentials or ``role:<id>``; without any, everybody is.
    """
    raised = update(PolicyEpoch).values(value=col(PolicyEpoch.value) + 1)
    statement = raised.returning(col(PolicyEpoch.value))
    epoch: int = (await session.execute(statement)).scalar_one()
    publish(session, TOPIC, [f"{one}@{epoch}" for one in concerned] or None)
    return epoch


async def hold_epoch(session: AsyncSession) -> None:
    """Wait for other changes of rights, and let none happen until the caller's transaction ends:
    what it reads from here on is what it changes. Nobody is told of it."""
    await session.execute(update(PolicyEpoch).values(value=col(PolicyEpoch.value)))


async def read_epoch(session: AsyncSession) -> int:
    """The present value; 0 before the first migration's row."""
    return (await session.execute(select(col(PolicyEpoch.value)))).scalar_one_or_none() or 0


class ChangedRights:
    """Which epoch a principal must have been loaded at to be good still.

    Bounded: when too many are remembered, everybody loaded before the newest counts as old.
    """

    def __init__(self) -> None:
        self._floor = 0
        self._newest = 0
        self._needed: dict[str, int] = {}

    @property
    def newest(self) -> int:
        """The highest epoch it was told of."""
        return self._newest

    def heard(self, keys: Iterable[str]) -> None:
        """Take in what a notice of the topic says."""
        for key in keys:
            concerned, _, epoch = key.rpartition("@")
            if not epoch.isdecimal():
                continue
            self._needed[concerned] = max(int(epoch), self._needed.get(concerned, 0))
            self._newest = max(self._newest, int(epoch))
        if len(self._needed) > _REMEMBERED:
            self.everybody(self._newest)

    def everybody(self, epoch: int) -> None:
        """Everybody loaded before `epoch` is old."""
        self._floor = max(self._floor, epoch)
        self._newest = max(self._newest, epoch)
        self._needed = {k: v for k, v in self._needed.items() if v > self._floor}

    def outdated(self, epoch: int, depends: Iterable[str]) -> bool:
        """Whether something that a principal loaded at `epoch` depends on changed since."""
        return epoch < self._floor or any(self._needed.get(key, 0) > epoch for key in depends)
