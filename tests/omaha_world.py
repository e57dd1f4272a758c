"""A small world for update-service tests: applications, groups, machines that speak Omaha."""

from __future__ import annotations

import time
from typing import Any, Self

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession
from sqlmodel import select

from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.jobs import Leases, Loop
from backend.omaha.domain.model import FLATCAR_APPID, Arch
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.operate.service import UpdateService
from backend.omaha.store.announce import announce
from backend.omaha.store.tables import (
    ApplicationRecord,
    BlacklistRecord,
    ChannelRecord,
    FloorRecord,
    GroupRecord,
    PackageFileRecord,
    PackageRecord,
)

OLD, FLOOR, NEW = "4459.2.0", "4593.1.0", "4593.2.5"
OPEN = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=None)


def machine_id(number: int) -> str:
    return f"{number:08x}" * 4


def body(
    machine: str | int,
    release: str = OLD,
    *inner: str,
    track: str = "stable",
    appid: str = "{" + FLATCAR_APPID + "}",
    board: str = "amd64-usr",
    source: str = "scheduler",
    oem: str = "qemu",
    alias: str = "",
    more: str = "",
) -> bytes:
    """A request as update_engine writes it (updates 3.3); `inner` are its elements."""
    name = machine_id(machine) if isinstance(machine, int) else machine
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<request protocol="3.0" version="update_engine-0.4.10"'
        f' updaterversion="update_engine-0.4.10" installsource="{source}" ismachine="1">\n'
        f'<os version="Chateau" platform="CoreOS" sp="{release}_x86_64"></os>\n'
        f'<app appid="{appid}" version="{release}" track="{track}"'
        ' bootid="{e5a142f8-1c7a-4986-a21d-1e770edd39fd}"'
        f' oem="{oem}" oemversion="1" alephversion="{OLD}" machineid="{name}"'
        f' machinealias="{alias}" lang="en-US" board="{board}" hardware_class=""'
        f' delta_okay="false" {more}>{"".join(inner)}</app>\n</request>\n'
    ).encode()


PING = '<ping active="1"></ping>'
CHECK = "<updatecheck></updatecheck>"


def mirror(release: str = OLD, *, multi: bool = True, track: str = "stable") -> bytes:
    """A check as a Nebraska in syncer mode sends it (updates 2.3)."""
    flag = ' multi_manifest_ok="true"' if multi else ""
    return (
        '<request protocol="3.0" version="CoreOSUpdateEngine-0.1.0.0" installsource="scheduler">'
        '<os platform="CoreOS" version="linux" arch="x64"></os>'
        f'<app appid="{{{FLATCAR_APPID}}}" version="{release}" track="{track}"'
        f' machineid="{{aa11e64c-2266-4785-a282-9e2024660e03}}"{flag}>{CHECK}</app></request>'
    ).encode()


def event(kind: int, result: int, previous: str | None = None, code: int | None = None) -> str:
    extra = "" if previous is None else f' previousversion="{previous}"'
    extra += "" if code is None else f' errorcode="{code}"'
    return f'<event eventtype="{kind}" eventresult="{result}"{extra}></event>'


ORDINARY = PING + CHECK + event(3, 2, "")


class OwnService(UpdateService):
    """An update service with a bus of its own, as a replica has."""

    def __init__(self, url: str, **options: Any) -> None:
        self._engine = create_engine(url)
        bus = Bus(self._engine)
        leases = Leases(create_db_sessions(self._engine, bus), bus)
        super().__init__(url, bus, leases, **options)
        self.supervisor.add(Loop("bus", bus.run))

    async def stop(self) -> None:
        await super().stop()
        await self._engine.dispose()


class World:
    """Configuration in a migrated database, edited as the operator API does."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: AsyncEngine = create_engine(url)
        self.app_id = 0
        self.packages: dict[tuple[str, int], int] = {}

    async def __aenter__(self) -> Self:
        await upgrade(self.engine)
        self.app_id = await self.add(
            ApplicationRecord(appid=FLATCAR_APPID, name="Flatcar", created_at=0, updated_at=0)
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.engine.dispose()

    async def add(self, row: Any) -> int:
        async with AsyncSession(self.engine) as session, session.begin():
            session.add(row)
            await session.flush()
            identity = getattr(row, "id", 0)
            await announce(session)
        return identity

    async def edit(self, kind: Any, identity: int, **changes: Any) -> None:
        async with AsyncSession(self.engine) as session, session.begin():
            await announce(session)
            row = (await session.execute(select(kind).where(kind.id == identity))).scalar_one()
            for name, value in changes.items():
                setattr(row, name, value)
            row.version += 1

    async def package(
        self, release: str, arch: Arch = Arch.AMD64, app: int = 0, extras: int = 1
    ) -> int:
        key = (release, int(arch) + 10 * app)
        if key in self.packages:
            return self.packages[key]
        identity = await self.add(
            PackageRecord(
                application_id=app or self.app_id,
                release=release,
                arch=arch,
                url=f"https://u.example/{release}/",
                filename="flatcar_production_update.gz",
                size=465881871,
                sha1="mtOPyzL9v7JraXKEMt80LUnVclc=",
                sha256="AoMh6ZhhH+F1wHYfnzXgyrDW3Z1yo1yS0xsKKPfeQm0=",
                created_at=0,
                updated_at=0,
            )
        )
        for number in range(extras):
            await self.add(
                PackageFileRecord(
                    package_id=identity, name=f"oem-{number}.gz", size=10, sha1="x=", sha256="ab"
                )
            )
        self.packages[key] = identity
        return identity

    async def group(
        self,
        track: str = "stable",
        policy: RolloutPolicy = OPEN,
        release: str | None = NEW,
        floors: tuple[str, ...] = (),
        blacklisted: bool = False,
        arch: Arch = Arch.AMD64,
        app: int = 0,
    ) -> int:
        """A channel with a package and a group on it; the group's id."""
        package = None if release is None else await self.package(release, arch, app)
        channel = await self.add(
            ChannelRecord(
                application_id=app or self.app_id,
                name=track,
                arch=arch,
                package_id=package,
                created_at=0,
                updated_at=0,
            )
        )
        for floor in floors:
            identity = await self.package(floor, arch, app)
            await self.add(
                FloorRecord(channel_id=channel, package_id=identity, reason="r", created_at=0)
            )
        if blacklisted and package is not None:
            await self.add(BlacklistRecord(package_id=package, channel_id=channel))
        return await self.add(
            GroupRecord(
                application_id=app or self.app_id,
                channel_id=channel,
                name=track,
                track=track,
                arch=arch,
                policy=policy.model_dump(mode="json"),
                created_at=time.time(),
                updated_at=time.time(),
            )
        )

    async def point(self, group: int, release: str) -> None:
        """Repoint the group's channel."""
        package = await self.package(release)
        async with AsyncSession(self.engine) as session, session.begin():
            await announce(session)
            row = (
                await session.execute(select(GroupRecord).where(GroupRecord.id == group))
            ).scalar_one()
            channel = (
                await session.execute(
                    select(ChannelRecord).where(ChannelRecord.id == row.channel_id)
                )
            ).scalar_one()
            channel.package_id = package

    async def set_policy(self, group: int, policy: RolloutPolicy) -> None:
        await self.edit(GroupRecord, group, policy=policy.model_dump(mode="json"))
