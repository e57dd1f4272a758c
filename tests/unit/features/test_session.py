"""Sign-in, sign-out, setup: on the whole app."""

from __future__ import annotations

import asyncio
import threading
from contextlib import AsyncExitStack

import pytest
from sqlalchemy import update

from auth.password import verify
from backend.db.identity import UserRecord
from backend.identity import setup
from backend.identity.hashing import MAX_OF_PEER, MAX_WAITING, Hashing
from backend.identity.limits import AttemptLimits
from tests.console import BASE_URL, OWNER_PASSWORD, ConsoleApp, running_console


async def test_sign_in_gives_a_session_and_the_rights_held(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    session = (await owner.get("/session")).json()
    assert session["login"] == "owner"
    assert session["roles"] == [{"role": "owner", "title": "Owner", "scope": "org/main"}]
    assert "bind" in session["permissions"]["binding"]


async def test_rights_are_told_only_where_such_things_can_lie(console_on: ConsoleApp) -> None:
    """The role allows machines too, and no namespace holds one: nothing is offered for it."""
    where = ("org", "main", "cluster", "local", "ns", "payments")
    viewer = await console_on.member("viewer", ("viewer", where))
    held = (await viewer.get("/session")).json()["permissions"]
    assert "list" in held["pod"]
    assert "list" in held["event"]
    assert {"machine", "key", "tag", "stack", "update-group"}.isdisjoint(held)


async def test_the_cookie_is_http_only_and_lax(console: ConsoleApp) -> None:
    answer = await console.caller().sign_in("owner", OWNER_PASSWORD)
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Domain" not in cookie


@pytest.mark.parametrize("login", ["owner", "nobody"])
async def test_wrong_credentials_look_alike(console: ConsoleApp, login: str) -> None:
    answer = await console.caller().sign_in(login, "wrong password")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"] == "The user name or the password is wrong."


async def test_too_many_failures_are_limited_even_with_the_right_password(
    console: ConsoleApp,
) -> None:
    caller = console.caller()
    for _ in range(5):
        assert (await caller.sign_in("owner", "wrong password")).status_code == 401
    answer = await caller.sign_in("owner", OWNER_PASSWORD)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0


async def test_wrong_passwords_at_once_are_limited_too(console: ConsoleApp) -> None:
    """Each counts before it is checked."""
    caller = console.caller()
    answers = await asyncio.gather(*(caller.sign_in("owner", "wrong password") for _ in range(8)))
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [401] * 5 + [429] * 3


async def test_the_console_answers_while_passwords_are_checked(console_on: ConsoleApp) -> None:
    """200 wrong ones at once, held in the middle of their check: no database connection is
    waited for, people who are signed in go on, and a known browser signs in."""
    owner = await console_on.owner()
    go = threading.Event()

    def check(password: str, stored: str | None) -> bool:
        if password == "wrong password":
            go.wait(300)
            return False
        return verify(password, stored)

    console_on.replace(Hashing(check=check))
    callers = [console_on.caller(f"192.0.2.{n}") for n in range(200)]
    attempts = [
        asyncio.create_task(caller.sign_in(f"login-{n}", "wrong password"))
        for n, caller in enumerate(callers)
    ]
    try:
        async with asyncio.timeout(120):
            while sum(task.done() for task in attempts) < 200 - MAX_WAITING:
                await asyncio.sleep(0.01)
            for _ in range(20):
                assert (await owner.get("/session")).status_code == 200
                assert (await owner.get("/collections/activity")).status_code == 200
            again = await owner.post(
                "/session", json={"login": "owner", "password": OWNER_PASSWORD}
            )
            assert again.status_code == 200
    finally:
        go.set()
    statuses = [answer.status_code for answer in await asyncio.gather(*attempts)]
    assert {status: statuses.count(status) for status in set(statuses)} == {
        401: MAX_WAITING,
        503: 200 - MAX_WAITING,
    }


async def test_strangers_beyond_their_share_are_turned_away_before_anything_is_read(
    console: ConsoleApp,
) -> None:
    """A connection for each of a flood is one that somebody else waits for."""
    hashing = Hashing()
    console.replace(hashing)
    stranger = console.caller("192.0.2.1")
    attempts = console.app.state.parts.get(AttemptLimits)
    async with AsyncExitStack() as held:
        for _ in range(2):  # nobody's account can be looked up
            await held.enter_async_context(attempts.looking())
        for _ in range(MAX_OF_PEER):
            held.enter_context(hashing.place("192.0.2.1", known=False))
        async with asyncio.timeout(60):
            assert (await stranger.sign_in("owner", "wrong password")).status_code == 503


async def test_the_line_of_those_to_be_looked_up_has_an_end(console: ConsoleApp) -> None:
    """A cookie that anybody may invent leads past the lane of strangers."""
    attempts = console.app.state.parts.get(AttemptLimits)
    strangers = [console.caller() for _ in range(110)]
    for stranger in strangers:
        stranger.cookies.set("craton-device", "invented")
    async with AsyncExitStack() as held:
        for _ in range(2):
            await held.enter_async_context(attempts.looking())
        asked = [asyncio.create_task(s.sign_in("owner", "wrong password")) for s in strangers]
        async with asyncio.timeout(60):
            done, _ = await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        assert {task.result().status_code for task in done} == {503}
    await asyncio.gather(*asked)


async def test_a_stranger_cannot_lock_a_known_browser_out(console: ConsoleApp) -> None:
    """Even from the same address, with the right name."""
    owner = await console.owner()
    stranger = console.caller()
    while (await stranger.sign_in("owner", "wrong password")).status_code == 401:
        pass
    assert (await owner.delete("/session")).status_code == 200
    assert (await owner.sign_in("owner", OWNER_PASSWORD)).status_code == 200
    assert (await stranger.sign_in("owner", OWNER_PASSWORD)).status_code == 429


async def test_a_device_cookie_of_another_account_is_worth_nothing(console: ConsoleApp) -> None:
    member = await console.member("ada")
    for _ in range(5):
        assert (await member.sign_in("owner", "wrong password")).status_code == 401
    assert (await member.sign_in("owner", "wrong password")).status_code == 429


async def test_an_account_disabled_during_the_check_is_refused(console: ConsoleApp) -> None:
    def check(password: str, stored: str | None) -> bool:
        asyncio.run_coroutine_threadsafe(disable(), loop).result(10)
        return verify(password, stored)

    async def disable() -> None:
        async with console.state.db_sessions() as db, db.begin():
            await db.execute(update(UserRecord).values(disabled=True))

    loop = asyncio.get_running_loop()
    console.replace(Hashing(check=check))
    assert (await console.caller().sign_in("owner", OWNER_PASSWORD)).status_code == 401


async def test_sign_out_ends_the_session_at_once(console: ConsoleApp) -> None:
    owner = await console.owner()
    stolen = dict(owner.cookies)
    assert (await owner.delete("/session")).status_code == 200
    thief = console.caller()
    thief.cookies.update(stolen)
    assert (await thief.get("/session")).status_code == 401


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": BASE_URL, "sec-fetch-site": "cross-site"},
        {"origin": BASE_URL, "sec-fetch-site": "same-site"},
    ],
)
async def test_a_change_from_another_site_is_refused(console: ConsoleApp, headers) -> None:
    owner = await console.owner()
    answer = await owner.delete("/session", headers=headers)
    assert answer.status_code == 403
    assert (await owner.get("/session")).status_code == 200


