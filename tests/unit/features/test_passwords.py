"""One's own password changed, another's reset; what ends with them and who may not."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx2
from sqlalchemy import update

from auth.scope import organisation
from backend.db.identity import UserRecord
from backend.db.rights import RoleRecord
from backend.db.signin import SignInStep
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp
from tests.unit.features.test_sessions import grown_old
from tests.unit.features.test_tokens import READ, program, stop_clocks

MAIN = organisation("main")
NEW = "another battery staple"


async def user_id(caller: Caller) -> str:
    return str((await caller.get("/session")).json()["id"])


async def change(caller: Caller, **body: Any) -> httpx2.Response:
    return await caller.put("/account/password", json={"password": NEW} | body)


async def test_one_changes_one_s_own_and_others_sessions_end(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada", ("viewer", MAIN))
    there = console_on.caller("192.0.2.4")
    assert (await there.sign_in("ada", OWNER_PASSWORD)).status_code == 200
    token = (await ada.post("/tokens", json=READ)).json()["secret"]
    answer = await change(ada, current=OWNER_PASSWORD)
    assert answer.status_code == 200, answer.text
    assert answer.json() == {"sessions_ended": 1, "tokens_revoked": 0, "tokens_left": 1}
    assert (await there.get("/session")).status_code == 401
    assert (await ada.get("/session")).status_code == 200
    assert (await program(console_on, token).get("/session")).status_code == 200
    again = console_on.caller()
    assert (await again.sign_in("ada", OWNER_PASSWORD)).status_code == 401
    assert (await again.sign_in("ada", NEW)).status_code == 200
    owner = await console_on.owner()
    assert "user:set-password" in (await owner.get("/collections/activity")).text


async def test_tokens_go_too_where_one_asks_for_it(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada", ("viewer", MAIN))
    token = (await ada.post("/tokens", json=READ)).json()["secret"]
    answer = await change(ada, current=OWNER_PASSWORD, revoke_tokens=True)
    assert answer.json()["tokens_revoked"] == 1
    assert (await program(console_on, token).get("/session")).status_code == 401


async def test_it_needs_the_present_one_or_a_step_up(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    wrong = await change(ada, current="wrong")
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["field"] == "current"
    await grown_old(console)
    old = await change(ada)
    assert old.status_code == 403
    assert old.json()["type"].endswith(":step-up-required")
    assert (await change(ada, current=OWNER_PASSWORD)).status_code == 200
    await ada.post("/session/step-up", json={"password": NEW})
    assert (await change(ada, password=NEW + " again")).status_code == 200


async def test_a_weak_one_and_the_same_again_are_refused(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    for password in ("short", OWNER_PASSWORD):
        answer = await change(ada, current=OWNER_PASSWORD, password=password)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == "password"


async def test_wrong_ones_are_limited_with_step_up(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    stop_clocks(console)
    seen = [(await change(ada, current="wrong")).status_code for _ in range(11)]
    assert seen == [422] * 10 + [429]


async def test_a_token_changes_no_password(console: ConsoleApp) -> None:
    owner = await console.owner()
    made = await owner.post("/tokens", json=READ | {"rights": ["user:*", "*:*"]})
    calling = program(console, made.json()["secret"])
    assert (await change(calling, current=OWNER_PASSWORD)).status_code == 403
    assert (await calling.get("/account")).status_code == 403
    reset = await calling.post(f"/users/{await user_id(owner)}/password-reset")
    assert reset.status_code == 403


async def test_a_sign_in_is_refused_where_the_password_is_set_anew_meanwhile(
    console_on: ConsoleApp,
) -> None:
    await console_on.member("ada")
    caller = console_on.caller()
    ada = update(UserRecord).where(UserRecord.login == "ada")
    async with console_on.state.db_sessions() as db, db.begin():
        await db.execute(ada.values(password_hash="of another password"))
        signing_in = asyncio.create_task(caller.sign_in("ada", OWNER_PASSWORD))
        await asyncio.wait([signing_in], timeout=2)  # long enough to have read the one before
    assert (await signing_in).status_code == 401


async def reset(console: ConsoleApp, login: str) -> tuple[Caller, str]:
    """A member whose password the owner reset; the one-time password."""
    person = await console.member(login)
    owner = await console.owner()
    answer = await owner.post(f"/users/{await user_id(person)}/password-reset")
    assert answer.status_code == 200, answer.text
    assert answer.json()["sessions_ended"] == 1
    return person, str(answer.json()["password"])


async def begun(console: ConsoleApp, login: str, password: str) -> tuple[Caller, str]:
    """A browser that gave the one-time password, and the state of the step that is asked."""
    browser = console.caller()
    answer = await browser.sign_in(login, password)
    assert answer.status_code == 401
    told = answer.json()
    assert (told["type"], told["step"]) == ("urn:craton:problem:next-step", "new-password")
    assert set(browser.cookies) == {"craton-signin"}, "no session before the last step"
    return browser, str(told["state"])


async def test_a_reset_one_is_good_once_and_only_to_choose_another(
    console_on: ConsoleApp,
) -> None:
    before, once = await reset(console_on, "ada")
    assert (await before.get("/session")).status_code == 401
    assert (await console_on.caller().sign_in("ada", OWNER_PASSWORD)).json()["title"] != "One more"
    ada, state = await begun(console_on, "ada", once)
    for bad in ("short", once):
        refused = await ada.post("/session/next", json={"state": state, "password": bad})
        assert refused.status_code == 422, refused.text
    done = await ada.post("/session/next", json={"state": state, "password": NEW})
    assert done.status_code == 200, done.text
    assert (await ada.get("/session")).json()["login"] == "ada"
    again = await ada.post("/session/next", json={"state": state, "password": NEW + " x"})
    assert again.status_code == 401, "a step is good once"
    other = console_on.caller()
    assert (await other.sign_in("ada", once)).status_code == 401
    assert (await other.sign_in("ada", NEW)).status_code == 200
    owner = await console_on.owner()
    activity = (await owner.get("/collections/activity")).text
    assert "user:reset-password" in activity
    assert once not in activity


async def test_of_two_answers_at_once_one_gets_in(console_on: ConsoleApp) -> None:
    _, once = await reset(console_on, "ada")
    browser, state = await begun(console_on, "ada", once)
    callers = [console_on.caller() for _ in range(3)]
    for one in callers:
        one.cookies.update(browser.cookies)
    answers = await asyncio.gather(
        *(
            one.post("/session/next", json={"state": state, "password": f"{NEW} {n}"})
            for n, one in enumerate(callers)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 401, 401]


async def test_a_step_ends_with_the_password_it_was_begun_with(console: ConsoleApp) -> None:
    _, once = await reset(console, "ada")
    person, state = await begun(console, "ada", once)
    owner = await console.owner()
    users = (await owner.get("/collections/users")).json()["rows"]
    (key,) = [row["key"] for row in users if row["login"] == "ada"]
    assert (await owner.post(f"/users/{key}/password-reset")).status_code == 200
    late = await person.post("/session/next", json={"state": state, "password": NEW})
    assert late.status_code == 401


async def test_it_ends_after_a_day_and_a_step_after_minutes(console: ConsoleApp) -> None:
    _, once = await reset(console, "ada")
    late, state = await begun(console, "ada", once)
    past = time.time() - 1
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(UserRecord).where(UserRecord.login == "ada").values(
            one_time_until=past
        ))  # fmt: skip
        await db.execute(update(SignInStep).values(expires=past))
    answer = await late.post("/session/next", json={"state": state, "password": NEW})
    assert answer.status_code == 401
    over = await late.sign_in("ada", once)
    assert over.status_code == 401
    assert "ask for a new one" in over.json()["detail"]


async def keeper(console: ConsoleApp) -> Caller:
    """Somebody who may change accounts, and grant no more than they hold."""
    async with console.state.db_sessions() as db, db.begin():
        db.add(RoleRecord(id="keeper", title="Keeper", rights=["user:*", "binding:*"]))
    return await console.member("eve", ("keeper", MAIN), ("viewer", MAIN))


async def test_nobody_takes_over_an_account_that_may_more(console_on: ConsoleApp) -> None:
    eve = await keeper(console_on)
    ada = await console_on.member("ada", ("viewer", MAIN))
    bob = await console_on.member("bob", ("operator", MAIN))
    owner = await console_on.owner()
    assert (await eve.post(f"/users/{await user_id(ada)}/password-reset")).status_code == 200
    for above in (bob, owner):
        answer = await eve.post(f"/users/{await user_id(above)}/password-reset")
        assert answer.status_code == 403, answer.text
        assert "You may not change how" in answer.json()["detail"]
    assert (await owner.get("/session")).status_code == 200
    own = await eve.post(f"/users/{await user_id(eve)}/password-reset")
    assert own.status_code == 409


async def test_nor_one_that_is_switched_off_for_now(console: ConsoleApp) -> None:
    eve = await keeper(console)
    bob = await console.member("bob", ("operator", MAIN))
    key, owner = await user_id(bob), await console.owner()
    off = {"json": {"disabled": True}, "headers": {"if-match": '"1"'}}
    assert (await owner.patch(f"/users/{key}", **off)).status_code == 200
    assert (await eve.post(f"/users/{key}/password-reset")).status_code == 403


async def test_a_reset_asks_who_is_there_nearly_every_time(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    owner = await console.owner()
    await grown_old(console, 130)
    path = f"/users/{await user_id(ada)}/password-reset"
    told = (await owner.post(path)).json()
    assert (told["type"].rpartition(":")[2], told["within"]) == ("step-up-required", 120)
    viewer = await console.member("eve", ("viewer", MAIN))
    assert (await viewer.post(path)).status_code == 404
    assert (await owner.post("/users/nobody/password-reset")).status_code in {403, 404}


async def test_a_step_is_worth_nothing_in_another_browser(console: ConsoleApp) -> None:
    _, once = await reset(console, "ada")
    browser, state = await begun(console, "ada", once)
    stolen = console.caller()
    body = {"state": state, "password": NEW}
    assert (await stolen.post("/session/next", json=body)).status_code == 401
    assert (await browser.post("/session/next", json=body)).status_code == 200
