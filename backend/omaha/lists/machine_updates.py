"""What a machine's operating system is updated to, for joins with machines known otherwise.

Only instances of Flatcar's application: a machine may also be in others, for an agent.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from typing import Any, Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.domain import semver
from backend.omaha.domain.model import FLATCAR_APPID, Arch, Reason, UpdateStatus
from backend.omaha.lists.enums import word
from backend.omaha.lists.machine_fields import INSTANCE
from backend.omaha.lists.selects import APPLICATION, CHANNEL, GROUP, PACKAGE, TALLY

__all__ = ["MachineUpdate", "count", "machine_key", "of_machines", "some"]

_CHUNK: Final = 400


class MachineUpdate(msgspec.Struct, frozen=True, gc=False):
    """One instance: where it is, what it runs and should run. `behind`: its group's target is
    a later version than it runs. `reboot`: an update is installed and waits for the reboot."""

    machine_id: str
    instance: str
    application_id: str
    group_id: str
    group: str
    channel: str
    release: str
    target: str
    status: str
    reason: str
    behind: bool
    reboot: bool
    name: str
    address: str
    oem: str
    architecture: str
    seen: float
    created: float


def machine_key(text: str) -> str:
    """A machine's id as instances hold it: systemd's machine-id, or a UUID without its dashes
    and braces, in lower case."""
    return text.strip().strip("{}").replace("-", "").lower()


async def count(session: AsyncSession) -> int:
    """How many machines Flatcar's application has, from the tally; hidden ones not."""
    total = sa.func.coalesce(sa.func.sum(TALLY.c.machines), 0)
    joined = TALLY.join(GROUP, GROUP.c.id == TALLY.c.group_id).join(
        APPLICATION, APPLICATION.c.id == GROUP.c.application_id
    )
    query = sa.select(total).select_from(joined).where(APPLICATION.c.appid == FLATCAR_APPID)
    return int(await session.scalar(query) or 0)


async def of_machines(
    session: AsyncSession, machine_ids: Collection[str]
) -> AsyncIterator[list[MachineUpdate]]:
    """The instances of these machines, in pieces; each an index range of its machine's id."""
    wanted = sorted(machine_ids)
    for start in range(0, len(wanted), _CHUNK):
        chosen = INSTANCE.c.machine_id.in_(wanted[start : start + _CHUNK])
        yield await _read(session, _SELECT.where(chosen))


async def some(session: AsyncSession, limit: int) -> list[MachineUpdate]:
    """The first instances by machine id that are not hidden."""
    shown = INSTANCE.c.hidden.is_(sa.false())
    return await _read(session, _SELECT.where(shown).order_by(INSTANCE.c.machine_id).limit(limit))


_SELECT: Final = (
    sa.select(
        INSTANCE.c.machine_id, INSTANCE.c.id, INSTANCE.c.application_id, INSTANCE.c.group_id,
        GROUP.c.name, CHANNEL.c.name, INSTANCE.c.release, PACKAGE.c.release, INSTANCE.c.status,
        INSTANCE.c.reason, INSTANCE.c.name, INSTANCE.c.ip, INSTANCE.c.oem, INSTANCE.c.arch,
        INSTANCE.c.last_seen, INSTANCE.c.created_at,
    )
    .join(APPLICATION, APPLICATION.c.id == INSTANCE.c.application_id)
    .outerjoin(GROUP, GROUP.c.id == INSTANCE.c.group_id)
    .outerjoin(CHANNEL, CHANNEL.c.id == GROUP.c.channel_id)
    .outerjoin(PACKAGE, PACKAGE.c.id == CHANNEL.c.package_id)
    .where(APPLICATION.c.appid == FLATCAR_APPID)
)  # fmt: skip


async def _read(session: AsyncSession, query: sa.Select[Any]) -> list[MachineUpdate]:
    return [_update(row) for row in (await session.execute(query)).all()]


def _update(row: Sequence[Any]) -> MachineUpdate:
    (machine_id, key, application, group_id, group, channel, release, target, status, reason,
     name, ip, oem, arch, seen, created) = row  # fmt: skip
    return MachineUpdate(
        machine_id=machine_id,
        instance=str(key),
        application_id=str(application),
        group_id=str(group_id),
        group=group or "",
        channel=channel or "",
        release=release,
        target=target or "",
        status=word(UpdateStatus, status),
        reason=word(Reason, reason) if reason else "",
        behind=_behind(release, target),
        reboot=status == UpdateStatus.INSTALLED,
        name=name,
        address=ip,
        oem=oem,
        architecture=word(Arch, arch),
        seen=seen,
        created=created,
    )


def _behind(release: str, target: str | None) -> bool:
    try:
        return target is not None and semver.parse(release) < semver.parse(target)
    except semver.InvalidRelease:
        return False
