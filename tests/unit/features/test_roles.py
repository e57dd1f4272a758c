"""Roles: the built-in ones, and those people make of what they hold themselves."""

from __future__ import annotations

from typing import Any

import pytest

from auth.builtin import AWAITED, built_in
from auth.scope import namespace, organisation
from backend.db.identity import GroupRecord
from backend.db.rights import BindingRecord, RoleRecord
from backend.identity.epoch import raise_epoch
from tests.console import Caller, ConsoleApp
from tests.roles import CATALOGUE, declared

MAIN = organisation("main")
SHOP = "org/main/cluster/local/ns/shop"
POD = ["pod:get", "pod:list", "pod:watch"]


async def make(caller: Caller, role: str, rights: list[str]) -> Any:
    return await caller.post("/roles", json={"id": role, "rights": rights})


async def change(caller: Caller, role: str, version: int, **body: Any) -> Any:
    return await caller.patch(f"/roles/{role}", json=body, headers={"if-match": f'"{version}"'})


async def grant(
    caller: Caller, subject: str, role: str, scope: str = "org/main", **more: Any
) -> int:
    body = {"subject": subject, "role": role, "scope": scope, **more}
    return (await caller.post("/bindings", json=body)).status_code


async def verbs(caller: Caller, kind: str) -> list[str]:
    permissions = (await caller.get("/session")).json()["permissions"]
    found: list[str] = permissions.get(kind, [])
    return found


def test_built_in_roles_name_only_what_there_is_or_what_is_awaited() -> None:
    catalogue = declared()
    for role in built_in(catalogue).values():
        assert role.id == "owner" or role.pairs or role.idle, role.id
        assert {right.partition(":")[0] for right in role.idle} <= AWAITED, role.id
    assert not any(name in catalogue for name in AWAITED), "it has a page now: no longer awaited"


@pytest.mark.parametrize("role", ["developer", "update-manager", "registry-manager", "etcd-editor"])
def test_working_roles_touch_no_people_rights_or_secrets(role: str) -> None:
    guarded = {kind.name for kind in CATALOGUE if kind.sensitive}
    pairs = built_in(CATALOGUE)[role].pairs
    assert not {kind for kind, _ in pairs} & guarded
    assert not any(verb.value in {"reveal", "bind", "escalate"} for _, verb in pairs)


def test_an_auditor_changes_nothing() -> None:
    told = {verb.value for _, verb in built_in(CATALOGUE)["auditor"].pairs}
    assert told == {"get", "list", "watch", "export"}


