"""The break-glass account: sealed, unsealed by its code for an hour, told to all (C19, C30)."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from auth.scope import organisation
from backend import breakglasscli
from backend.db.breakglass import BreakGlass
from backend.db.identity import SessionRecord
from backend.features.breakglass import making
from backend.features.breakglass.closing import close
from backend.identity import breakglass
from backend.secrets.keyring import make_key
from tests.authenticator import App, Clock, answer, asked
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.unit.features.test_passwords import NEW, user_id
from tests.unit.features.test_sessions import grown_old
from tests.waiting import until

MAIN = organisation("main")
WRONG = "This code opens nothing here: it is wrong, or was used already."


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.put_in(monkeypatch, making)


@pytest.fixture
async def console_on(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """The console on either database, with a key ring: secrets have to be sealed."""
    async with running_console(tmp_path, database_url, secrets_keys=make_key()) as running:
        yield running


async def made(owner: Caller, clock: Clock) -> tuple[App, dict[str, Any]]:
    """The account, with its app and what was told of it."""
    begun = (await owner.post("/break-glass/set-up")).json()
    app = App(begun["secret"], clock)
    body = {"state": begun["state"], "code": app.code(), "login": "glass", "password": NEW}
    done = await owner.post("/break-glass", json=body)
    assert done.status_code == 201, done.text
    clock.next_step()
    return app, done.json()


async def unseal(caller: Caller, code: str) -> Any:
    return await caller.post("/break-glass/unseal", json={"code": code})


async def signed_in(browser: Caller, app: App) -> Any:
    done = await answer(browser, await asked(browser, "glass", NEW), app.code())
    app.clock.next_step()
    return done


async def signed_out(browser: Caller) -> bool:
    return bool((await browser.get("/session")).status_code == 401)


async def standing(owner: Caller) -> dict[str, Any]:
    return dict((await owner.get("/break-glass")).json())


async def test_sealed_it_is_like_no_account_and_its_code_opens_it_once(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner = await console_on.owner()
    app, told = await made(owner, clock)
    assert len(told["recovery_codes"]) == 10
    browser = console_on.caller()
    closed = await browser.sign_in("glass", NEW)
    unknown = await browser.sign_in("nobody", NEW)
    assert closed.json()["detail"] == unknown.json()["detail"]
    assert closed.status_code == unknown.status_code == 401
    wrong = await unseal(browser, "aaaaa-bbbbb-ccccc-ddddd")
    assert (wrong.status_code, wrong.json()["errors"][0]["message"]) == (422, WRONG)
    typed = told["code"].upper().replace("-", " ")
    both = await asyncio.gather(*(unseal(console_on.caller(), typed) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [200, 422]
    assert (await standing(owner))["state"] == "open"
    password = await asked(browser, "glass", NEW)
    assert password["step"] == "second-factor", "the password alone is not enough"
    done = await answer(browser, password, app.code())
    assert done.status_code == 200, done.text
    assert [one["role"] for one in done.json()["roles"]] == ["owner"]
    now = await standing(owner)
    assert now["used"] is not None
    record = (await owner.get("/collections/activity")).text
    for action in ("create", "unseal"):
        assert f"user:{action}-break-glass" in record
    assert told["code"] not in record
    assert app.secret not in record
    async with console_on.state.db_sessions() as db:
        (row,) = (await db.execute(select(BreakGlass))).scalars()
        session = await db.execute(
            select(SessionRecord).where(SessionRecord.user_id == row.user_id)
        )
    assert {one.expires for one in session.scalars()} == {row.until}, "it ends with the hour"


async def test_its_hour_ends_what_is_signed_in_and_a_new_code_opens_it_again(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner = await console_on.owner()
    app, told = await made(owner, clock)
    assert (await unseal(console_on.caller(), told["code"])).status_code == 200
    browser = console_on.caller()
    assert (await signed_in(browser, app)).status_code == 200
    begun = await asked(console_on.caller(), "glass", NEW)
    async with console_on.state.db_sessions() as db, db.begin():
        await db.execute(update(BreakGlass).values(until=time.time() - 1))
    late = await console_on.caller().sign_in("glass", NEW)
    assert late.status_code == 401, "also before the account is switched off"
    await close(console_on.state.db_sessions, "main")
    await until(lambda: signed_out(browser))
    assert (await browser.post("/session/next", json=begun)).status_code in {401, 422}
    now = await standing(owner)
    assert now["state"] == "used"
    assert (await unseal(console_on.caller(), told["code"])).status_code == 422
    seal = {"If-Match": f'"{now["row_version"]}"'}
    assert (await owner.post("/break-glass/seal")).status_code == 428
    both = await asyncio.gather(*(owner.post("/break-glass/seal", headers=seal) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [200, 412]
    (again,) = [one.json() for one in both if one.status_code == 200]
    assert (await unseal(console_on.caller(), again["code"])).status_code == 200
    assert (await signed_in(browser, app)).status_code == 200
    now = await standing(owner)
    ended = await owner.post("/break-glass/seal", headers={"If-Match": f'"{now["row_version"]}"'})
    assert ended.json()["sessions_ended"] == 1
    await until(lambda: signed_out(browser))


async def test_nothing_passes_its_seal_by(console_on: ConsoleApp, clock: Clock) -> None:
    owner = await console_on.owner()
    app, told = await made(owner, clock)
    rows = (await owner.get("/collections/users")).json()["rows"]
    (row,) = [one for one in rows if one["login"] == "glass"]
    path, seen = f"/users/{row['key']}", {"If-Match": f'"{row["row_version"]}"'}
    for body in ({"disabled": False}, {"password": "another long password"}):
        refused = await owner.patch(path, json=body, headers=seen)
        assert refused.status_code == 409, refused.text
    assert (await owner.post(f"{path}/password-reset")).status_code == 409
    assert (await owner.request("DELETE", f"{path}/second-factors")).status_code == 409
    await unseal(console_on.caller(), told["code"])
    browser = console_on.caller()
    assert (await signed_in(browser, app)).status_code == 200
    assert (await browser.request("DELETE", "/account/authenticator")).status_code == 409
    state = await standing(owner)
    own = await browser.post("/break-glass/seal", headers={"If-Match": f'"{state["row_version"]}"'})
    assert own.status_code == 409, "the next code is not for who used this one"
    token = {"name": "mine", "rights": ["pod:get"], "scopes": ["org/main"], "days": 30}
    assert (await browser.post("/tokens", json=token)).status_code == 403
    # It is not the owner that has to stay.
    gone = await browser.request("DELETE", f"/users/{await user_id(owner)}")
    assert gone.status_code == 409, gone.text
    held = await owner.get("/collections/bindings", params={"filter": "subject=glass"})
    (binding,) = held.json()["rows"]
    path, seen = f"/bindings/{binding['key']}", {"If-Match": f'"{binding["row_version"]}"'}
    assert (await owner.delete(path)).status_code == 409, "it would open onto nothing"
    ends = {"expires": time.time() + 600}
    assert (await owner.patch(path, json=ends, headers=seen)).status_code == 409


async def test_c30_who_could_make_no_owner_makes_none_and_prints_no_code(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner = await console_on.owner()
    admin = await console_on.member("admin", ("access-admin", MAIN))
    viewer = await console_on.member("vera", ("viewer", MAIN))
    assert (await viewer.get("/break-glass")).status_code in {403, 404}
    assert (await viewer.post("/break-glass/set-up")).status_code in {403, 404}
    # Who may bind every role could make an owner.
    assert (await admin.post("/break-glass/set-up")).status_code == 200
    await made(owner, clock)
    assert (await owner.post("/break-glass/set-up")).status_code == 409
    await grown_old(console_on)
    refused = await owner.post("/break-glass/seal", headers={"If-Match": '"2"'})
    assert refused.json()["type"].endswith(":step-up-required")


async def test_c19_codes_are_counted_by_address_and_no_flood_takes_them_from_others(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner = await console_on.owner()
    _, told = await made(owner, clock)
    eve = console_on.caller("192.0.2.66")
    assert (await unseal(eve, "wrong")).status_code == 422

    async def kept_out() -> bool:
        return bool((await unseal(eve, "wrong")).status_code == 429)

    await until(kept_out)
    assert (await unseal(console_on.caller("198.51.100.7"), told["code"])).status_code == 200
    assert (await console_on.caller().sign_in("owner", OWNER_PASSWORD)).status_code == 200
    assert breakglass.HOUR == 3600.0


async def test_while_it_is_open_or_has_no_code_who_looks_after_access_is_told(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner = await console_on.owner()
    admin = await console_on.member("admin", ("access-admin", MAIN))
    nobody = await console_on.member("bill", ("billing-viewer", MAIN))
    _, told = await made(owner, clock)

    async def alarm(caller: Caller = admin) -> str:
        lines = (await caller.get("/overview")).json()["problems"]
        return " ".join(line["reason"] for line in lines if line["name"] == "glass")

    assert await alarm() == "", "sealed, it is no news"
    await unseal(console_on.caller("192.0.2.7"), told["code"])
    await until(lambda: alarm(admin))
    assert await alarm() == "the break-glass account was unsealed from 192.0.2.7"
    assert await alarm(nobody) == ""
    async with console_on.state.db_sessions() as db, db.begin():
        await db.execute(update(BreakGlass).values(until=time.time() - 1))
    await close(console_on.state.db_sessions, "main")
    assert await alarm(), "until there is a new code"
    seal = {"If-Match": f'"{(await standing(owner))["row_version"]}"'}
    assert (await owner.post("/break-glass/seal", headers=seal)).status_code == 200

    async def over() -> bool:
        return await alarm() == ""

    await until(over)


async def test_the_command_on_the_server_seals_it_under_a_running_console(
    console_on: ConsoleApp,
    clock: Clock,
    database_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On SQLite nothing tells the console: it looks."""
    monkeypatch.setenv("CRATON_HOME", str(tmp_path))
    monkeypatch.setenv("CRATON_DATABASE_URL", database_url)
    owner = await console_on.owner()
    code, text = await asyncio.to_thread(breakglasscli.print_code)
    assert (code, "There is no break-glass account" in text) == (1, True)
    app, told = await made(owner, clock)
    await unseal(console_on.caller(), told["code"])
    browser = console_on.caller()
    assert (await signed_in(browser, app)).status_code == 200
    code, text = await asyncio.to_thread(breakglasscli.print_code)
    assert (code, "The break-glass account glass is sealed anew." in text) == (0, True)
    await until(lambda: signed_out(browser))
    assert (await standing(owner))["printed_by"] == "craton break-glass"
    assert "user:seal-break-glass" in (await owner.get("/collections/activity")).text
    printed = text.split("once:")[1].split()[0]
    assert (await unseal(console_on.caller(), printed)).status_code == 200
    assert (await signed_in(browser, app)).status_code == 200


@pytest.mark.postgres
async def test_c31_sealed_at_one_replica_its_sessions_at_another_end(
    tmp_path: Path, postgres_url: str, clock: Clock
) -> None:
    homes, keys = [tmp_path / name for name in ("a", "b")], make_key()
    for home in homes:
        home.mkdir()
    async with (
        running_console(homes[0], postgres_url, secrets_keys=keys) as here,
        running_console(homes[1], postgres_url, owner=False, secrets_keys=keys) as there,
    ):
        owner = await here.owner()
        app, told = await made(owner, clock)
        assert (await unseal(there.caller(), told["code"])).status_code == 200
        browser = there.caller()
        assert (await signed_in(browser, app)).status_code == 200
        assert not await signed_out(browser)
        seal = {"If-Match": f'"{(await standing(owner))["row_version"]}"'}
        assert (await owner.post("/break-glass/seal", headers=seal)).status_code == 200
        await until(lambda: signed_out(browser))
