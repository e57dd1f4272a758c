"""Authenticator apps and recovery codes: set up, changed, taken away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import update

from auth.scope import organisation
from backend.db.factors import RecoveryCode, TotpFactor
from backend.db.identity import SessionRecord
from backend.db.rights import RoleRecord
from backend.db.signin import SignInStep
from backend.secrets.keyring import make_key
from backend.secrets.table import SealedSecret
from tests.authenticator import App, Clock, answer, asked, counted, member_with_app, set_up
from tests.console import OWNER_PASSWORD, ConsoleApp, running_console
from tests.unit.features.test_passwords import user_id
from tests.unit.features.test_sessions import grown_old
from tests.unit.features.test_tokens import READ, program

MAIN = organisation("main")
ROUTES = [
    ("POST", "/account/authenticator/set-up"),
    ("POST", "/account/authenticator"),
    ("DELETE", "/account/authenticator"),
    ("POST", "/account/recovery-codes"),
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.put_in(monkeypatch)


@pytest.fixture
async def console_on(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """The console on either database, with a key ring: secrets have to be sealed."""
    async with running_console(tmp_path, database_url, secrets_keys=make_key()) as running:
        yield running


async def test_setting_up_needs_a_step_up_and_the_right_code(
    console_on: ConsoleApp, clock: Clock
) -> None:
    ada = await console_on.member("ada")
    await grown_old(console_on)
    for method, path in ROUTES:
        refused = await ada.request(method, path)
        assert refused.json()["type"].endswith(":step-up-required"), path
    await ada.post("/session/step-up", json={"password": OWNER_PASSWORD})
    begun = (await ada.post("/account/authenticator/set-up")).json()
    assert begun["uri"].startswith("otpauth://totp/Craton%20main:ada?")
    assert begun["qr"].startswith("data:image/svg+xml;")
    wrong = await ada.post(
        "/account/authenticator", json={"state": begun["state"], "code": "000000"}
    )
    assert wrong.json()["errors"][0]["field"] == "code"
    assert (await console_on.caller().sign_in("ada", OWNER_PASSWORD)).status_code == 200
    right = {"state": begun["state"], "code": App(begun["secret"], clock).code()}
    assert (await ada.post("/account/authenticator", json=right)).status_code == 201
    assert (await ada.post("/account/authenticator", json=right)).status_code == 409
    assert (await ada.post("/account/authenticator/set-up")).status_code == 409


async def test_a_set_up_belongs_to_its_person(console: ConsoleApp, clock: Clock) -> None:
    ada, eve = await console.member("ada"), await console.member("eve")
    begun = (await ada.post("/account/authenticator/set-up")).json()
    body = {"state": begun["state"], "code": App(begun["secret"], clock).code()}
    assert (await eve.post("/account/authenticator", json=body)).status_code == 409
    assert await counted(console, TotpFactor) == 0


async def test_two_set_ups_at_once_leave_one_app(console_on: ConsoleApp, clock: Clock) -> None:
    ada = await console_on.member("ada")
    began = await asyncio.gather(*(ada.post("/account/authenticator/set-up") for _ in range(3)))
    assert [one.status_code for one in began] == [200] * 3
    confirmations = [
        {"state": one["state"], "code": App(one["secret"], clock).code()}
        for one in (answer.json() for answer in began)
    ]
    done = await asyncio.gather(
        *(ada.post("/account/authenticator", json=body) for body in confirmations)
    )
    statuses = sorted(one.status_code for one in done)
    assert statuses in ([201, 409, 409], [409, 409, 409]), statuses
    if 201 not in statuses:  # each was ended by the next, and nothing is left of any
        app = await set_up(ada, clock)
    else:
        at = [one.status_code for one in done].index(201)
        app = App(began[at].json()["secret"], clock, done[at].json()["codes"])
        clock.next_step()
    assert await counted(console_on, TotpFactor) == 1
    assert await counted(console_on, RecoveryCode) == 10
    assert await counted(console_on, SealedSecret) == 1
    assert await counted(console_on, SignInStep) == 0
    browser = console_on.caller()
    assert (await answer(browser, await asked(browser, "ada"), app.code())).status_code == 200


async def test_one_confirmation_sent_twice_adds_one(console_on: ConsoleApp, clock: Clock) -> None:
    ada = await console_on.member("ada")
    begun = (await ada.post("/account/authenticator/set-up")).json()
    body = {"state": begun["state"], "code": App(begun["secret"], clock).code()}
    done = await asyncio.gather(*(ada.post("/account/authenticator", json=body) for _ in range(3)))
    assert sorted(one.status_code for one in done) == [201, 409, 409]
    assert await counted(console_on, RecoveryCode) == 10


async def test_new_recovery_codes_take_the_place_of_the_old(
    console_on: ConsoleApp, clock: Clock
) -> None:
    ada, app = await member_with_app(console_on, clock)
    told = await asyncio.gather(*(ada.post("/account/recovery-codes") for _ in range(2)))
    assert [one.status_code for one in told] == [200, 200]
    assert await counted(console_on, RecoveryCode) == 10
    given = [one.json()["codes"] for one in told]
    browser = console_on.caller()
    worth = []
    step = await asked(browser, "ada")
    assert (await answer(browser, step, app.codes[0])).status_code == 422
    for codes in given:
        step = await asked(browser, "ada")
        worth.append((await answer(browser, step, codes[0])).status_code)
        await browser.delete("/session")
    assert sorted(worth) == [200, 422]


async def test_recovery_codes_stand_for_something(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    assert (await ada.post("/account/recovery-codes")).status_code == 409
    assert (await ada.delete("/account/authenticator")).status_code == 404


async def test_removed_the_password_alone_signs_in(console_on: ConsoleApp, clock: Clock) -> None:
    ada, _ = await member_with_app(console_on, clock)
    assert (await ada.delete("/account/authenticator")).status_code == 204
    assert (await console_on.caller().sign_in("ada", OWNER_PASSWORD)).status_code == 200
    for table in (TotpFactor, RecoveryCode, SealedSecret):
        assert await counted(console_on, table) == 0
    await set_up(ada, clock)


async def test_tokens_and_service_accounts_have_no_factors(
    console: ConsoleApp, clock: Clock
) -> None:
    ada, _ = await member_with_app(console, clock)
    own = program(console, (await ada.post("/tokens", json=READ)).json()["secret"])
    owner = await console.owner()
    account = (await owner.post("/service-accounts", json={"name": "bot"})).json()
    grant = {"subject_kind": "service", "subject": "bot", "role": "viewer", "scope": "org/main"}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    made = await owner.post("/tokens", json=READ | {"service": account["id"]})
    assert made.status_code == 201, made.text
    bot = program(console, made.json()["secret"])
    theirs = [*ROUTES, ("DELETE", f"/users/{await user_id(ada)}/second-factors")]
    for caller in (own, bot):
        for method, path in theirs[: len(ROUTES)]:
            assert (await caller.request(method, path)).status_code == 403, path
        assert (await caller.request(*theirs[-1])).status_code in {403, 404}
    assert await counted(console, TotpFactor) == 1


async def test_a_command_line_has_none_either(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(SessionRecord).values(method="device"))
    console.state.identities._known.clear()
    for method, path in ROUTES:
        assert (await ada.request(method, path)).status_code == 403


async def test_who_signs_in_by_a_provider_sets_up_none_here(
    console: ConsoleApp, clock: Clock
) -> None:
    from backend.db.identity import UserRecord

    ada = await console.member("ada")
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(UserRecord).values(password_hash=None))
    assert (await ada.post("/account/authenticator/set-up")).status_code == 409


async def test_an_administrator_takes_a_lost_one_away(console_on: ConsoleApp, clock: Clock) -> None:
    person, _ = await member_with_app(console_on, clock)
    begun = console_on.caller()
    told = await asked(begun, "ada")
    owner = await console_on.owner()
    path = f"/users/{await user_id(person)}/second-factors"
    taken = await owner.delete(path)
    assert taken.status_code == 200, taken.text
    assert taken.json() == {"sessions_ended": 1}
    assert (await person.get("/session")).status_code == 401
    assert (await answer(begun, told, "000000")).status_code == 401
    assert (await owner.delete(path)).status_code == 409
    assert (await console_on.caller().sign_in("ada", OWNER_PASSWORD)).status_code == 200
    record = (await owner.get("/collections/activity")).text
    assert "user:remove-second-factors" in record


async def test_nobody_takes_it_from_who_may_more(console: ConsoleApp, clock: Clock) -> None:
    async with console.state.db_sessions() as db, db.begin():
        db.add(RoleRecord(id="keeper", title="Keeper", rights=["user:*", "binding:*"]))
    eve = await console.member("eve", ("keeper", MAIN), ("viewer", MAIN))
    owner = await console.owner()
    await set_up(owner, clock)
    above = await eve.delete(f"/users/{await user_id(owner)}/second-factors")
    assert above.status_code == 403
    own = await eve.delete(f"/users/{await user_id(eve)}/second-factors")
    assert own.status_code == 409
    await grown_old(console, 130)
    late = await eve.delete(f"/users/{await user_id(owner)}/second-factors")
    assert (late.status_code, late.json()["within"]) == (403, 120)


async def test_it_goes_with_the_account(console_on: ConsoleApp, clock: Clock) -> None:
    person, _ = await member_with_app(console_on, clock)
    owner = await console_on.owner()
    key = await user_id(person)
    off = {"json": {"disabled": True}, "headers": {"if-match": '"1"'}}
    told = await asked(console_on.caller(), "ada")
    assert (await owner.patch(f"/users/{key}", **off)).status_code == 200
    refused = await console_on.caller().sign_in("ada", OWNER_PASSWORD)
    assert refused.json()["title"] != "One more step"
    assert told
    assert (await owner.delete(f"/users/{key}")).status_code == 204
    for table in (TotpFactor, RecoveryCode, SealedSecret, SignInStep):
        assert await counted(console_on, table) == 0


async def test_what_nobody_confirmed_is_swept_away(console: ConsoleApp) -> None:
    ada = await console.member("ada")
    assert (await ada.post("/account/authenticator/set-up")).status_code == 200
    assert await counted(console, SealedSecret) == 1
    async with console.state.db_sessions() as db, db.begin():
        await db.execute(update(SignInStep).values(expires=time.time() - 1))
    await console.state.identities.sweep()
    assert await counted(console, SealedSecret) == 0
    assert await counted(console, SignInStep) == 0
