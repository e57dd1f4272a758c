"""What a fresh service knows: Flatcar's application, with a channel and a group for each of its
channels and architectures, so that a machine pointed here is known by its first check."""

from __future__ import annotations

from typing import Final

from sqlalchemy import CursorResult, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.audit import Audit, Change, Origin, Target
from backend.db.bus import publish
from backend.omaha.catalog import applications, channels, groups
from backend.omaha.domain.model import FLATCAR_APPID, Arch
from backend.omaha.domain.rights import APPLICATION, Rights
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.store.announce import CONFIG
from backend.omaha.store.tables import ApplicationRecord, ConfigRecord

__all__ = ["make_defaults"]

_NAMES: Final = {"alpha": "Alpha", "beta": "Beta", "stable": "Stable", "lts": "LTS"}
"""Flatcar's channels, which are the tracks its machines ask with (updates 6)."""
_ARCHES: Final = (Arch.AMD64, Arch.AARCH64)
_COLORS: Final = {"alpha": "#c9190b", "beta": "#f0ab00", "stable": "#3e8635", "lts": "#0066cc"}


async def make_defaults(session: AsyncSession, organisation: str) -> bool:
    """Make them in a database in which nothing was ever configured; whether it did.

    Updates are on in every group, by the careful default of a policy: the first machine must
    succeed, then one every quarter of an hour. Nothing is offered until a channel points at a
    package. Of replicas that start at once, one makes them.
    """
    untouched = (col(ConfigRecord.id) == 1, col(ConfigRecord.version) == 1)
    if (await session.scalars(select(col(ConfigRecord.id)).where(*untouched))).first() is None:
        return False
    done = await session.execute(update(ConfigRecord).where(*untouched).values(version=2))
    if not isinstance(done, CursorResult) or done.rowcount != 1:
        return False
    if (await session.scalars(select(col(ApplicationRecord.id)).limit(1))).first() is not None:
        return False
    app = await applications.create(session, FLATCAR_APPID, "Flatcar Container Linux")
    for track, name in _NAMES.items():
        for arch in _ARCHES:
            await _channel_and_group(session, app.id or 0, track, name, arch)
    publish(session, CONFIG)
    made = {"channels": [*_NAMES], "architectures": [arch.name.lower() for arch in _ARCHES]}
    where = Rights(organisation).application(app.id or 0)
    Audit(session, Origin.system(organisation, "first start")).did(
        "create",
        Target(APPLICATION, str(app.id), app.name, where),
        change=Change.of(made, show=made),
    )
    return True


async def _channel_and_group(
    session: AsyncSession, application_id: int, track: str, name: str, arch: Arch
) -> None:
    channel = await channels.create(
        session, application_id, name=track, arch=arch, color=_COLORS[track]
    )
    await groups.create(
        session,
        application_id,
        name=name,
        track=track,
        arch=arch,
        channel_id=channel.id,
        policy=RolloutPolicy(enabled=True),
    )
