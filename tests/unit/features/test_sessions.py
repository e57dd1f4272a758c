"""Where somebody is signed in; ending it there; showing again who one is."""

from __future__ import annotations

import time
from typing import Any

import pytest
from sqlalchemy import update
from sqlmodel import col

from auth.principal import CredentialKind
from auth.scope import organisation
from backend.db.identity import SessionRecord
from backend.identity import sessions
from backend.identity.credentials import Presented
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


async def step_up(caller: Caller) -> None:
    answer = await caller.post("/session/step-up", json={"password": OWNER_PASSWORD})
    assert answer.status_code == 200, answer.text


def with_cookies(console: ConsoleApp, cookies: dict[str, str]) -> Caller:
    """Another tab, or a thief, with the cookies of before."""
    caller = console.caller()
    caller.cookies.update(cookies)
    return caller


@pytest.fixture
def long_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is under way goes on, however long the machine takes for it."""
    monkeypatch.setattr(sessions, "GRACE", 3600.0)


async def here(caller: Caller) -> dict[str, Any]:
    (found,) = [one for one in (await caller.get("/sessions")).json() if one["current"]]
    return dict(found)


@pytest.mark.usefixtures("long_grace")
async def test_step_up_gives_the_session_a_new_id(console_on: ConsoleApp) -> None:
    """C1: what somebody had of the session before is worth no more than before, and soon
    nothing."""
    await console_on.member("ada")
    owner = await console_on.owner()
    await grown_old(console_on)
    before = dict(owner.cookies)
    old = await here(owner)
    identities = console_on.state.identities
    socket = await identities.resolve(Presented(CredentialKind.SESSION, before["craton-session"]))
    assert socket is not None
    await step_up(owner)
    assert owner.cookies["craton-session"] != before["craton-session"]
    new = await here(owner)
    assert new["id"] != old["id"]
    assert {new[name] == old[name] for name in ("created", "address", "agent", "expires")} == {True}
    rows = (await owner.get("/collections/sessions")).json()["rows"]
    keys = {row["key"] for row in rows}
    assert new["id"] in keys
    assert old["id"] not in keys | {one["id"] for one in (await owner.get("/sessions")).json()}
    other = with_cookies(console_on, before)
    assert (await other.get("/session")).status_code == 200, "what is under way goes on"
    assert (await other.post("/bindings", json=GRANT)).status_code == 403
    followed = await identities.current(socket)
    assert followed is not None, "an open socket goes on"
    assert followed.credential.id == new["id"]
    body = {"password": OWNER_PASSWORD}
    assert (await other.post("/session/step-up", json=body)).status_code == 409
    await grace_over(console_on)
    assert (await other.get("/session")).status_code == 401
    assert (await owner.post("/bindings", json=GRANT)).status_code == 201


async def grace_over(console: ConsoleApp) -> None:
    async with console.state.db_sessions() as db, db.begin():
        old = col(SessionRecord.replaced_by).is_not(None)
        await db.execute(update(SessionRecord).where(old).values(expires=time.time() - 1))
    console.state.identities._known.clear()


@pytest.mark.usefixtures("long_grace")
async def test_the_end_of_a_session_is_that_of_its_old_ids(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    first = dict(owner.cookies)
    await step_up(owner)
    second = dict(owner.cookies)
    await step_up(owner)
    tabs = [with_cookies(console_on, cookies) for cookies in (first, second)]
    assert [(await tab.get("/session")).status_code for tab in tabs] == [200, 200]
    mine = await here(owner)
    assert (await owner.delete(f"/sessions/{mine['id']}")).status_code == 204
    assert [(await one.get("/session")).status_code for one in (owner, *tabs)] == [401] * 3


@pytest.mark.usefixtures("long_grace")
async def test_signing_out_with_the_old_id_ends_the_session(console: ConsoleApp) -> None:
    owner = await console.owner()
    before = dict(owner.cookies)
    await step_up(owner)
    assert (await with_cookies(console, before).delete("/session")).status_code == 200
    assert (await owner.get("/session")).status_code == 401


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
