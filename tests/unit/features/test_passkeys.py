"""Passkeys: added, signing in alone, showing again who one is, removed; and every lie refused."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from auth.scope import organisation
from backend.db.factors import Passkey, RecoveryCode
from backend.db.identity import UserRecord
from backend.db.signin import SignInStep
from backend.secrets.keyring import make_key
from tests.authenticator import Clock, answer, asked, set_up
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.softkey import PRESENT, SoftKey
from tests.unit.features.test_passwords import user_id
from tests.unit.features.test_sessions import grown_old
from tests.unit.features.test_tokens import READ, program, stop_clocks

ORIGIN = "https://craton.example"
HOST = "craton.example"
ROUTES = [
    ("PATCH", "/account/passkeys/none"),
    ("POST", "/account/passkeys/challenge"),
    ("POST", "/account/passkeys"),
    ("DELETE", "/account/passkeys/none"),
    ("POST", "/session/step-up/challenge"),
]


@asynccontextmanager
async def console_at(home: Path, url: str = "") -> AsyncIterator[ConsoleApp]:
    """A console at a public address, and browsers that are there."""
    async with running_console(home, url, secrets_keys=make_key(), public_url=ORIGIN) as running:
        made = running.caller

        def caller(address: str = "127.0.0.1") -> Caller:
            browser = made(address)
            browser.base_url = f"{ORIGIN}/api/v1"
            browser.headers["origin"] = ORIGIN
            return browser

        running.caller = caller  # type: ignore[method-assign]
        yield running


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[ConsoleApp]:
    async with console_at(tmp_path) as running:
        yield running


@pytest.fixture
async def here_on(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """On either database, where what the tables do is asked."""
    async with console_at(tmp_path, database_url) as running:
        yield running


async def add(caller: Caller, name: str = "laptop", **lies: Any) -> tuple[SoftKey, httpx2.Response]:
    """A new passkey of somebody, and what the console said to it."""
    begun = await caller.post("/account/passkeys/challenge")
    assert begun.status_code == 200, begun.text
    options = begun.json()["options"]
    fmt = lies.pop("fmt", "none")
    key = SoftKey(**{"origin": ORIGIN, "rp_id": HOST} | lies)
    body = {"credential": key.make(options, fmt), "name": name}
    return key, await caller.post("/account/passkeys", json=body)


async def member(console: ConsoleApp, login: str = "ada") -> tuple[Caller, SoftKey, list[str]]:
    """A member with a passkey, and their recovery codes."""
    person = await console.member(login, ("viewer", organisation("main")))
    key, added = await add(person)
    assert added.status_code == 201, added.text
    return person, key, added.json()["codes"]


async def challenge(browser: Caller) -> dict[str, Any]:
    asked_for = await browser.post("/session/passkey/challenge")
    assert asked_for.status_code == 200, asked_for.text
    options: dict[str, Any] = asked_for.json()["options"]
    return options


async def enter(browser: Caller, key: SoftKey, options: dict[str, Any]) -> httpx2.Response:
    return await browser.post("/session/passkey", json={"credential": key.answer(options)})


async def record(console: ConsoleApp) -> str:
    """What is in Activity."""
    owner = await console.owner()
    return (await owner.get("/collections/activity?limit=200")).text


async def counted(console: ConsoleApp, table: Any) -> int:
    async with console.state.db_sessions() as db:
        return (await db.execute(select(func.count()).select_from(table))).scalar_one()


async def test_it_signs_in_alone(here_on: ConsoleApp) -> None:
    _, key, codes = await member(here_on)
    assert len(codes) == 10
    browser = here_on.caller()
    options = await challenge(browser)
    assert options["userVerification"] == "required"
    assert options["allowCredentials"] == []
    assert options["rpId"] == HOST
    done = await enter(browser, key, options)
    assert done.status_code == 200, done.text
    assert done.json()["login"] == "ada"
    (session,) = [s for s in (await browser.get("/sessions")).json() if s["current"]]
    assert session["method"] == "passkey"
    assert (await browser.post("/tokens", json=READ)).status_code == 201, "it is a strong factor"
    (kept,) = (await browser.get("/account")).json()["passkeys"]
    assert (kept["name"], kept["used"] is None) == ("laptop", False)
    owner = await here_on.owner()
    assert "By the passkey laptop." in (await owner.get("/collections/activity")).text


async def test_a_challenge_is_good_once_in_its_own_browser(here_on: ConsoleApp) -> None:
    _, key, _ = await member(here_on)
    browser, other = here_on.caller(), here_on.caller()
    options = await challenge(browser)
    await challenge(other)
    answered = {"credential": key.answer(options)}
    assert (await other.post("/session/passkey", json=answered)).status_code == 401
    options = await challenge(browser)
    answers = await asyncio.gather(*(enter(browser, key, options) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401]


async def test_a_challenge_ends_after_minutes(here: ConsoleApp) -> None:
    _, key, _ = await member(here)
    browser = here.caller()
    options = await challenge(browser)
    async with here.state.db_sessions() as db, db.begin():
        await db.execute(update(SignInStep).values(expires=time.time() - 1))
    assert (await enter(browser, key, options)).status_code == 401


LIES: list[dict[str, Any]] = [
    {"origin": "https://craton.example.evil"},
    {"origin": "http://craton.example"},
    {"rp_id": "example"},
    {"flags": PRESENT},
    {"flags": 0},
    {"user": "somebody-else"},
    {"id": b"another"},
]


async def test_lies_are_refused_with_one_text(here: ConsoleApp) -> None:
    _, key, _ = await member(here)
    browser = here.caller()
    for lie in LIES:
        told = await enter(browser, replace(key, **lie), await challenge(browser))
        assert told.status_code == 401, lie
        assert told.json()["detail"].startswith("This passkey does not sign in here"), lie
        assert (await browser.get("/session")).status_code == 401
    thief = SoftKey(ORIGIN, HOST, id=key.id, user=key.user)  # another key's signature
    assert (await enter(browser, thief, await challenge(browser))).status_code == 401
    assert (await enter(browser, key, await challenge(browser))).status_code == 200


async def test_a_counter_that_goes_back_is_refused_and_recorded(here_on: ConsoleApp) -> None:
    _, key, _ = await member(here_on)
    browser = here_on.caller()
    for count, status in ((5, 200), (6, 200), (6, 401), (3, 401), (0, 401), (7, 200)):
        key.count = count
        answered = await enter(browser, key, await challenge(browser))
        assert answered.status_code == status, (count, answered.text)
    told = await record(here_on)
    assert "counter went back" in told
    assert "suspect-passkey" in told


async def test_who_is_switched_off_or_gone_does_not_get_in(here_on: ConsoleApp) -> None:
    person, key, _ = await member(here_on)
    mine = await user_id(person)
    owner, browser = await here_on.owner(), here_on.caller()
    match = {"if-match": '"1"'}
    off = await owner.patch(f"/users/{mine}", json={"disabled": True}, headers=match)
    assert off.status_code == 200
    assert (await enter(browser, key, await challenge(browser))).status_code == 401
    assert (await owner.delete(f"/users/{mine}")).status_code == 204
    assert await counted(here_on, Passkey) == 0
    assert (await enter(browser, key, await challenge(browser))).status_code == 401


async def test_the_password_alone_no_longer_signs_in(here: ConsoleApp) -> None:
    _, _, codes = await member(here)
    browser = here.caller()
    told = await asked(browser, "ada")
    assert told["methods"] == ["passkey"]
    assert (await answer(browser, told, "123456")).status_code == 422
    assert (await answer(browser, told, codes[0])).status_code == 200


async def ask_second(browser: Caller, told: dict[str, Any]) -> dict[str, Any]:
    asked_for = await browser.post("/session/next/challenge", json={"state": told["state"]})
    assert asked_for.status_code == 200, asked_for.text
    options: dict[str, Any] = asked_for.json()["options"]
    return options


async def test_it_is_the_second_factor_behind_the_password(here_on: ConsoleApp) -> None:
    _, key, _ = await member(here_on)
    _, hers, _ = await member(here_on, "eve")
    browser, other = here_on.caller(), here_on.caller()
    told = await asked(browser, "ada")

    async def give(by: Caller, credential: dict[str, Any]) -> httpx2.Response:
        body = {"state": told["state"], "credential": credential}
        return await by.post("/session/next", json=body)

    options = await ask_second(browser, told)
    assert [one["id"] for one in options["allowCredentials"]] == [key.answer(options)["id"]]
    assert (await give(browser, hers.answer(options))).status_code == 422
    assert (await give(browser, key.answer(options))).status_code == 422, "used up by the other"
    assert (await give(browser, key.answer(await challenge(browser)))).status_code == 422
    options = await ask_second(browser, told)
    assert (await give(other, key.answer(options))).status_code == 401, "another browser's"
    state = {"state": told["state"]}
    assert (await other.post("/session/next/challenge", json=state)).status_code == 401
    done = await give(browser, key.answer(options))
    assert done.status_code == 200, done.text
    (session,) = [s for s in (await browser.get("/sessions")).json() if s["current"]]
    assert session["method"] == "password+passkey"
    assert (await browser.post("/tokens", json=READ)).status_code == 201, "it is a strong factor"
    assert (await give(browser, key.answer(options))).status_code == 401, "good once"
    assert (await browser.post("/session/next/challenge", json=state)).status_code == 401


async def test_a_reset_password_asks_for_it_and_then_for_an_own_one(here: ConsoleApp) -> None:
    person, key, _ = await member(here)
    owner, browser = await here.owner(), here.caller()
    once = (await owner.post(f"/users/{await user_id(person)}/password-reset")).json()["password"]
    told = await asked(browser, "ada", once)
    assert told["step"] == "second-factor"
    body = {"state": told["state"], "credential": key.answer(await ask_second(browser, told))}
    after = await browser.post("/session/next", json=body)
    assert after.json()["step"] == "new-password"
    state = {"state": after.json()["state"]}
    assert (await browser.post("/session/next/challenge", json=state)).status_code == 401
    body = state | {"password": "another long password"}
    assert (await browser.post("/session/next", json=body)).status_code == 200


async def test_it_is_called_as_its_person_likes(here_on: ConsoleApp) -> None:
    ada, _, _ = await member(here_on)
    eve = await here_on.member("eve")
    (kept,) = (await ada.get("/account")).json()["passkeys"]
    path, body = f"/account/passkeys/{kept['id']}", {"name": "phone"}
    match = {"if-match": f'"{kept["row_version"]}"'}
    assert (await ada.patch(path, json=body)).status_code == 428
    assert (await eve.patch(path, json=body, headers=match)).status_code == 404
    renamed = await asyncio.gather(*(ada.patch(path, json=body, headers=match) for _ in range(3)))
    assert sorted(one.status_code for one in renamed) == [200, 412, 412]
    (stale, *_) = [one for one in renamed if one.status_code == 412]
    (kept,) = (await ada.get("/account")).json()["passkeys"]
    assert (kept["name"], stale.json()["current"]) == ("phone", kept)
    for name in ("", "x" * 65, "two\nlines"):
        match = {"if-match": f'"{kept["row_version"]}"'}
        assert (await ada.patch(path, json={"name": name}, headers=match)).status_code == 422
    assert "laptop → phone" in await record(here_on)


async def test_step_up_takes_it(here_on: ConsoleApp) -> None:
    ada, key, _ = await member(here_on)
    eve, hers, _ = await member(here_on, "eve")
    await grown_old(here_on)
    refused = await ada.post("/tokens", json=READ)
    assert refused.json()["methods"] == ["passkey"]
    by_password = await ada.post("/session/step-up", json={"password": OWNER_PASSWORD})
    assert by_password.status_code == 422
    options = (await ada.post("/session/step-up/challenge")).json()["options"]
    assert [one["id"] for one in options["allowCredentials"]] == [key.answer(options)["id"]]
    other = {"credential": hers.answer(options)}
    assert (await ada.post("/session/step-up", json=other)).status_code == 422
    options = (await ada.post("/session/step-up/challenge")).json()["options"]
    right = {"credential": key.answer(options)}
    assert (await eve.post("/session/step-up", json=right)).status_code == 422
    options = (await ada.post("/session/step-up/challenge")).json()["options"]
    right = {"credential": key.answer(options)}
    assert (await ada.post("/session/step-up", json=right)).status_code == 200
    assert (await ada.post("/tokens", json=READ)).status_code == 201
    assert (await ada.post("/session/step-up", json=right)).status_code == 422, "good once"


async def test_a_sign_in_s_challenge_is_no_step_up_s(here: ConsoleApp) -> None:
    ada, key, _ = await member(here)
    options = await challenge(ada)
    body = {"credential": key.answer(options)}
    assert (await ada.post("/session/step-up", json=body)).status_code == 422


async def test_a_passkey_that_lies_is_not_taken(here: ConsoleApp) -> None:
    ada = await here.member("ada")
    lies: list[dict[str, Any]] = [
        {"origin": "https://evil.example"},
        {"rp_id": "evil.example"},
        {"flags": PRESENT},
        {"fmt": "packed"},
        {"id": b"x" * 1024},
    ]
    for lie in lies:
        _, refused = await add(ada, **lie)
        assert refused.status_code == 422, lie
        assert refused.json()["errors"][0]["field"] == "credential", lie
    assert await counted(here, Passkey) == 0
    assert await counted(here, RecoveryCode) == 0


async def test_one_device_is_no_one_s_twice(here: ConsoleApp) -> None:
    ada, key, _ = await member(here)
    eve = await here.member("eve")
    options = (await ada.post("/account/passkeys/challenge")).json()["options"]
    assert [one["id"] for one in options["excludeCredentials"]] == [key.answer(options)["id"]]
    body = {"credential": key.make(options), "name": "again"}
    assert (await ada.post("/account/passkeys", json=body)).status_code == 422
    options = (await eve.post("/account/passkeys/challenge")).json()["options"]
    body = {"credential": key.make(options), "name": "stolen"}
    assert (await eve.post("/account/passkeys", json=body)).status_code == 422
    assert await counted(here, Passkey) == 1


async def test_two_at_once_are_two_and_one_answer_is_one(here_on: ConsoleApp) -> None:
    ada = await here_on.member("ada")
    pairs = await asyncio.gather(*(add(ada, f"key {n}") for n in range(2)))
    assert [told.status_code for _, told in pairs] == [201, 201]
    assert await counted(here_on, RecoveryCode) == 10
    assert sorted(len(told.json()["codes"]) for _, told in pairs) == [0, 10]
    options = (await ada.post("/account/passkeys/challenge")).json()["options"]
    body = {"credential": SoftKey(ORIGIN, HOST).make(options), "name": "third"}
    told = await asyncio.gather(*(ada.post("/account/passkeys", json=body) for _ in range(3)))
    assert sorted(one.status_code for one in told) == [201, 422, 422]


async def test_removed_it_signs_nobody_in(here_on: ConsoleApp, monkeypatch: Any) -> None:
    clock = Clock.put_in(monkeypatch)
    ada, key, _ = await member(here_on)
    await set_up(ada, clock)
    (kept,) = (await ada.get("/account")).json()["passkeys"]
    eve = await here_on.member("eve")
    assert (await eve.delete(f"/account/passkeys/{kept['id']}")).status_code == 404
    assert (await ada.delete(f"/account/passkeys/{kept['id']}")).status_code == 204
    browser = here_on.caller()
    assert (await enter(browser, key, await challenge(browser))).status_code == 401
    assert await counted(here_on, RecoveryCode) == 10, "they stand for the app"
    assert (await ada.delete("/account/authenticator")).status_code == 204
    assert await counted(here_on, RecoveryCode) == 0
    assert (await here_on.caller().sign_in("ada", OWNER_PASSWORD)).status_code == 200


async def test_an_administrator_takes_them_away(here_on: ConsoleApp) -> None:
    person, key, _ = await member(here_on)
    owner, browser = await here_on.owner(), here_on.caller()
    taken = await owner.delete(f"/users/{await user_id(person)}/second-factors")
    assert taken.json() == {"sessions_ended": 1}
    assert (await enter(browser, key, await challenge(browser))).status_code == 401
    assert (await here_on.caller().sign_in("ada", OWNER_PASSWORD)).status_code == 200


async def test_tokens_have_none(here: ConsoleApp) -> None:
    ada, _, _ = await member(here)
    made = await ada.post("/tokens", json=READ | {"rights": ["*:*"]})
    calling = program(here, made.json()["secret"])
    for method, path in ROUTES:
        assert (await calling.request(method, path)).status_code == 403, path


async def test_guesses_are_limited_by_address(here: ConsoleApp) -> None:
    _, key, _ = await member(here)
    stop_clocks(here)
    browser = here.caller("192.0.2.7")
    options = await challenge(browser)
    seen = [(await enter(browser, key, {"challenge": "AAAA"})).status_code for _ in range(31)]
    assert seen == [401] * 30 + [429]
    assert (await enter(browser, key, options)).status_code == 429


def damaged(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What is no answer of a passkey, and what looks like one until it is read."""
    yield from ({}, {"id": 1}, {"id": "x", "rawId": "x", "response": {}})
    told = made["response"]
    for name, whole in told.items():
        broken: Any
        for broken in ("", "AA", whole[: len(whole) // 2], "gYGB" * 8_000, None, 7, {}):
            yield made | {"response": told | {name: broken}}


async def test_what_is_no_answer(here: ConsoleApp) -> None:
    ada, browser = await here.member("ada"), here.caller()
    stop_clocks(here)
    here.state.attempts._clock = itertools.count(time.time(), 1000).__next__
    options = (await ada.post("/account/passkeys/challenge")).json()["options"]
    key = SoftKey(ORIGIN, HOST)
    for credential in damaged(key.make(options)):
        body = {"credential": credential, "name": "x"}
        assert (await ada.post("/account/passkeys", json=body)).status_code == 422, credential
    assert await counted(here, Passkey) == 0
    _, added = await add(ada)
    assert added.status_code == 201
    for credential in damaged(key.answer(await challenge(browser))):
        told = await browser.post("/session/passkey", json={"credential": credential})
        assert told.status_code == 401, credential
    long = {"credential": {"id": "x" * 70_000}}
    assert (await browser.post("/session/passkey", json=long)).status_code == 422


async def test_without_a_public_address_there_are_none(console: ConsoleApp) -> None:
    """Nothing that a request says takes its place."""
    ada = await console.member("ada")
    assert (await ada.get("/setup")).json()["passkeys"] is False
    assert (await ada.get("/account")).json()["passkeys_here"] is False
    for path in ("/account/passkeys/challenge", "/session/passkey/challenge"):
        told = await ada.post(
            path, headers={"x-forwarded-host": HOST, "x-forwarded-proto": "https"}
        )
        assert told.status_code == 409
        assert "CRATON_PUBLIC_URL" in told.json()["detail"]


async def test_a_one_time_password_is_left_as_it_is(here: ConsoleApp) -> None:
    person, key, _ = await member(here)
    owner, browser = await here.owner(), here.caller()
    await owner.post(f"/users/{await user_id(person)}/password-reset")
    assert (await enter(browser, key, await challenge(browser))).status_code == 200
    async with here.state.db_sessions() as db:
        ada = (
            await db.execute(select(UserRecord).where(col(UserRecord.login) == "ada"))
        ).scalar_one()
    assert ada.one_time_until is not None
