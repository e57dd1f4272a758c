"""Applications: what gets updated."""

from __future__ import annotations

import re
import time
from collections.abc import Collection
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from backend.omaha.catalog.edit import AlreadyTaken, InUse, UsedBy, change, insert, invalid
from backend.omaha.store.tables import (
    ApplicationRecord,
    ChannelRecord,
    GroupRecord,
    PackageRecord,
    TallyRecord,
)

_APPID: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def normal_appid(text: str) -> str:
    """`text` as it is stored: lower case, without braces (updates reference, section 3.1)."""
    inner = text.strip().lower()
    if inner.startswith("{") and inner.endswith("}"):
        inner = inner[1:-1]
    if not _APPID.fullmatch(inner):
        raise invalid(
            "appid",
            "must begin with a letter or digit and hold only letters, digits, dots, dashes and "
            "underscores, at most 64; usually it is a UUID.",
        )
    return inner


async def find(session: AsyncSession, appid: str) -> ApplicationRecord | None:
    """The application machines know as `appid` (already normal)."""
    query = select(ApplicationRecord).where(col(ApplicationRecord.appid) == appid)
    return (await session.scalars(query)).one_or_none()


async def create(
    session: AsyncSession, appid: str, name: str, description: str = ""
) -> ApplicationRecord:
    """A new application; `AlreadyTaken` when the appid or the name is used."""
    appid = normal_appid(appid)
    await _check_free(session, appid, name)
    now = time.time()
    row = ApplicationRecord(
        appid=appid, name=name, description=description, created_at=now, updated_at=now
    )
    return await insert(session, row, "The appid or name is used by another application.", "name")


async def edit(
    session: AsyncSession, row: ApplicationRecord, values: dict[str, str]
) -> ApplicationRecord:
    """Change `appid`, `name` or `description`."""
    if "appid" in values:
        values = values | {"appid": normal_appid(values["appid"])}
    await _check_free(session, values.get("appid", row.appid), values.get("name", row.name), row.id)
    return await change(session, row, values)


async def delete(session: AsyncSession, row: ApplicationRecord) -> None:
    """Remove it; `InUse` while it has groups, channels or packages."""
    uses: list[UsedBy] = []
    for kind, model, label in (
        ("group", GroupRecord, col(GroupRecord.name)),
        ("channel", ChannelRecord, col(ChannelRecord.name)),
        ("package", PackageRecord, col(PackageRecord.release)),
    ):
        found = await session.execute(
            select(col(model.id), label).where(col(model.application_id) == row.id).limit(20)
        )
        uses += [UsedBy(kind, int(key or 0), str(name)) for key, name in found]
    if uses:
        raise InUse(f"The application {row.name}", uses)
    await session.delete(row)


async def counts_within(
    session: AsyncSession, application_id: int, groups: Collection[int]
) -> dict[str, int]:
    """The same numbers for somebody who may see only these groups: channels and packages
    belong to the whole application, so they are not counted."""
    there = (col(GroupRecord.application_id) == application_id, col(GroupRecord.id).in_(groups))
    number = await session.scalar(select(func.count()).select_from(GroupRecord).where(*there))
    machines = await session.scalar(
        select(func.sum(col(TallyRecord.machines)))
        .join(GroupRecord, col(GroupRecord.id) == col(TallyRecord.group_id))
        .where(*there)
    )
    return {"groups": int(number or 0), "machines": int(machines or 0)}


async def counts(session: AsyncSession, ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Per application: how many groups, channels, packages and machines it has.

    Machines come from the tally, which is exact and has a row per (group, version, status).
    """
    result: dict[int, dict[str, int]] = {key: {} for key in ids}
    for name, model in (
        ("groups", GroupRecord),
        ("channels", ChannelRecord),
        ("packages", PackageRecord),
    ):
        found = await session.execute(
            select(col(model.application_id), func.count())
            .where(col(model.application_id).in_(ids))
            .group_by(col(model.application_id))
        )
        for key, number in found:
            result[key][name] = number
    machines = await session.execute(
        select(col(GroupRecord.application_id), func.sum(col(TallyRecord.machines)))
        .join(TallyRecord, col(TallyRecord.group_id) == col(GroupRecord.id))
        .where(col(GroupRecord.application_id).in_(ids))
        .group_by(col(GroupRecord.application_id))
    )
    for key, number in machines:
        result[key]["machines"] = int(number or 0)
    return result


async def _check_free(session: AsyncSession, appid: str, name: str, but: int | None = None) -> None:
    query = select(ApplicationRecord).where(
        (col(ApplicationRecord.appid) == appid) | (col(ApplicationRecord.name) == name)
    )
    for row in await session.scalars(query):
        if row.id != but:
            field = "appid" if row.appid == appid else "name"
            raise AlreadyTaken(f"The application {row.name} already has this {field}.", field)
