"""The organisation's rules for local accounts: a second factor that is asked for (C1, C30)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from auth.scope import organisation
from backend.db.factors import TotpFactor
from backend.secrets.keyring import make_key
from backend.secrets.store import Secrets
from tests.authenticator import App, Clock, answer, asked, counted, member_with_app
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp, running_console
from tests.unit.features.test_passwords import NEW, user_id
from tests.unit.features.test_sessions import grown_old

MAIN = organisation("main")
RULE = "/sign-in-rules/second-factor"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock.put_in(monkeypatch)


@pytest.fixture
async def console_on(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    """The console on either database, with a key ring: secrets have to be sealed."""
    async with running_console(tmp_path, database_url, secrets_keys=make_key()) as running:
        yield running


async def rule(caller: Caller) -> dict[str, Any]:
    (found,) = [
        one for one in (await caller.get("/sign-in-rules")).json() if one["name"] == "second-factor"
    ]
    return dict(found)


async def switch(caller: Caller, *, on: bool = True, version: int | None = None) -> Any:
    version = (await rule(caller))["row_version"] if version is None else version
    headers = {"If-Match": f'"{version}"'}
    return await caller.put(RULE, json={"enabled": on}, headers=headers)


async def test_c30_the_rule_is_switched_by_one_at_a_time_who_shows_who_they_are(
    console_on: ConsoleApp,
) -> None:
    owner = await console_on.owner()
    assert (await owner.put(RULE, json={"enabled": True})).status_code == 428
    both = await asyncio.gather(switch(owner, version=1), switch(owner, version=1))
    assert sorted(one.status_code for one in both) == [200, 412]
    now = await rule(owner)
    assert (now["enabled"], now["changed_by"], now["row_version"]) == (True, "owner", 2)
    assert "identity-provider:switch-rule" in (await owner.get("/collections/activity")).text
    assert (await console_on.caller().get("/sign-in-rules")).status_code == 401
    await grown_old(console_on)
    refused = await switch(owner, on=False)
    assert refused.json()["type"].endswith(":step-up-required"), refused.text


async def test_it_is_not_switched_on_where_nothing_secret_can_be_kept(console: ConsoleApp) -> None:
    owner = await console.owner()
    console.app.state.parts.get(Secrets).use(None)
    refused = await switch(owner)
    assert refused.json()["type"].endswith(":no-key-ring"), refused.text
    assert (await rule(owner))["enabled"] is False


async def test_c1_who_has_none_sets_one_up_before_there_is_a_session(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada", ("viewer", MAIN))
    assert (await owner.get(f"{RULE}/impact")).json() == {
        "people": 2,
        "signed_in": 2,
        "logins": ["ada", "owner"],
        "against": [],
    }
    assert (await switch(owner)).status_code == 200
    assert (await ada.get("/session")).status_code == 200, "who is signed in stays so"
    browser, other = console_on.caller(), console_on.caller("192.0.2.7")
    told = await asked(browser, "ada")
    assert told["step"] == "set-up-factor"
    body = {"state": told["state"]}
    assert (await other.post("/session/next/authenticator", json=body)).status_code == 401
    first = (await browser.post("/session/next/authenticator", json=body)).json()
    begun = (await browser.post("/session/next/authenticator", json=body)).json()
    assert begun["secret"] != first["secret"]
    early = await browser.post("/session/next", json=body | {"password": NEW})
    assert early.status_code == 422
    old = App(first["secret"], clock)
    assert (await answer(browser, told, old.code())).status_code == 422, "another was asked for"
    app = App(begun["secret"], clock)
    both = await asyncio.gather(*(answer(browser, told, app.code()) for _ in range(2)))
    assert sorted(one.status_code for one in both) == [200, 401]
    (done,) = [one for one in both if one.status_code == 200]
    assert len(done.json()["recovery_codes"]) == 10
    assert (await browser.get("/session")).json()["recovery_codes"] == []
    assert await counted(console_on, TotpFactor) == 1
    (here,) = [one for one in (await browser.get("/sessions")).json() if one["current"]]
    assert here["method"] == "password+totp"
    record = (await owner.get("/collections/activity")).text
    assert "user:add-authenticator" in record
    assert app.secret not in record
    refused = await ada.request("DELETE", "/account/authenticator")
    assert refused.json()["type"].endswith(":step-up-required"), "it was opened with less"
    last = await browser.request("DELETE", "/account/authenticator")
    assert last.status_code == 409
    assert "passkey" in last.json()["detail"]
    clock.next_step()
    assert (await asked(console_on.caller(), "ada"))["step"] == "second-factor"
    assert (await owner.get(f"{RULE}/impact")).json()["logins"] == ["owner"]


async def test_a_one_time_password_leads_to_it_and_one_set_up_elsewhere_is_asked_for(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada", ("viewer", MAIN))
    reset = await owner.post(f"/users/{await user_id(ada)}/password-reset")
    assert (await switch(owner)).status_code == 200
    browser = console_on.caller()
    told = await asked(browser, "ada", reset.json()["password"])
    assert told["step"] == "new-password"
    body = {"state": told["state"], "password": NEW}
    then = await browser.post("/session/next", json=body)
    assert (then.status_code, then.json()["step"]) == (401, "set-up-factor")
    assert (await browser.get("/session")).status_code == 401
    late = await asked(console_on.caller(), "ada", NEW)  # begun in another browser as well
    state = {"state": then.json()["state"]}
    begun = (await browser.post("/session/next/authenticator", json=state)).json()
    done = await answer(browser, then.json(), App(begun["secret"], clock).code())
    assert done.status_code == 200, done.text
    assert late["step"] == "set-up-factor"
    again = await asked(console_on.caller(), "ada", NEW)
    assert again["step"] == "second-factor", "with the password alone nobody sets up another"


async def test_the_list_of_people_says_who_has_which_to_who_may_know(
    console_on: ConsoleApp, clock: Clock
) -> None:
    owner = await console_on.owner()
    await member_with_app(console_on, clock)
    shop = ("org", "main", "cluster", "local", "ns", "shop")
    lead = await console_on.member("lead", ("owner", shop))
    await owner.post(
        "/bindings", json={"subject": "ada", "role": "viewer", "scope": "/".join(shop)}
    )
    query = "/collections/users?filter=second_factors%3DAuthenticator&facets=second_factors"
    seen = (await owner.get(query)).json()
    assert [row["login"] for row in seen["rows"]] == ["ada"]
    rows = (await owner.get("/collections/users")).json()["rows"]
    assert {row["login"]: row["second_factors"] for row in rows} == {
        "ada": "Authenticator",
        "lead": "None",
        "owner": "None",
    }
    theirs = (await lead.get("/collections/users")).json()
    assert {row["login"] for row in theirs["rows"]} >= {"ada", "lead"}
    assert "Authenticator" not in str(theirs)
    assert (await lead.get(query)).status_code in {200, 422}
    assert not (await lead.get(query)).json().get("rows")
    assert (await console_on.caller().sign_in("lead", OWNER_PASSWORD)).status_code == 200
