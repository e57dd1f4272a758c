"""What operators do to a group's rollouts beyond pausing them: history, retries, rollback."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.errors import Conflict
from backend.omaha.catalog import channels, groups
from backend.omaha.catalog.edit import InUse, UsedBy, get, invalid
from backend.omaha.domain.model import Arch, GrantState
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.fleet import actions
from backend.omaha.store.tables import (
    ChannelRecord,
    GroupRecord,
    InstanceRecord,
    PackageRecord,
    RolloutRecord,
)

RETRIED_AT_ONCE: Final = 200
"""Machines of one request; the answer says how many are left."""


async def read(session: AsyncSession, ids: Collection[int]) -> Sequence[RolloutRecord]:
    """The rollouts with these ids, in no order."""
    return (
        await session.scalars(select(RolloutRecord).where(col(RolloutRecord.id).in_(ids)))
    ).all()


async def number(session: AsyncSession, group_id: int) -> int:
    """How many rollouts the group has had."""
    query = select(func.count()).where(col(RolloutRecord.group_id) == group_id)
    return await session.scalar(query) or 0


async def retry_failed(session: AsyncSession, rollout_id: int) -> tuple[int, int]:
    """Forget the failure of up to `RETRIED_AT_ONCE` machines of the rollout, so that they are
    offered it again; how many were, and how many are left."""
    failed = (
        col(InstanceRecord.rollout_id) == rollout_id,
        col(InstanceRecord.grant_state) == int(GrantState.FAILED),
    )
    found = await session.execute(
        select(col(InstanceRecord.id), col(InstanceRecord.version))
        .where(*failed)
        .order_by(col(InstanceRecord.group_id), col(InstanceRecord.id))
        .limit(RETRIED_AT_ONCE)
    )
    machines = found.all()
    for key, version in machines:
        await actions.retry(session, key or 0, version=version)
    left = await session.scalar(select(func.count()).select_from(InstanceRecord).where(*failed))
    return len(machines), int(left or 0)


async def roll_back(
    session: AsyncSession, group: GroupRecord, package_id: int, *, detach: bool
) -> GroupRecord:
    """Let the group go to an older (or any other) version: its channel points there, and its
    policy offers whatever differs (updates reference, section 4).

    A channel that other groups follow would take them along: then `InUse`, unless `detach`
    gives this group a channel of its own.
    """
    package = await get(session, PackageRecord, package_id)
    if (package.application_id, package.arch) != (group.application_id, group.arch):
        raise invalid("package_id", "is not for this group's application and architecture.")
    channel = await get(session, ChannelRecord, group.channel_id) if group.channel_id else None
    if channel is not None and channel.package_id == package_id:
        raise Conflict(f"{group.name} is on its way to {package.release} already.")
    others = await _other_followers(session, group)
    if others and not detach:
        raise InUse(f"The channel {channel.name if channel else ''}", others)
    if channel is None or others:
        channel = await _own_channel(session, group)
        group = await groups.edit(session, group, {"channel_id": channel.id})
    await channels.point(session, channel, package_id)
    policy = RolloutPolicy.model_validate(group.policy)
    if not policy.allow_downgrade:
        group = await groups.set_policy(
            session, group, policy.model_copy(update={"allow_downgrade": True})
        )
    return group


async def _other_followers(session: AsyncSession, group: GroupRecord) -> list[UsedBy]:
    if group.channel_id is None:
        return []
    found = await channels.groups_of(session, [group.channel_id])
    return [UsedBy("group", key, name) for key, name in found[group.channel_id] if key != group.id]


async def _own_channel(session: AsyncSession, group: GroupRecord) -> ChannelRecord:
    name = f"{group.name[:48]} {group.id}"
    query = select(ChannelRecord).where(
        col(ChannelRecord.application_id) == group.application_id,
        col(ChannelRecord.name) == name,
        col(ChannelRecord.arch) == group.arch,
    )
    found = (await session.scalars(query)).one_or_none()
    if found is not None:
        return found
    return await channels.create(session, group.application_id, name=name, arch=Arch(group.arch))
