"""Signing in on the command line: the device authorisation grant (security reference, C29)."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlmodel import col

from auth.scope import organisation
from backend.db.identity import SessionRecord
from backend.db.signin import DeviceRequest
from backend.identity import devicelogin
from backend.identity.epoch import raise_epoch
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.unit.features.test_tokens import program, stop_clocks

MAIN = organisation("main")
CLIENT = {"client_id": "craton-cli"}
GRANT = {**CLIENT, "grant_type": "urn:ietf:params:oauth:grant-type:device_code"}


def machine(console: ConsoleApp, address: str = "192.0.2.7") -> Caller:
    """A program: no cookie, and nothing that a browser sends."""
    caller = console.caller(address)
    for name in ("x-craton-request", "origin"):
        del caller.headers[name]
    return caller


async def ask(device: Caller, name: str = "craton on laptop") -> dict[str, Any]:
    answer = await device.post("/oauth/device_authorization", data={**CLIENT, "client_name": name})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def poll(device: Caller, codes: dict[str, Any]) -> dict[str, Any]:
    fields = {**GRANT, "device_code": codes["device_code"]}
    answer = await device.post("/oauth/token", data=fields)
    assert answer.status_code == (200 if "access_token" in answer.json() else 400)
    return dict(answer.json())


async def decide(person: Caller, codes: dict[str, Any], *, allow: bool = True) -> int:
    body = {"code": codes["user_code"], "allow": allow}
    return (await person.post("/device-requests/decision", json=body)).status_code


async def signed_in(console: ConsoleApp, person: Caller) -> Caller:
    device = machine(console)
    codes = await ask(device)
    assert await decide(person, codes) == 204
    return program(console, (await poll(device, codes))["access_token"])


async def test_a_person_lets_a_command_line_in(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada", ("viewer", MAIN))
    device = machine(console_on)
    codes = await ask(device)
    assert codes["verification_uri"].endswith("/device")
    assert len(codes["device_code"]) >= 43
    assert (await poll(device, codes))["error"] == "authorization_pending"
    typed = codes["user_code"].replace("-", " ").lower()
    seen = (await ada.post("/device-requests/lookup", json={"code": typed})).json()
    assert (seen["client"], seen["address"]) == ("craton on laptop", "192.0.2.7")
    assert (seen["here"], seen["code"]) == (False, codes["user_code"])
    assert await decide(ada, codes) == 204
    told = await poll(device, codes)
    assert told["token_type"] == "Bearer"
    calling = program(console_on, told["access_token"])
    assert (await calling.get("/session")).json()["login"] == "ada"
    listed = (await ada.get("/sessions")).json()
    (theirs,) = [one for one in listed if one["method"] == "device"]
    assert (theirs["agent"], theirs["address"]) == ("craton on laptop", "192.0.2.7")
    assert (await ada.delete(f"/sessions/{theirs['id']}")).status_code == 204
    assert (await calling.get("/session")).status_code == 401


async def test_a_code_is_good_once(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada")
    device = machine(console_on)
    codes = await ask(device)
    assert await decide(ada, codes) == 204
    assert await decide(ada, codes) == 404
    assert "access_token" in await poll(device, codes)
    assert (await poll(device, codes))["error"] == "expired_token"


async def test_a_refusal_is_told_and_final(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada")
    device = machine(console_on)
    codes = await ask(device)
    assert await decide(ada, codes, allow=False) == 204
    assert (await poll(device, codes))["error"] == "access_denied"
    assert await decide(ada, codes) == 404


async def test_a_code_ends_by_itself_and_looks_like_a_wrong_one(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada")
    device = machine(console_on)
    codes = await ask(device)
    async with console_on.state.db_sessions() as db, db.begin():
        await db.execute(update(DeviceRequest).values(expires=col(DeviceRequest.expires) - 601))
    over = await ada.post("/device-requests/lookup", json={"code": codes["user_code"]})
    wrong = await ada.post("/device-requests/lookup", json={"code": "BBBB-BBBB"})
    assert over.status_code == wrong.status_code == 404
    assert over.json()["detail"] == wrong.json()["detail"]
    assert (await poll(device, codes))["error"] == "expired_token"


async def test_whoever_asks_too_often_waits_longer(console_on: ConsoleApp) -> None:
    device = machine(console_on)
    codes = await ask(device)
    assert (await poll(device, codes))["error"] == "authorization_pending"
    async with console_on.state.db_sessions() as db, db.begin():  # as if that were later
        await db.execute(update(DeviceRequest).values(polled=time.time() + 600))
    assert (await poll(device, codes))["error"] == "slow_down"
    async with console_on.state.db_sessions() as db:
        (record,) = (await db.execute(select(DeviceRequest))).scalars()
    assert record.interval == 10


async def test_no_code_is_stored_as_it_is(console_on: ConsoleApp) -> None:
    device = machine(console_on)
    codes = await ask(device)
    async with console_on.state.db_sessions() as db:
        (record,) = (await db.execute(select(DeviceRequest))).scalars()
    stored = str(record.model_dump())
    assert codes["device_code"] not in stored
    assert codes["user_code"] not in stored
    assert codes["user_code"].replace("-", "") not in stored


async def test_codes_cannot_be_tried_out(console: ConsoleApp) -> None:
    stop_clocks(console)
    ada, eve = await console.member("ada"), await console.member("eve")
    codes = await ask(machine(console))
    for _ in range(10):
        wrong = await ada.post("/device-requests/lookup", json={"code": "BBBB-BBBB"})
        assert wrong.status_code == 404
    assert await decide(ada, codes) == 429
    assert await decide(eve, codes) == 204


async def test_a_flood_of_requests_puts_none_out(
    console: ConsoleApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await console.member("ada")
    device = machine(console)
    codes = await ask(device)
    monkeypatch.setattr(devicelogin, "_MOST", 3)
    others = [machine(console, f"198.51.100.{n}") for n in range(6)]
    body = {**CLIENT, "client_name": "flood"}
    told = [
        (await one.post("/oauth/device_authorization", data=body)).status_code for one in others
    ]
    assert told == [200, 200, 400, 400, 400, 400]
    assert await decide(ada, codes) == 204
    assert "access_token" in await poll(device, codes)


async def test_one_address_asks_so_often_and_no_more(console: ConsoleApp) -> None:
    stop_clocks(console)
    device = machine(console)
    for _ in range(10):
        await ask(device)
    body = {**CLIENT, "client_name": "again"}
    assert (await device.post("/oauth/device_authorization", data=body)).json()["error"] == (
        "slow_down"
    )
    await ask(machine(console, "198.51.100.9"))


async def test_programs_let_nobody_in(console: ConsoleApp) -> None:
    """Nor does a command line: only a person who is there, and has just shown it."""
    ada = await console.member("ada")
    codes = await ask(machine(console))
    calling = await signed_in(console, ada)
    assert await decide(calling, codes) == 403
    assert await decide(console.caller(), codes) == 401
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(SessionRecord).values(strong_at=1.0))
        await raise_epoch(db)  # or the sessions stay known as they were
    await console.state.identities.refresh()
    assert await decide(ada, codes) == 403
    assert await decide(ada, codes, allow=False) == 204


async def test_a_command_line_cannot_step_up(console: ConsoleApp) -> None:
    owner = await console.owner()
    calling = await signed_in(console, owner)
    refused = await calling.post("/tokens", json={"name": "t", "rights": ["pod:get"]})
    assert refused.status_code == 403
    assert refused.json()["type"].endswith("step-up-required")
    stepped = await calling.post("/session/step-up", json={"password": OWNER_PASSWORD})
    assert stepped.status_code == 403


async def test_it_is_presented_as_a_bearer_token_alone(console: ConsoleApp) -> None:
    """A browser's cookie is no bearer token, and a command line's token no cookie."""
    owner = await console.owner()
    calling = await signed_in(console, owner)
    token = calling.headers["authorization"].split()[1]
    thief = console.caller()
    (name,) = [n for n in owner.cookies if "session" in n]
    thief.cookies.set(name, token)
    assert (await thief.get("/session")).status_code == 401
    assert (await program(console, owner.cookies[name]).get("/session")).status_code == 401


async def test_who_is_switched_off_is_not_let_in(console: ConsoleApp) -> None:
    owner, ada = await console.owner(), await console.member("ada")
    device = machine(console)
    codes = await ask(device)
    calling = await signed_in(console, ada)
    assert await decide(ada, codes) == 204
    listed = (await owner.get("/collections/users")).json()["rows"]
    (record,) = [row for row in listed if row["login"] == "ada"]
    tag = {"if-match": f'"{record["row_version"]}"'}
    off = await owner.patch(f"/users/{record['key']}", json={"disabled": True}, headers=tag)
    assert off.status_code == 200, off.text
    assert (await poll(device, codes))["error"] == "access_denied"
    assert (await calling.get("/session")).status_code == 401


@pytest.mark.parametrize("ending", ["others", "password", "reset"])
async def test_what_ends_all_sessions_ends_what_was_let_in(
    console_on: ConsoleApp, ending: str
) -> None:
    """It has no session yet, and gets none: for another person nothing ends."""
    owner, ada = await console_on.owner(), await console_on.member("ada")
    device, other = machine(console_on), machine(console_on, "192.0.2.8")
    codes, theirs = await ask(device), await ask(other)
    assert await decide(ada, codes) == 204
    assert await decide(owner, theirs) == 204
    if ending == "others":
        done = await ada.delete("/sessions")
    elif ending == "password":
        body = {"current": OWNER_PASSWORD, "password": "another battery staple"}
        done = await ada.put("/account/password", json=body)
    else:
        me = (await ada.get("/session")).json()["id"]
        done = await owner.post(f"/users/{me}/password-reset")
    assert done.status_code in {200, 204}, done.text
    assert (await poll(device, codes))["error"] == "access_denied"
    assert "access_token" in await poll(other, theirs)


async def test_signing_out_ends_it(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    calling = await signed_in(console, ada)
    assert (await calling.delete("/session")).status_code == 200
    assert (await calling.get("/session")).status_code == 401
    assert (await ada.get("/session")).status_code == 200


async def test_wrong_questions_are_refused_in_oauths_words(console: ConsoleApp) -> None:
    device = machine(console)
    for path, fields, error in (
        ("device_authorization", {"client_id": "other", "client_name": "x"}, "invalid_client"),
        ("device_authorization", CLIENT, "invalid_request"),
        ("device_authorization", {**CLIENT, "client_name": "a\x1b[2J"}, "invalid_request"),
        ("token", {**CLIENT, "grant_type": "password"}, "unsupported_grant_type"),
        ("token", {**GRANT, "device_code": "none"}, "expired_token"),
        ("token", {**GRANT, "client_id": "x", "device_code": "none"}, "invalid_client"),
    ):
        answer = await device.post(f"/oauth/{path}", data=fields)
        assert (answer.status_code, answer.json()["error"]) == (400, error)
    json = await device.post("/oauth/token", json={**GRANT, "device_code": "none"})
    assert json.json()["error"] == "invalid_request"


async def test_it_can_be_switched_off(tmp_path: Any) -> None:
    async with running_console(tmp_path, device_sign_in=False) as console:
        body = {**CLIENT, "client_name": "x"}
        answer = await machine(console).post("/oauth/device_authorization", data=body)
        assert answer.json()["error"] == "unauthorized_client"
        assert "API token" in answer.json()["error_description"]


async def test_both_ways_are_recorded(console: ConsoleApp) -> None:
    owner = await console.owner()
    await signed_in(console, owner)
    codes = await ask(machine(console))
    assert await decide(owner, codes, allow=False) == 204
    rows = (await owner.get("/collections/activity?limit=50")).json()["rows"]
    actions = [row["action"] for row in rows]
    assert {"session:allow-device", "session:deny-device"} <= set(actions)
    assert any("command line" in str(row) for row in rows if row["action"] == "session:open")
