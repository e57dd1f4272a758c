"""What the audit record calls an object of the update service, and where it lies."""

from __future__ import annotations

from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from backend.audit import Target
from backend.omaha.catalog.importing import Order
from backend.omaha.domain.rights import (
    APPLICATION,
    CHANNEL,
    GROUP,
    INSTANCE,
    MIRROR,
    PACKAGE,
    Rights,
)
from backend.omaha.store.tables import (
    ApplicationRecord,
    ChannelRecord,
    FileRecord,
    GroupRecord,
    InstanceRecord,
    PackageRecord,
    RegisteredMirrorRecord,
)

__all__ = ["Recorded", "import_target", "release_target", "target_of", "upload_target"]

Recorded = (
    ApplicationRecord | ChannelRecord | FileRecord | GroupRecord | InstanceRecord | PackageRecord
    | RegisteredMirrorRecord
)  # fmt: skip

_KINDS: Final[dict[type[Recorded], str]] = {
    ApplicationRecord: APPLICATION,
    ChannelRecord: CHANNEL,
    FileRecord: PACKAGE,
    GroupRecord: GROUP,
    InstanceRecord: INSTANCE,
    PackageRecord: PACKAGE,
    RegisteredMirrorRecord: MIRROR,
}


def target_of(rights: Rights, row: Recorded, name: str = "") -> Target:
    """The target of an entry about `row`."""
    kind, key = _KINDS[type(row)], row.id or 0
    match row:
        case ApplicationRecord():
            return Target(kind, str(key), name or row.name, rights.application(key))
        case FileRecord():
            return Target(kind, f"payload/{key}", name or row.name, rights.root())
        case GroupRecord():
            return Target(kind, str(key), name or row.name, rights.group(row.application_id, key))
        case InstanceRecord():
            scope = rights.group(row.application_id, row.group_id)
            return Target(kind, str(key), name or row.machine_id, scope)
        case ChannelRecord() | RegisteredMirrorRecord():
            return Target(kind, str(key), name or row.name, rights.application(row.application_id))
        case PackageRecord():
            scope = rights.application(row.application_id)
            return Target(kind, str(key), name or row.release, scope)


def upload_target(rights: Rights, name: str) -> Target:
    """The target of an entry about a file that is not hosted yet."""
    return Target(PACKAGE, "", name, rights.root())


def release_target(rights: Rights, app: ApplicationRecord, release: str) -> Target:
    """The target of an entry about a release that has no package yet."""
    return Target(PACKAGE, "", f"{app.name}/{release}", rights.application(app.id or 0))


async def import_target(session: AsyncSession, rights: Rights, order: Order) -> Target:
    """The target of an entry about an import, whether or not its application is still there."""
    app = await session.get(ApplicationRecord, order.application_id)
    name = f"{app.name if app else order.application_id}/{order.release}"
    return Target(PACKAGE, "", name, rights.application(order.application_id))
