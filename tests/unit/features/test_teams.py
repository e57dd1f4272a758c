"""Teams: people and groups that hold what the team holds, where the team owns something."""

from __future__ import annotations

from typing import Any

from auth.scope import namespace, organisation, team
from auth.subject import Subject, SubjectKind
from backend.db.identity import GroupRecord
from backend.identity.epoch import raise_epoch
from tests.console import Caller, ConsoleApp

MAIN = organisation("main")
BLUE = team("main", "blue")
SHOP = "org/main/cluster/local/ns/shop"


async def change(caller: Caller, version: int, name: str = "blue", **body: Any) -> Any:
    return await caller.patch(f"/teams/{name}", json=body, headers={"if-match": f'"{version}"'})


async def made(caller: Caller, name: str = "blue") -> None:
    answer = await caller.post("/teams", json={"name": name})
    assert answer.status_code == 201, answer.text


async def grant(caller: Caller, subject: str, role: str, scope: str) -> int:
    body = {"subject_kind": "team", "subject": subject, "role": role, "scope": scope}
    return (await caller.post("/bindings", json=body)).status_code


async def held(caller: Caller) -> set[tuple[str, str]]:
    roles = (await caller.get("/session")).json()["roles"]
    return {(role["role"], role["scope"]) for role in roles}


async def test_who_belongs_holds_what_the_team_holds_where_it_owns(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    await made(owner)
    assert await grant(owner, "blue", "operator", "org/main/team/blue") == 201
    assert await held(ada) == set()
    assert (await change(owner, 1, members=["ada"], scopes=[SHOP])).status_code == 200
    assert await held(ada) == {("operator", "org/main/team/blue"), ("operator", SHOP)}
    view = (await owner.get("/teams/blue")).json()
    assert (view["members"], view["scopes"], view["row_version"]) == (["ada"], [SHOP], 2)
    rows = (await owner.get("/collections/teams")).json()["rows"]
    assert [(r["name"], r["members"], r["scopes"], r["roles"]) for r in rows] == [("blue", 1, 1, 1)]
    assert (await change(owner, 2, scopes=[])).status_code == 200
    assert await held(ada) == {("operator", "org/main/team/blue")}
    assert (await change(owner, 2, title="x")).status_code == 412
    assert (await change(owner, 3, members=[])).status_code == 200
    assert await held(ada) == set()
    activity = await owner.get("/collections/activity")
    assert "team:update" in activity.text


async def test_a_provider_s_group_belongs_to_a_team(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    await made(owner)
    assert await grant(owner, "blue", "viewer", SHOP) == 201
    assert (await change(owner, 1, groups=["corp/shop devs"])).status_code == 200
    me = (await ada.get("/session")).json()["id"]
    async with console_on.state.db_sessions() as db, db.begin():
        await raise_epoch(db, Subject(SubjectKind.USER, me))
        db.add(GroupRecord(user_id=me, provider="corp", name="shop devs"))
        db.add(GroupRecord(user_id=me, provider="other", name="ops"))
    assert await held(ada) == {("viewer", SHOP)}
    assert (await change(owner, 2, groups=["other/shop devs"])).status_code == 200
    assert await held(ada) == set()


async def test_nobody_gives_through_a_team_what_they_do_not_hold(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    await made(owner)
    assert await grant(owner, "blue", "owner", SHOP) == 201
    lead = await console_on.member("lead", ("owner", BLUE))
    await console_on.member("ada")
    refused = await change(lead, 1, members=["ada"])
    assert refused.status_code == 403, "the team holds more than its lead"
    assert (await change(lead, 1, groups=["corp/all"])).status_code == 403
    beyond = await change(lead, 1, scopes=[SHOP])
    assert beyond.status_code == 404, "a place where the lead grants nothing"
    named = await change(lead, 1, title="Blue team")
    assert named.status_code == 200
    assert (await lead.get("/teams/green")).status_code == 404
    assert (await lead.post("/teams", json={"name": "mine"})).status_code == 404
    near = await console_on.member(
        "near", ("owner", BLUE), ("owner", namespace("main", "local", "shop"))
    )
    assert (await change(near, 2, members=["ada"])).status_code == 200
    assert (await change(near, 3, scopes=[SHOP])).status_code == 200


async def test_a_role_at_a_team_needs_the_right_at_what_it_owns(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    await made(owner)
    assert (await change(owner, 1, scopes=[SHOP])).status_code == 200
    await console_on.member("ada")
    viewing = await console_on.member("viewing", ("viewer", BLUE))
    body = {"subject": "ada", "role": "viewer", "scope": "org/main/team/blue"}
    assert (await viewing.post("/bindings", json=body)).status_code == 404
    lead = await console_on.member("lead", ("owner", BLUE))
    assert (await lead.post("/bindings", json=body)).status_code == 201, "they own it with the team"


async def test_a_removed_team_leaves_nothing(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    await made(owner)
    assert await grant(owner, "blue", "viewer", SHOP) == 201
    assert (await change(owner, 1, members=["ada"])).status_code == 200
    account = {"name": "ci", "team": "blue"}
    made_account = await owner.post("/service-accounts", json=account)
    assert (await owner.delete("/teams/blue")).status_code == 409
    await owner.delete(f"/service-accounts/{made_account.json()['id']}")
    at_team = {"subject": "ada", "role": "viewer", "scope": "org/main/team/blue"}
    assert (await owner.post("/bindings", json=at_team)).status_code == 201
    assert (await owner.delete("/teams/blue")).status_code == 204
    assert await held(ada) == set()
    await made(owner)
    assert await held(ada) == set()
    assert (await owner.get("/collections/bindings")).json()["total"] == 1


async def test_lists_are_checked(console: ConsoleApp) -> None:
    owner = await console.owner()
    await made(owner)
    for body, field in (
        ({"members": ["nobody"]}, "members"),
        ({"scopes": ["org/other/cluster/x"]}, "scopes"),
        ({"scopes": ["org/main"]}, "scopes"),
        ({"scopes": ["org/main/team/green"]}, "scopes"),
        ({"scopes": ["nowhere"]}, "scopes"),
    ):
        answer = await change(owner, 1, **body)
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"] == field
    assert (await owner.post("/teams", json={"name": "blue"})).status_code == 409
