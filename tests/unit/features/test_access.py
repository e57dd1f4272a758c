"""Users and bindings: authorised, guarded, recorded."""

from __future__ import annotations

import pytest

from auth.scope import namespace, organisation
from tests.console import OWNER_PASSWORD, ConsoleApp

MAIN = organisation("main")
WEB = namespace("main", "local", "web")


async def test_a_new_user_has_no_rights(console: ConsoleApp) -> None:
    nobody = await console.member("nobody")
    assert (await nobody.get("/session")).json()["permissions"] == {}
    assert (await nobody.get("/collections")).json()["collections"] == []


@pytest.mark.parametrize("role", ["viewer", "operator"])
async def test_only_an_owner_changes_access(console: ConsoleApp, role: str) -> None:
    caller = await console.member("ada", (role, MAIN))
    body = {"login": "eve", "password": OWNER_PASSWORD}
    assert (await caller.post("/users", json=body)).status_code == 404
    grant = {"subject": "ada", "role": "owner", "scope": "org/main"}
    assert (await caller.post("/bindings", json=grant)).status_code == 404
    assert (await caller.get("/collections/users")).status_code in {403, 404}


async def test_an_owner_of_a_namespace_cannot_act_on_the_organisation(console: ConsoleApp) -> None:
    caller = await console.member("ada", ("owner", WEB))
    grant = {"subject": "ada", "role": "owner", "scope": "org/main"}
    assert (await caller.post("/bindings", json=grant)).status_code == 404


@pytest.mark.parametrize(
    "scope", ["", "main", "org//x", "org/main/..", "org/other", "org/main/a\\b"]
)
async def test_a_bad_scope_is_named(console: ConsoleApp, scope: str) -> None:
    owner = await console.owner()
    grant = {"subject": "owner", "role": "viewer", "scope": scope}
    answer = await owner.post("/bindings", json=grant)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "scope"


async def test_the_last_owner_stays(console: ConsoleApp) -> None:
    owner = await console.owner()
    users = (await owner.get("/collections/users")).json()["rows"]
    bindings = (await owner.get("/collections/bindings")).json()["rows"]
    assert (await owner.delete(f"/users/{users[0]['key']}")).status_code == 409
    assert (await owner.delete(f"/bindings/{bindings[0]['key']}")).status_code == 409


async def test_a_stale_change_is_refused_and_a_disabled_user_is_out(console: ConsoleApp) -> None:
    ada = await console.member("ada", ("viewer", MAIN))
    owner = await console.owner()
    rows = (await owner.get("/collections/users", params={"filter": "login=ada"})).json()["rows"]
    path, change = f"/users/{rows[0]['key']}", {"disabled": True}
    assert (await owner.patch(path, json=change)).status_code == 428
    stale = await owner.patch(path, json=change, headers={"if-match": '"7"'})
    assert stale.status_code == 412
    done = await owner.patch(path, json=change, headers={"if-match": '"1"'})
    assert done.json()["disabled"] is True
    await console.state.identities.refresh()
    assert (await ada.get("/session")).status_code == 401
    assert (await ada.sign_in("ada", OWNER_PASSWORD)).status_code == 401


async def test_whoever_is_signed_in_learns_who_can_grant_and_no_more(console: ConsoleApp) -> None:
    nobody = await console.member("nobody")
    near = await console.member("near", ("viewer", WEB))
    await console.member("webb", ("owner", WEB))
    await console.member("other", ("owner", namespace("main", "local", "bank")))
    await console.member("op", ("operator", MAIN))
    everywhere = (await nobody.get("/grantors")).json()
    assert everywhere == {"names": ["owner"]}
    assert (await near.get("/grantors")).json() == {"names": ["owner", "webb"]}
    owner = await console.owner()
    assert (await owner.get("/grantors")).json() == {"names": []}, "nobody gives to themselves"
    users = (await owner.get("/collections/users", params={"filter": "login=webb"})).json()["rows"]
    off = {"if-match": f'"{users[0]["row_version"]}"'}
    await owner.patch(f"/users/{users[0]['key']}", json={"disabled": True}, headers=off)
    assert (await near.get("/grantors")).json() == {"names": ["owner"]}
    named = {"login": "zoe.secret", "name": "Zoe", "password": OWNER_PASSWORD}
    assert (await owner.post("/users", json=named)).status_code == 201
    grant = {"subject": "zoe.secret", "role": "owner", "scope": "org/main"}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    told = (await near.get("/grantors")).json()["names"]
    assert sorted(told) == ["Zoe", "owner"], "a login only where there is no name"
    assert (await console.caller().get("/grantors")).status_code == 401