async def test_a_role_is_made_given_edited_and_removed(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    made = await make(owner, "shop-watcher", [*POD, "invoice:get"])
    assert made.status_code == 201, made.text
    assert (made.json()["rights"], made.json()["idle"]) == (sorted(POD), ["invoice:get"])
    assert (await make(owner, "shop-watcher", POD)).status_code == 409
    assert (await make(owner, "viewer", POD)).status_code == 409
    assert await grant(owner, "ada", "shop-watcher") == 201
    assert await verbs(ada, "pod") == ["get", "list", "watch"]
    assert await verbs(ada, "invoice") == []
    answer = await owner.get("/collections/roles", params={"limit": 50})
    rows = {row["name"]: row for row in answer.json()["rows"]}
    assert rows["shop-watcher"] | {"created": 0.0} == {
        "key": "shop-watcher", "name": "shop-watcher", "title": "shop-watcher",
        "origin": "Custom", "given": 1, "created": 0.0, "row_version": 1,
    }  # fmt: skip
    assert rows["developer"]["origin"] == "Built-in"
    assert len(rows) == len(built_in(CATALOGUE)) + 1
    edited = await change(owner, "shop-watcher", 1, rights=["pod:get", "secret:get"], title="Shop")
    assert edited.status_code == 200, edited.text
    assert (await verbs(ada, "pod"), await verbs(ada, "secret")) == (["get"], ["get"])
    assert (await change(owner, "shop-watcher", 1, title="x")).status_code == 412
    assert (await owner.patch("/roles/shop-watcher", json={"title": "x"})).status_code == 428
    assert (await change(owner, "viewer", 1, title="x")).status_code == 409
    gone = await owner.delete("/roles/shop-watcher", headers={"if-match": '"2"'})
    assert gone.status_code == 204
    assert await verbs(ada, "pod") == []
    assert (await owner.get("/roles/shop-watcher")).status_code == 404
    assert await make(owner, "shop-watcher", POD)
    assert await verbs(ada, "pod") == [], "a new role of that name is another one"
    activity = (await owner.get("/collections/activity", params={"limit": 100})).text
    assert all(f"role:{verb}" in activity for verb in ("create", "update", "delete"))


async def test_what_is_written_as_a_star_is_what_there_is_now(console: ConsoleApp) -> None:
    owner = await console.owner()
    made = (await make(owner, "reader", ["*:get", "pod:*"])).json()
    assert "pod:exec" in made["rights"]
    assert "service:get" in made["rights"]
    assert not [right for right in made["rights"] if "*" in right or right.startswith("user:")]
    for wrong in (["pod:promote"], ["nothing:*"], ["pod:fly"]):
        refused = await make(owner, "wrong", wrong)
        assert refused.status_code == 422, wrong
        assert refused.json()["errors"][0]["field"] == "rights"


async def test_nobody_puts_into_a_role_what_they_do_not_hold(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    rights = ["role:get", "role:create", "role:update", "role:delete", *POD]
    assert (await make(owner, "role-maker", rights)).status_code == 201
    assert (await make(owner, "others", ["secret:get", "pod:get"])).status_code == 201
    await console_on.member("mia")
    assert await grant(owner, "mia", "role-maker") == 201
    mia = console_on.caller()
    assert (await mia.sign_in("mia", "correct horse battery")).status_code == 200
    assert (await make(mia, "mine", POD)).status_code == 201
    refused = await make(mia, "more", [*POD, "secret:get"])
    assert refused.status_code == 403
    assert "secret:get" in refused.json()["detail"]
    assert (await make(mia, "later", ["invoice:get"])).status_code == 403, "held by nobody yet"
    assert (await change(mia, "mine", 1, rights=[*POD, "pod:exec"])).status_code == 403
    # What is in a role already may stay, and whoever may change it may take away.
    assert (await change(mia, "others", 1, rights=["secret:get"])).status_code == 200
    assert (await change(mia, "others", 2, rights=["secret:get", *POD])).status_code == 200
    # To take it from those who hold it needs the right to take roles from them.
    assert await grant(owner, "mia", "others", SHOP) == 201
    kept = await mia.delete("/roles/others", headers={"if-match": '"3"'})
    assert kept.status_code == 404
    assert (await owner.get("/roles/others")).status_code == 200


async def test_what_is_held_for_a_time_or_in_a_part_makes_no_role(console: ConsoleApp) -> None:
    owner = await console.owner()
    await make(owner, "role-maker", ["role:get", "role:create", "role:update"])
    near = await console.member("near", ("operator", namespace("main", "local", "shop")))
    assert await grant(owner, "near", "role-maker") == 201
    assert (await make(near, "pods", POD)).status_code == 403
    await console.member("brief")
    assert await grant(owner, "brief", "role-maker") == 201
    assert await grant(owner, "brief", "operator", expires=2e10) == 201
    brief = console.caller()
    await brief.sign_in("brief", "correct horse battery")
    assert (await make(brief, "pods", POD)).status_code == 403


async def test_what_an_edit_would_do_is_told_before(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    await console_on.member("ada")
    await console_on.member("bob")
    await make(owner, "shop", POD)
    assert (await owner.post("/teams", json={"name": "blue"})).status_code == 201
    await owner.patch("/teams/blue", json={"members": ["ada", "bob"]}, headers={"if-match": '"1"'})
    assert await grant(owner, "ada", "shop", SHOP) == 201
    assert await grant(owner, "blue", "shop", subject_kind="team") == 201
    assert await grant(owner, "corp/ops", "shop", subject_kind="group") == 201
    told = await owner.post("/roles/shop/impact", json={"rights": ["pod:get", "pod:exec"]})
    assert told.status_code == 200, told.text
    body = told.json()
    assert (body["grants"], body["takes"]) == (["pod:exec"], ["pod:list", "pod:watch"])
    assert {
        (h["subject_kind"], h["subject"], h["scope"], h["people"]) for h in body["holders"]
    } == {
        ("user", "ada", SHOP, 1),
        ("team", "blue", "org/main", 2),
        ("group", "corp/ops", "org/main", 0),
    }
    assert (body["people"], body["people_total"], body["hidden"]) == (["ada", "bob"], 2, 0)
    unchanged = (await owner.get("/roles/shop")).json()
    assert unchanged["row_version"] == 1
    assert (await owner.post("/roles/viewer/impact", json={"rights": []})).status_code == 409
    # Who may look at roles, and not at who holds them, learns only how many do.
    await make(owner, "role-reader", ["role:get", "role:list"])
    reader = await console_on.member("reader")
    assert await grant(owner, "reader", "role-reader") == 201
    hidden = (await reader.post("/roles/shop/impact", json={"rights": []})).json()
    assert (hidden["hidden"], hidden["holders"], hidden["people"]) == (3, [], [])


async def test_who_is_in_a_team_or_group_is_told_to_who_may_know(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    await console_on.member("bob")
    await console_on.member("eve")
    await make(owner, "shop", POD)
    await owner.post("/teams", json={"name": "blue"})
    await owner.patch("/teams/blue", json={"members": ["bob"]}, headers={"if-match": '"1"'})
    me = (await ada.get("/session")).json()["id"]
    async with console_on.state.db_sessions() as db, db.begin():
        db.add(GroupRecord(user_id=me, provider="corp", name="ops"))
    assert await grant(owner, "blue", "shop", subject_kind="team") == 201
    assert await grant(owner, "corp/ops", "shop", subject_kind="group") == 201
    assert await grant(owner, "eve", "shop") == 201
    reading = ["role:get", "binding:get"]
    for login, further, told in (
        ("none", [], ["eve"]),
        ("users", ["user:list"], ["ada", "eve"]),
        ("teams", ["team:get"], ["bob", "eve"]),
        ("both", ["user:list", "team:get"], ["ada", "bob", "eve"]),
    ):
        assert (await make(owner, f"sees-{login}", reading + further)).status_code == 201
        reader = await console_on.member(login)
        assert await grant(owner, login, f"sees-{login}") == 201
        body = (await reader.post("/roles/shop/impact", json={"rights": []})).json()
        assert (body["people"], body["people_total"]) == (told, 3), login
        assert sorted(h["people"] for h in body["holders"]) == [1, 1, 1]


async def test_which_roles_can_be_given_is_told_where_somebody_grants(console: ConsoleApp) -> None:
    near = await console.member("near", ("owner", namespace("main", "local", "shop")))
    answer = await near.get("/roles", params={"scope": SHOP})
    assert answer.status_code == 200
    assert all(role["may_give"] for role in answer.json())
    assert (await near.get("/roles", params={"scope": "org/main"})).status_code == 404
    assert (await near.get("/roles/viewer")).status_code == 404
    assert (await near.get("/roles", params={"scope": "nowhere"})).status_code == 422
    admin = await console.member("admin", ("access-admin", MAIN))
    roles = {r["id"]: r["may_give"] for r in (await admin.get("/roles?scope=org/main")).json()}
    assert roles["developer"], "who may bind roles may give any"
    reader = await console.member("auditor", ("auditor", MAIN))
    roles = {r["id"]: r["may_give"] for r in (await reader.get("/roles?scope=org/main")).json()}
    assert (roles["auditor"], roles["owner"]) == (True, False)


async def test_a_stored_right_that_nobody_knows_is_shown_and_grants_nothing(
    console: ConsoleApp,
) -> None:
    owner, ada = await console.owner(), await console.member("ada")
    me = (await ada.get("/session")).json()["id"]
    async with console.state.db_sessions() as db, db.begin():
        await raise_epoch(db)
        db.add(RoleRecord(id="old", title="Old", rights=["gone:get", "pod:get"]))
        held = {"subject_kind": "user", "subject_id": me, "role_id": "old"}
        db.add(BindingRecord(**held, scope="org/main"))
    shown = (await owner.get("/roles/old")).json()
    assert (shown["rights"], shown["idle"]) == (["pod:get"], ["gone:get"])
    assert (await verbs(ada, "pod"), await verbs(ada, "gone")) == (["get"], [])
