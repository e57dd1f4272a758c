"""A token made for one thing does nothing else with what is its owner's: their tokens, sessions,
views and password need the right, as anybody's do. It may read and revoke itself."""

from __future__ import annotations

from typing import Any

from auth.scope import namespace
from backend.db.identity import TokenRecord
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp
from tests.unit.features.test_tokens import make, program, team_service

WEB = namespace("main", "local", "web")
NARROW: dict[str, Any] = {"name": "narrow", "rights": ["pod:get"]}
PODS = {"collection": "pods", "name": "Failing", "search": "filter=healthy%3Dfalse"}


async def narrow(console: ConsoleApp, owner: Caller) -> tuple[Caller, dict[str, Any]]:
    made = await make(owner, **NARROW)
    return program(console, made["secret"]), made


async def test_it_sees_and_ends_no_other_token_of_its_owner(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    calling, _ = await narrow(console_on, owner)
    other = await make(owner)
    path = f"/tokens/{other['id']}"
    for answer in (
        await calling.get("/tokens"),
        await calling.get(path),
        await calling.delete(path),
        await calling.get("/tokens/choices"),
        await calling.post("/tokens", json=NARROW),
        await calling.post(f"{path}/rotate", json={}),
        await calling.get("/collections/tokens"),
    ):
        assert answer.status_code in {403, 404}, answer.text
        assert other["prefix"] not in answer.text
    assert (await owner.get(path)).status_code == 200


async def test_it_reads_and_revokes_itself(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    calling, made = await narrow(console_on, owner)
    path = f"/tokens/{made['id']}"
    assert (await calling.get(path)).json()["name"] == "narrow"
    assert (await calling.delete(path)).status_code == 204
    assert (await calling.get("/session")).status_code == 401


async def test_it_sees_and_ends_no_session(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    there = console_on.caller("192.0.2.4")
    assert (await there.sign_in("owner", OWNER_PASSWORD)).status_code == 200
    calling, _ = await narrow(console_on, owner)
    for session in (await owner.get("/sessions")).json():
        assert (await calling.delete(f"/sessions/{session['id']}")).status_code in {403, 404}
    assert (await calling.get("/sessions")).status_code in {403, 404}
    assert (await calling.delete("/sessions")).status_code == 403
    assert (await calling.delete("/session")).status_code == 403
    assert (await calling.get("/collections/sessions")).status_code in {403, 404}
    assert (await calling.post("/session/step-up", json={"password": "x"})).status_code == 403
    assert [(await one.get("/session")).status_code for one in (owner, there)] == [200, 200]


async def test_with_the_right_it_does_as_anybody_with_the_right(console: ConsoleApp) -> None:
    owner = await console.owner()
    other = await make(owner)
    rights = ["token:list", "token:get", "token:delete", "session:list"]
    made = await make(owner, rights=rights)
    calling = program(console, made["secret"])
    assert {one["id"] for one in (await calling.get("/tokens")).json()} == {other["id"], made["id"]}
    assert (await calling.get("/sessions")).status_code == 200
    assert (await calling.delete(f"/tokens/{other['id']}")).status_code == 204
    assert (await owner.get(f"/tokens/{other['id']}")).status_code == 404


async def test_it_keeps_and_changes_none_of_its_owners_views(console: ConsoleApp) -> None:
    owner = await console.owner()
    view = (await owner.post("/views", json=PODS)).json()
    calling = program(console, (await make(owner, rights=["pod:list"]))["secret"])
    path, stamp = f"/views/{view['id']}", {"if-match": '"1"'}
    assert (await calling.get("/views", params={"collection": "pods"})).json() == []
    assert (await calling.get("/views")).json() == []
    for answer in (
        await calling.patch(path, json={"name": "x"}, headers=stamp),
        await calling.delete(path, headers=stamp),
        await calling.post("/views", json={**PODS, "name": "Mine"}),
        await calling.post("/views", json={**PODS, "name": "Ours", "shared": True}),
    ):
        assert answer.status_code in {403, 404}, answer.text
    assert (await owner.get("/views")).json() == [view]


async def test_it_sets_nobodys_password(console: ConsoleApp) -> None:
    owner = await console.owner()
    me = (await owner.get("/session")).json()["id"]
    calling = program(console, (await make(owner, rights=["user:*"]))["secret"])
    body, stamp = {"password": "another long password"}, {"if-match": '"1"'}
    answer = await calling.patch(f"/users/{me}", json=body, headers=stamp)
    assert answer.status_code in {403, 404}, answer.text
    again = console.caller()
    assert (await again.sign_in("owner", OWNER_PASSWORD)).status_code == 200


async def test_a_service_s_token_ends_no_other_of_it(console: ConsoleApp) -> None:
    async with team_service(console):
        owner = await console.owner()
        first = await make(owner, service="bot", rights=["pod:get"], scopes=["/".join(WEB)])
        second = await make(owner, service="bot", rights=["pod:get"], scopes=["/".join(WEB)])
        calling = program(console, first["secret"])
        assert (await calling.get("/tokens")).status_code == 404
        assert (await calling.delete(f"/tokens/{second['id']}")).status_code == 404
        assert (await calling.delete(f"/tokens/{first['id']}")).status_code == 204
        async with console.state.db_sessions() as db:
            assert await db.get(TokenRecord, second["id"]) is not None


async def test_it_is_told_of_its_owners_roles_where_it_may_see_bindings_only(
    console: ConsoleApp,
) -> None:
    """Of oneself everything is explained; a token is not oneself."""
    owner = await console.owner()
    place = "/".join(WEB)
    made = await make(owner, rights=["binding:get"], scopes=[place])
    question = {"kind": "pod", "verb": "get", "scope": place, "subject": "owner"}
    calling = program(console, made["secret"])
    for caller, role in ((owner, "owner"), (calling, None)):
        told = (await caller.get("/explanation", params=question)).json()
        assert [reason["role"] for reason in told["reasons"]] == [role]
