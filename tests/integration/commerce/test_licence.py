"""A licence on a running console: put in, replaced, ended, renewed; broken files, wrong clocks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from backend.commerce.licence.dates import ends, grace_ends
from backend.commerce.licence.issuing import key_set_text
from backend.commerce.licence.keeper import Licences
from tests.console import Caller, ConsoleApp, running_console
from tests.unit.commerce.vendor import DAY, Vendor, at, licence

NOW = at(2026, 11, 30, 12)
ORG = ("org", "main")


@pytest.fixture(scope="module")
def vendor() -> Vendor:
    return Vendor()


class Clock:
    """The wall clock, and how many servers there are."""

    def __init__(self) -> None:
        self.now = NOW
        self.counts: dict[str, int | None] = {"servers": 5, "clusters": 1}


@asynccontextmanager
async def console(
    home: Path, vendor: Vendor, database_url: str = "", **settings: Any
) -> AsyncIterator[tuple[ConsoleApp, Clock, Licences]]:
    (home / "keys.json").write_text(key_set_text(vendor.keys))
    settings = {"licence_keys_file": home / "keys.json"} | settings
    clock = Clock()

    def prepare(app: FastAPI) -> None:
        licences = app.state.parts.get(Licences)
        licences._wall = lambda: clock.now
        licences._counts = lambda: clock.counts

    async with running_console(home, database_url, prepare=prepare, **settings) as made:
        yield made, clock, made.app.state.parts.get(Licences)


async def seen(caller: Caller) -> dict[str, Any]:
    answer = await caller.get("/licence")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(caller: Caller, token: str) -> dict[str, Any]:
    version = (await seen(caller))["row_version"]
    answer = await caller.post(
        "/licence/documents", json={"text": token}, headers={"if-match": f'"{version}"'}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def moved(clock: Clock, licences: Licences, to: float) -> None:
    """Time passes hour by hour, as it does: the mark follows."""
    while clock.now < to:
        clock.now = min(to, clock.now + 20 * 3600)
        await licences._load()
    await licences.look()


async def test_a_licence_is_put_in_ends_degrades_and_is_renewed(
    tmp_path: Path, database_url: str, vendor: Vendor
) -> None:
    async with console(tmp_path, vendor, database_url) as (made, clock, licences):
        owner = await made.owner()
        assert (await seen(owner))["state"] == "COMMUNITY"
        one = licence(expires_on="2026-12-20", features=["sso"])
        token = vendor.token(
            expires_on="2026-12-20", features=["sso"],
            entitlements={"servers": {"value": 1000, "enforce": "hard"}},
        )  # fmt: skip
        told = (await owner.post("/licence/preview", json={"text": token})).json()
        assert (told["before"], told["after"], told["wins"]) == ("COMMUNITY", "EXPIRING", True)
        assert (await seen(owner))["state"] == "COMMUNITY", "a look saves nothing"
        put_in = await put(owner, token)
        assert put_in["state"] == "EXPIRING"
        assert put_in["documents"][0]["added_by"] == "owner"
        clock.counts = {"servers": 412, "clusters": 3}
        await moved(clock, licences, ends(one))
        assert (await seen(owner))["state"] == "GRACE"
        await moved(clock, licences, grace_ends(one))
        degraded = await seen(owner)
        assert degraded["state"] == "DEGRADED"
        assert degraded["entitlements"][0]["ceiling"] == 412
        refused = await owner.post("/identity-providers", json=PROVIDER)
        assert refused.status_code == 402, refused.text
        problem = refused.json()
        assert refused.headers["content-type"] == "application/problem+json"
        assert problem["type"] == "urn:craton:problem:entitlement"
        assert (problem["entitlement"], problem["state"]) == ("sso", "DEGRADED")
        assert "renewed" in problem["fix"]
        renewal = vendor.token(
            jti="LIC-2", sequence=2, supersedes=["LIC-1"], not_before="2027-01-01",
            expires_on="2028-12-31", features=["sso"],
            entitlements={"servers": {"value": 1000, "enforce": "hard"}},
        )  # fmt: skip
        renewed = await put(owner, renewal)
        assert renewed["state"] == "VALID"
        assert {one["id"]: one["phase"] for one in renewed["documents"]} == {
            "LIC-1": "REPLACED", "LIC-2": "VALID",
        }  # fmt: skip
        assert (await owner.post("/identity-providers", json=PROVIDER)).status_code == 201
        states = [(e["before"], e["after"]) for e in renewed["history"] if e["kind"] == "state"]
        assert states[::-1] == [
            ("COMMUNITY", "EXPIRING"), ("EXPIRING", "GRACE"), ("GRACE", "DEGRADED"),
            ("DEGRADED", "VALID"),
        ]  # fmt: skip
        recorded = (
            await owner.get("/collections/activity", params={"filter": "target_kind=licence"})
        ).json()["rows"]
        actions = {row["action"] for row in recorded}
        assert {"licence:change-state", "licence:add-licence", "licence:create"} <= actions


PROVIDER = {
    "name": "new", "issuer": "https://sso.invalid", "client_id": "craton", "untested": True,
}  # fmt: skip


async def test_garbage_is_refused_at_the_field_and_nobodys_change_is_lost(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with console(tmp_path, vendor) as (made, _, _):
        owner = await made.owner()
        for text in ("garbage", Vendor().token(), "", "a" * 70_000):
            answer = await owner.post("/licence/preview", json={"text": text})
            assert answer.status_code == 422, answer.text
            assert answer.json()["errors"][0]["field"] == "text"
        version = (await seen(owner))["row_version"]
        first = {"if-match": f'"{version}"'}
        body = {"text": vendor.token()}
        assert (await owner.post("/licence/documents", json=body)).status_code == 428
        assert (await owner.post("/licence/documents", json=body, headers=first)).status_code == 201
        again = {"text": vendor.token(jti="LIC-2", sequence=2)}
        late = await owner.post("/licence/documents", json=again, headers=first)
        assert late.status_code == 412
        twice = await owner.post("/licence/preview", json=body)
        assert "already" in twice.json()["detail"]
        version = (await seen(owner))["row_version"]
        gone = await owner.delete("/licence/documents/LIC-1", headers={"if-match": f'"{version}"'})
        assert (gone.status_code, gone.json()["state"]) == (200, "COMMUNITY")
        missing = await owner.delete(
            "/licence/documents/LIC-1", headers={"if-match": gone.headers["etag"]}
        )
        assert missing.status_code == 404
        # PostgreSQL keeps no such character: it was a 500.
        odd = await owner.delete(
            "/licence/documents/a%00b", headers={"if-match": gone.headers["etag"]}
        )
        assert odd.status_code == 422


async def test_a_mounted_file_wins_is_read_again_and_a_broken_one_displaces_nothing(
    tmp_path: Path, vendor: Vendor
) -> None:
    file = tmp_path / "licence"
    file.write_text(vendor.token())
    async with console(tmp_path, vendor, licence_file=file) as (made, _, licences):
        owner = await made.owner()
        await licences.look()
        assert (await seen(owner))["state"] == "VALID"
        told = await owner.post(
            "/licence/preview", json={"text": vendor.token(jti="LIC-9", sequence=9)}
        )
        assert (told.json()["wins"], told.json()["wins_over"]) == (False, "file")
        file.write_text("half of a lic")
        await licences.look()
        broken = await seen(owner)
        assert broken["state"] == "VALID"
        assert [one["error"] != "" for one in broken["sources"]] == [False, True, False]
    async with console(tmp_path, vendor, licence_file=file) as (made, _, licences):
        await licences.look()  # after a restart, too
        assert (await seen(await made.owner()))["state"] == "VALID"
        file.write_text(vendor.token(jti="LIC-2", sequence=2, edition="other"))
        await licences.look()
        assert (await seen(await made.owner()))["documents"][0]["edition"] == "other"


async def test_a_clock_set_to_2099_and_back_locks_nobody_out(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with console(tmp_path, vendor) as (made, clock, licences):
        owner = await made.owner()
        version = (await seen(owner))["row_version"]
        reset = await owner.post("/licence/clock/reset", headers={"if-match": f'"{version}"'})
        assert reset.status_code == 200, reset.text
        assert reset.json()["clock"]["mark"] == NOW
        await put(owner, vendor.token())
        clock.now = at(2099, 1, 1)
        await licences.look()
        leapt = await seen_by(licences)
        assert leapt == ("DEGRADED", "unconfirmed")
        clock.now = NOW + 3600
        await licences.look()
        assert await seen_by(licences) == ("VALID", "good")
        clock.now = NOW - 3 * DAY
        await licences.look()
        assert await seen_by(licences) == ("VALID", "suspect")
        assert licences.situation().clock.now == NOW + 3600


async def seen_by(licences: Licences) -> tuple[str, str]:
    found = await licences.ready()
    return found.standing.state.value, found.clock.trust.value


async def test_who_may_see_and_change_it(tmp_path: Path, vendor: Vendor) -> None:
    async with console(tmp_path, vendor) as (made, _, _):
        text = {"text": vendor.token()}
        viewer = await made.member("viewer", ("viewer", ORG))
        assert (await viewer.get("/licence")).status_code == 404
        assert (await viewer.post("/licence/preview", json=text)).status_code == 404
        acts = await viewer.get("/licence/acts")
        assert {one["act"]: one["allowed"] for one in acts.json()} == {
            "connect-cluster": True, "add-provider": True,
        }  # fmt: skip
        admin = await made.member("admin", ("licence-admin", ORG))
        assert (await put(admin, vendor.token()))["state"] == "VALID"


async def test_a_source_that_holds_garbage_or_does_not_answer_stops_no_upload(
    tmp_path: Path, vendor: Vendor
) -> None:
    os.mkfifo(tmp_path / "pipe")
    settings = {"licence": SecretStr("\udcff.a.b"), "licence_file": tmp_path / "pipe"}
    async with asyncio.timeout(60), console(tmp_path, vendor, **settings) as (made, _, _):
        owner = await made.owner()
        first = await seen(owner)
        assert [one["error"] != "" for one in first["sources"]] == [True, True, False]
        assert "regular" in first["sources"][1]["error"]
        assert (await put(owner, vendor.token()))["state"] == "VALID"


async def test_a_licence_that_was_signed_again_takes_the_place_of_the_one_nobody_believes(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with console(tmp_path, vendor) as (made, _, licences):
        owner = await made.owner()
        await put(owner, vendor.token())
        other = Vendor()
        (tmp_path / "keys.json").write_text(key_set_text(other.keys))
        await licences.look()
        assert (await seen(owner))["state"] == "COMMUNITY"
        again = {"text": other.token()}
        told = (await owner.post("/licence/preview", json=again)).json()
        assert (told["after"], len(told["documents"])) == ("VALID", 1)
        found = await put(owner, other.token())
        assert (found["state"], len(found["documents"])) == ("VALID", 1)
        assert [one["error"] for one in found["sources"]] == ["", "", ""]
        assert [one["kind"] for one in found["history"]].count("removed") == 1
        twice = other.token(edition="another")
        refused = await owner.post("/licence/preview", json={"text": twice})
        assert (refused.status_code, "twice" in refused.json()["detail"]) == (422, True)


async def test_how_many_there_are_is_not_told_to_who_may_not_see_the_licence(
    tmp_path: Path, vendor: Vendor
) -> None:
    async with console(tmp_path, vendor) as (made, clock, _):
        clock.counts = {"servers": 412, "clusters": 3}
        owner, viewer = await made.owner(), await made.member("viewer", ("viewer", ORG))
        for caller, told in ((owner, True), (viewer, False)):
            acts = (await caller.get("/licence/acts")).json()
            assert [one["allowed"] for one in acts] == [False, False]
            assert all(one["reason"] and one["fix"] for one in acts)
            assert any("412" in one["reason"] for one in acts) is told
            assert told or not any(digit in str(acts) for digit in "0123456789")
