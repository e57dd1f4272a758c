"""The rows behind the update service's collections, and what makes open tables ask again."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from auth.scope import render
from backend.db.notice import rows
from backend.live.sql import SqlSource
from backend.omaha.domain.rights import Rights
from backend.omaha.lists import selects
from backend.omaha.lists.collections import (
    APPLICATIONS,
    CHANNELS,
    GROUPS,
    MIRRORS,
    PACKAGES,
    PAYLOADS,
    REFUSED,
    ROLLOUTS,
    UPDATE_EVENTS,
)
from backend.omaha.lists.machine_source import MachineSource
from backend.omaha.store.announce import CONFIG, MACHINES

__all__ = ["Topics", "sources"]

Topics = tuple[str, ...]
"""The notices at which rows may have changed."""

_CATALOGUE: Final = (CONFIG,)
_FLEET: Final = (CONFIG, MACHINES)
"""Every edit of the catalogue announces `CONFIG`, every machine's report `MACHINES`."""
_EVENTS: Final = (CONFIG, MACHINES, rows("omaha_event"))


def sources(
    db_sessions: async_sessionmaker[AsyncSession], organisation: str
) -> Iterator[tuple[SqlSource, Topics]]:
    """Every collection's source, with the topics to ask again at."""
    root = render(Rights(organisation).root())
    for collection, select, topics in (
        (APPLICATIONS, selects.applications(), _FLEET),
        (GROUPS, selects.groups(), _FLEET),
        (CHANNELS, selects.channels(), _CATALOGUE),
        (PACKAGES, selects.packages(), _CATALOGUE),
        (PAYLOADS, selects.payloads(root), (CONFIG, rows("omaha_file"))),
        (ROLLOUTS, selects.rollouts(), (*_FLEET, rows("omaha_rollout"))),
        (UPDATE_EVENTS, selects.events(), _EVENTS),
        (MIRRORS, selects.mirrors(), (CONFIG, rows("omaha_mirror"))),
        (REFUSED, selects.refused(root), (rows("omaha_refused"),)),
    ):
        yield SqlSource(collection, db_sessions, select, organisation=organisation), topics
    yield MachineSource(db_sessions, organisation), _FLEET
