"""A fresh service knows Flatcar, on both databases."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from backend.omaha.catalog.defaults import make_defaults
from backend.omaha.domain.model import FLATCAR_APPID
from tests.console import Caller, running_console
from tests.integration.omaha.api.conftest import package_body
from tests.integration.updates.test_collections import make, rows
from tests.omaha_client import Machine


async def registered(machine: Machine) -> None:
    """Until the service has read its configuration."""
    async with asyncio.timeout(60):
        await machine.check()
        while machine.replies[-1].app_status != "ok":
            await asyncio.sleep(0.2)
            await machine.check()


async def group_of(caller: Caller, machine: Machine, number: int) -> dict[str, Any]:
    async with asyncio.timeout(60):
        while not (found := await rows(caller, "instances", q=f"{number:08x}")):
            await asyncio.sleep(0.2)
    return found[0]


async def test_a_machine_is_known_at_first_start_and_offered_nothing(
    tmp_path: Path, database_url: str
) -> None:
    async with running_console(tmp_path, database_url, update_defaults=True) as console:
        owner = await console.owner()
        (app,) = await rows(owner, "applications")
        assert (app["appid"], app["groups"], app["channels"]) == (FLATCAR_APPID, 8, 8)
        groups = await rows(owner, "groups")
        assert {(row["track"], row["arch"]) for row in groups} == {
            (track, arch)
            for track in ("alpha", "beta", "stable", "lts")
            for arch in ("amd64", "aarch64")
        }
        assert {row["updates"] for row in groups} == {"on"}
        assert {row["target"] for row in groups} == {""}
        machine = Machine(console.state.updates, 1)
        await registered(machine)
        assert machine.target is None
        row = await group_of(owner, machine, 1)
        assert (row["group"], row["arch"], row["reason"]) == ("Stable", "amd64", "no_package")

        base = f"/applications/{app['application_id']}"
        package = await make(owner, f"{base}/packages", **package_body("4593.2.5"))
        (channel,) = await rows(owner, "channels", filter=["name=stable", "arch=amd64"])
        pointed = await owner.patch(
            f"/updates/channels/{channel['key']}",
            json={"package_id": package["id"]},
            headers={"If-Match": '"1"'},
        )
        assert pointed.status_code == 200, pointed.text
        async with asyncio.timeout(60):
            while await machine.check() is None:
                await asyncio.sleep(0.2)
        assert machine.target == "4593.2.5"
        (entry,) = await rows(owner, "activity", filter="actor=first start")
        assert entry["action"] == "update-application:create"


async def test_they_are_made_once_and_never_again(tmp_path: Path, database_url: str) -> None:
    async with running_console(tmp_path, database_url) as console:
        sessions = console.state.db_sessions

        async def start() -> bool:
            async with sessions() as session, session.begin():
                return await make_defaults(session, "main")

        made = await asyncio.gather(*(start() for _ in range(4)))
        assert sorted(made) == [False, False, False, True]
        assert len(await rows(await console.owner(), "groups")) == 8
        assert not await start(), "what somebody deletes stays deleted"


async def test_what_is_configured_is_left_alone(tmp_path: Path, database_url: str) -> None:
    async with running_console(tmp_path, database_url) as console:
        owner = await console.owner()
        await make(owner, "/applications", appid="agent", name="Agent")
    async with running_console(tmp_path, database_url, update_defaults=True) as console:
        owner = await console.owner()
        assert [row["name"] for row in await rows(owner, "applications")] == ["Agent"]


@pytest.mark.parametrize("default", ["", "stable"])
async def test_an_unknown_track_is_served_by_the_default_group(
    tmp_path: Path, default: str
) -> None:
    settings = {"update_defaults": True, "update_default_track": default}
    async with running_console(tmp_path, **settings) as console:
        known = Machine(console.state.updates, 1)
        await registered(known)
        stranger = Machine(console.state.updates, 2, track="nightly")
        await stranger.check()
        if not default:
            assert stranger.replies[-1].app_status != "ok"
            return
        assert stranger.replies[-1].app_status == "ok"
        row = await group_of(await console.owner(), stranger, 2)
        assert (row["group"], row["track"]) == ("Stable", "nightly")