async def test_a_change_without_our_header_is_refused(console: ConsoleApp) -> None:
    owner = await console.owner()
    del owner.headers["x-craton-request"]
    assert (await owner.delete("/session")).status_code == 403


async def test_a_foreign_host_is_refused(console: ConsoleApp) -> None:
    answer = await console.caller().get("/status", headers={"host": "evil.example"})
    assert answer.status_code == 400


async def test_setup_works_once(tmp_path) -> None:
    async with running_console(tmp_path, owner=False) as console:
        async with console.state.db_sessions() as db, db.begin():
            token = await setup.issue_setup_token(db)
        body = {"token": token, "login": "ada", "name": "Ada", "password": OWNER_PASSWORD}
        caller = console.caller()
        assert (await caller.get("/setup")).json() == {"needed": True, "passkeys": False}
        weak = await caller.post("/setup", json={**body, "password": "short"})
        assert weak.status_code == 422
        assert weak.json()["errors"][0]["field"] == "password"
        wrong = await caller.post("/setup", json={**body, "token": "guess"})
        assert wrong.status_code == 403
        made = await caller.post("/setup", json=body)
        assert made.status_code == 201, made.text
        assert (await caller.get("/session")).json()["login"] == "ada"
        again = await console.caller().post("/setup", json={**body, "login": "eve"})
        assert again.status_code == 403
        assert (await caller.get("/setup")).json() == {"needed": False, "passkeys": False}


async def test_sign_ins_and_refusals_are_in_the_activity_record(console_on: ConsoleApp) -> None:
    await console_on.caller().sign_in("owner", "wrong password")
    owner = await console_on.owner()
    rows = (await owner.get("/collections/activity")).json()["rows"]
    seen = [(r["actor"], r["action"], r["outcome"]) for r in rows]
    assert seen[0] == ("owner", "session:open", "success")
    assert ("owner", "session:open", "refused") in seen
    assert ("bootstrap", "user:create", "success") in seen


async def test_a_login_with_a_control_character_is_no_login(console_on: ConsoleApp) -> None:
    answer = await console_on.caller().sign_in("a\0", "wrong password")
    assert answer.status_code == 422
    owner = await console_on.owner()
    assert (await owner.delete("/bindings/%00")).status_code == 422
