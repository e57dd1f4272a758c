"""Where somebody is signed in; ending it there; showing again who one is."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import update

from auth.scope import organisation
from backend.db.identity import SessionRecord
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp
from tests.unit.features.test_tokens import READ, program, stop_clocks

MAIN = organisation("main")
GRANT = {"subject": "ada", "role": "viewer", "scope": "org/main"}


async def elsewhere(console: ConsoleApp, login: str, agent: str) -> Caller:
    caller = console.caller("192.0.2.4")
    caller.headers["user-agent"] = agent
    assert (await caller.sign_in(login, OWNER_PASSWORD)).status_code == 200
    return caller


async def test_one_s_own_sessions_are_listed_and_ended(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada")
    there = await elsewhere(console_on, "ada", "Firefox")
    listed = (await ada.get("/sessions")).json()
    assert {(s["agent"] == "Firefox", s["current"]) for s in listed} == {
        (True, False),
        (False, True),
    }
    other = next(s for s in listed if not s["current"])
    assert (other["address"], other["method"]) == ("192.0.2.4", "password")
    cookies = set(there.cookies.values())
    assert other["id"] not in cookies
    assert (await ada.delete(f"/sessions/{other['id']}")).status_code == 204
    assert (await there.get("/session")).status_code == 401
    assert (await ada.get("/session")).status_code == 200


async def test_all_others_are_ended_at_once(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada")
    others = [await elsewhere(console_on, "ada", f"tab {n}") for n in range(3)]
    eve = await console_on.member("eve")
    assert (await ada.delete("/sessions")).status_code == 204
    assert [(await o.get("/session")).status_code for o in others] == [401] * 3
    assert (await ada.get("/session")).status_code == 200
    assert (await eve.get("/session")).status_code == 200


async def test_another_s_session_is_ended_by_right_alone(console: ConsoleApp) -> None:
    ada, eve = await console.member("ada"), await console.member("eve", ("operator", MAIN))
    (mine,) = (await ada.get("/sessions")).json()
    assert (await eve.delete(f"/sessions/{mine['id']}")).status_code == 404
    assert (await eve.get("/collections/sessions")).status_code in {403, 404}
    owner = await console.owner()
    rows = (await owner.get("/collections/sessions")).json()["rows"]
    assert "ada" in {row["login"] for row in rows}
    assert (await owner.delete(f"/sessions/{mine['id']}")).status_code == 204
    assert (await ada.get("/session")).status_code == 401


async def grown_old(console: ConsoleApp, seconds: float = 3600.0) -> None:
    """Everybody's last strong factor lies that far back."""
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(SessionRecord).values(strong_at=time.time() - seconds))
    console.state.identities._known.clear()


async def test_rights_tokens_and_secrets_ask_again_who_is_there(console_on: ConsoleApp) -> None:
    await console_on.member("ada")
    owner = await console_on.owner()
    await grown_old(console_on)
    for answer in (
        await owner.post("/bindings", json=GRANT),
        await owner.post("/tokens", json=READ),
    ):
        assert answer.status_code == 403
        told = answer.json()
        assert told["type"].endswith(":step-up-required")
        assert (told["methods"], told["within"]) == (["password"], 600)
    assert (await owner.get("/tokens")).json() == [], "nothing was made"
    wrong = await owner.post("/session/step-up", json={"password": "wrong"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "password"
    assert (await owner.post("/bindings", json=GRANT)).status_code == 403
    right = await owner.post("/session/step-up", json={"password": OWNER_PASSWORD})
    assert right.status_code == 200, right.text
    assert right.json()["until"] == pytest.approx(time.time() + 600, abs=120)
    assert (await owner.post("/bindings", json=GRANT)).status_code == 201
    activity = await owner.get("/collections/activity")
    assert "session:step-up" in activity.text


async def test_who_may_not_is_told_so_before_anything_is_asked(console: ConsoleApp) -> None:
    ada = await console.member("ada", ("viewer", MAIN))
    await grown_old(console)
    assert (await ada.post("/bindings", json=GRANT)).status_code == 404


async def test_a_token_cannot_step_up(console: ConsoleApp) -> None:
    await console.member("ada")
    owner = await console.owner()
    made = await owner.post("/tokens", json=READ | {"rights": ["binding:*", "*:*", "role:bind"]})
    calling = program(console, made.json()["secret"])
    answer = await calling.post("/bindings", json=GRANT)
    assert answer.status_code == 403
    assert answer.json()["methods"] == []
    assert "insufficient_user_authentication" in answer.headers["www-authenticate"]
    body = {"password": OWNER_PASSWORD}
    assert (await calling.post("/session/step-up", json=body)).status_code == 403


async def test_wrong_passwords_are_limited(console: ConsoleApp) -> None:
    owner = await console.owner()
    stop_clocks(console)
    seen = [
        (await owner.post("/session/step-up", json={"password": "wrong"})).status_code
        for _ in range(12)
    ]
    assert seen[:10] == [422] * 10
    assert seen[10:] == [429] * 2
    assert (await owner.get("/session")).status_code == 200
