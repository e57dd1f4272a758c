"""Authenticator apps and recovery codes at sign-in and step-up: asked for, used once, limited."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select, update

from auth.scope import organisation
from backend.db.factors import RecoveryCode
from backend.db.signin import SignInStep
from backend.secrets.keyring import make_key
from backend.secrets.table import SealedSecret
from tests.authenticator import Clock, answer, asked, counted, member_with_app, set_up
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.unit.features.test_passwords import NEW, user_id
from tests.unit.features.test_sessions import grown_old
from tests.unit.features.test_tokens import READ, stop_clocks

MAIN = organisation("main")


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.put_in(monkeypatch)


@pytest.fixture
async def console_on(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """The console on either database, with a key ring: secrets have to be sealed."""
    async with running_console(tmp_path, database_url, secrets_keys=make_key()) as running:
        yield running


async def signed_in_as(caller: Caller) -> str:
    return str((await caller.get("/session")).json().get("login"))


async def test_the_second_step_is_asked_for_and_opens_the_session(
    console_on: ConsoleApp, clock: Clock
) -> None:
    _, app = await member_with_app(console_on, clock)
    ada = console_on.caller()
    told = await asked(ada, "ada")
    assert (told["step"], told["methods"]) == ("second-factor", ["totp"])
    done = await answer(ada, told, app.code())
    assert done.status_code == 200, done.text
    assert await signed_in_as(ada) == "ada"
    (here,) = [s for s in (await ada.get("/sessions")).json() if s["current"]]
    assert here["method"] == "password+totp"
    account = (await ada.get("/account")).json()
    assert account["recovery_codes"] == 10
    assert account["authenticator"]["used"] == clock.now


async def test_its_secret_is_sealed_told_once_and_never_again(
    console_on: ConsoleApp, clock: Clock
) -> None:
    ada, app = await member_with_app(console_on, clock)
    assert app.secret not in (await ada.get("/account")).text
    async with console_on.state.db_sessions() as db:
        (kept,) = (await db.execute(select(SealedSecret))).scalars()
        codes = (await db.execute(select(RecoveryCode))).scalars().all()
    assert (kept.owner, kept.row, kept.field) == ("totp_factor", await user_id(ada), "secret")
    assert app.secret not in kept.sealed
    assert not {code.id for code in codes} & set(app.codes)
    owner = await console_on.owner()
    record = (await owner.get("/collections/activity")).text
    assert "user:add-authenticator" in record
    assert app.secret not in record
    assert not any(code in record for code in app.codes)


async def test_a_code_is_taken_once(console_on: ConsoleApp, clock: Clock) -> None:
    _, app = await member_with_app(console_on, clock)
    first, second = console_on.caller(), console_on.caller()
    used = app.code()
    assert (await answer(first, await asked(first, "ada"), used)).status_code == 200
    told = await asked(second, "ada")
    again = await answer(second, told, used)
    assert again.status_code == 422
    assert again.json()["errors"] == [
        {"field": "code", "message": "The code is wrong, or was used already."}
    ]
    assert (await answer(second, told, app.code(-1))).status_code == 422, "nor one from before"
    assert (await answer(second, told, app.code(1))).status_code == 200


async def test_the_code_it_was_confirmed_with_signs_nobody_in(
    console: ConsoleApp, clock: Clock
) -> None:
    _, app = await member_with_app(console, clock)
    ada = console.caller()
    assert (await answer(ada, await asked(ada, "ada"), app.code(-1))).status_code == 422


@pytest.mark.parametrize("by", ["totp", "recovery"])
async def test_of_two_browsers_with_one_code_one_gets_in(
    console_on: ConsoleApp, clock: Clock, by: str
) -> None:
    _, app = await member_with_app(console_on, clock)
    code = app.code() if by == "totp" else app.codes[0]
    browsers = [console_on.caller() for _ in range(3)]
    steps = [await asked(one, "ada") for one in browsers]
    answers = await asyncio.gather(
        *(answer(one, told, code) for one, told in zip(browsers, steps, strict=True))
    )
    assert sorted(one.status_code for one in answers) == [200, 422, 422]
    states = [(await one.get("/session")).status_code for one in browsers]
    assert sorted(states) == [200, 401, 401]


async def test_of_two_answers_to_one_step_one_gets_in(console_on: ConsoleApp, clock: Clock) -> None:
    """And what the other was given with is not used up."""
    _, app = await member_with_app(console_on, clock)
    ada = console_on.caller()
    told = await asked(ada, "ada")
    cookies = dict(ada.cookies)
    tabs = [console_on.caller() for _ in range(2)]
    for tab in tabs:
        tab.cookies.update(cookies)
    answers = await asyncio.gather(
        *(answer(tab, told, code) for tab, code in zip(tabs, app.codes, strict=False))
    )
    assert sorted(one.status_code for one in answers) == [200, 401]
    assert await counted(console_on, RecoveryCode) == 9


async def test_a_recovery_code_stands_for_the_app_once(
    console_on: ConsoleApp, clock: Clock
) -> None:
    _, app = await member_with_app(console_on, clock)
    ada = console_on.caller()
    typed = app.codes[3].upper().replace("-", " ")
    done = await answer(ada, await asked(ada, "ada"), f" {typed} ")
    assert done.status_code == 200, done.text
    assert (await ada.get("/account")).json()["recovery_codes"] == 9
    other = console_on.caller()
    assert (await answer(other, await asked(other, "ada"), app.codes[3])).status_code == 422
    owner = await console_on.owner()
    record = (await owner.get("/collections/activity")).text
    assert "user:use-recovery-code" in record
    assert "By a recovery code; 9 are left." in record
    assert app.codes[3] not in record


async def test_another_s_recovery_code_is_worth_nothing(console: ConsoleApp, clock: Clock) -> None:
    await member_with_app(console, clock)
    _, eve = await member_with_app(console, clock, "eve")
    caller = console.caller()
    assert (await answer(caller, await asked(caller, "ada"), eve.codes[0])).status_code == 422
    assert await counted(console, RecoveryCode) == 20


async def test_a_step_belongs_to_the_browser_that_began_it(
    console_on: ConsoleApp, clock: Clock
) -> None:
    _, app = await member_with_app(console_on, clock)
    ada, thief = console_on.caller(), console_on.caller()
    told = await asked(ada, "ada")
    assert (await answer(thief, told, app.code())).status_code == 401
    await asked(thief, "ada")  # a cookie of its own does not help either
    assert (await answer(thief, told, app.code())).status_code == 401
    assert (await answer(ada, told, app.code())).status_code == 200, "and nothing was used up"


async def test_the_cookie_of_the_step_is_http_only_and_one_for_all_tabs(
    console: ConsoleApp, clock: Clock
) -> None:
    await member_with_app(console, clock)
    ada = console.caller()
    cookies = []
    for _ in range(3):
        answered = await ada.sign_in("ada", OWNER_PASSWORD)
        cookies.append(answered.headers["set-cookie"])
    assert all("HttpOnly" in one and "SameSite=lax" in one for one in cookies)
    assert len({one.partition(";")[0] for one in cookies}) == 1
    assert len(ada.cookies) == 1


async def test_a_step_ends_after_minutes_and_with_the_password(
    console: ConsoleApp, clock: Clock
) -> None:
    person, app = await member_with_app(console, clock)
    ada = console.caller()
    told = await asked(ada, "ada")
    body = {"current": OWNER_PASSWORD, "password": NEW}
    assert (await person.put("/account/password", json=body)).status_code == 200
    assert (await answer(ada, told, app.code())).status_code == 401
    told = await asked(ada, "ada", NEW)
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(SignInStep).values(expires=time.time() - 1))
    assert (await answer(ada, told, app.code())).status_code == 401


async def test_guesses_are_counted_before_they_are_looked_at(
    console_on: ConsoleApp, clock: Clock
) -> None:
    _, app = await member_with_app(console_on, clock)
    stop_clocks(console_on)
    ada = console_on.caller("192.0.2.9")
    told = await asked(ada, "ada")
    wrong = await asyncio.gather(*(answer(ada, told, "000000") for _ in range(8)))
    assert sorted(one.status_code for one in wrong) == [422] * 5 + [429] * 3
    limited = await answer(ada, told, app.code())
    assert limited.status_code == 429
    assert int(limited.headers["retry-after"]) > 0
    again = await asked(ada, "ada")
    assert (await answer(ada, again, app.code())).status_code == 429, "the password forgives none"


async def test_many_addresses_share_one_limit_of_the_account(
    console: ConsoleApp, clock: Clock
) -> None:
    await member_with_app(console, clock)
    stop_clocks(console)
    seen = []
    for n in range(25):
        caller = console.caller(f"198.51.{n}.7")
        seen.append((await answer(caller, await asked(caller, "ada"), "000000")).status_code)
    assert seen == [422] * 20 + [429] * 5


async def test_a_wrong_one_is_recorded_with_its_person(console: ConsoleApp, clock: Clock) -> None:
    await member_with_app(console, clock)
    ada = console.caller()
    await answer(ada, await asked(ada, "ada"), "000000")
    owner = await console.owner()
    record = (await owner.get("/collections/activity?limit=100")).json()["rows"]
    (entry,) = [r for r in record if r["outcome"] != "success" and r["actor"] == "ada"]
    assert entry["action"] == "session:open"


async def test_a_wrong_password_says_nothing_of_it(console: ConsoleApp, clock: Clock) -> None:
    await member_with_app(console, clock)
    answered = await console.caller().sign_in("ada", "wrong wrong wrong")
    assert answered.json()["detail"] == "The user name or the password is wrong."
    assert "set-cookie" not in answered.headers


async def test_a_reset_password_is_no_way_around_it(console_on: ConsoleApp, clock: Clock) -> None:
    person, app = await member_with_app(console_on, clock)
    owner = await console_on.owner()
    key = await user_id(person)
    once = (await owner.post(f"/users/{key}/password-reset")).json()["password"]
    ada = console_on.caller()
    told = await asked(ada, "ada", once)
    assert told["step"] == "second-factor"
    early = await ada.post("/session/next", json={"state": told["state"], "password": NEW})
    assert early.status_code == 422
    then = await answer(ada, told, app.code())
    assert then.status_code == 401
    assert then.json()["step"] == "new-password"
    body = {"state": then.json()["state"], "password": NEW}
    assert (await ada.post("/session/next", json=body)).status_code == 200
    assert await signed_in_as(ada) == "ada"
    other = console_on.caller()
    assert (await asked(other, "ada", NEW))["step"] == "second-factor"


async def test_nor_is_one_that_an_administrator_sets(console: ConsoleApp, clock: Clock) -> None:
    person, _ = await member_with_app(console, clock)
    owner = await console.owner()
    change = {"json": {"password": NEW}, "headers": {"if-match": '"1"'}}
    assert (await owner.patch(f"/users/{await user_id(person)}", **change)).status_code == 200
    assert (await asked(console.caller(), "ada", NEW))["step"] == "second-factor"


async def test_step_up_asks_for_it(console_on: ConsoleApp, clock: Clock) -> None:
    ada, app = await member_with_app(console_on, clock)
    await grown_old(console_on)
    refused = await ada.post("/tokens", json=READ)
    assert (refused.status_code, refused.json()["methods"]) == (403, ["totp"])
    by_password = await ada.post("/session/step-up", json={"password": OWNER_PASSWORD})
    assert by_password.status_code == 422
    assert by_password.json()["errors"][0]["field"] == "code"
    change = {"current": OWNER_PASSWORD, "password": NEW}
    assert (await ada.put("/account/password", json=change)).status_code == 403
    wrong = await ada.post("/session/step-up", json={"code": "000000"})
    assert wrong.status_code == 422
    code = app.code()
    assert (await ada.post("/session/step-up", json={"code": code})).status_code == 200
    assert (await ada.post("/tokens", json=READ)).status_code == 201
    assert (await ada.post("/session/step-up", json={"code": code})).status_code == 422
    by_recovery = await ada.post("/session/step-up", json={"code": app.codes[0]})
    assert by_recovery.status_code == 200, by_recovery.text


async def test_step_up_by_code_is_limited(console: ConsoleApp, clock: Clock) -> None:
    ada, _ = await member_with_app(console, clock)
    stop_clocks(console)
    seen = [
        (await ada.post("/session/step-up", json={"code": "000000"})).status_code for _ in range(11)
    ]
    assert seen == [422] * 10 + [429]


async def test_step_up_still_takes_a_password_of_who_has_none(console: ConsoleApp) -> None:
    owner = await console.owner()
    for body, field in (({}, "password"), ({"code": "123456"}, "code")):
        refused = await owner.post("/session/step-up", json=body)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


async def test_other_sessions_have_to_show_the_new_factor(
    console_on: ConsoleApp, clock: Clock
) -> None:
    ada = await console_on.member("ada", ("viewer", MAIN))
    there = console_on.caller("192.0.2.4")
    assert (await there.sign_in("ada", OWNER_PASSWORD)).status_code == 200
    app = await set_up(ada, clock)
    assert (await ada.post("/tokens", json=READ)).status_code == 201
    refused = await there.post("/tokens", json=READ)
    assert (refused.status_code, refused.json()["methods"]) == (403, ["totp"])
    assert (await there.post("/session/step-up", json={"code": app.code()})).status_code == 200
    assert (await there.post("/tokens", json=READ)).status_code == 201
