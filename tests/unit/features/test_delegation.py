"""The owner of a part of the estate sees and grants there, and nowhere else."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from auth.scope import namespace, organisation, render
from auth.subject import SubjectKind
from backend.db.identity import MembershipRecord, TeamRecord
from backend.db.rights import BindingRecord, RoleRecord
from backend.identity.epoch import raise_epoch
from tests.console import OWNER_PASSWORD, Caller, ConsoleApp

MAIN = organisation("main")
WEB = namespace("main", "local", "web")
SHOP = namespace("main", "local", "shop")
BELOW = (*WEB, "pod", "a")


async def rows(caller: Caller, collection: str, **params: str) -> list[dict[str, Any]]:
    answer = await caller.get(f"/collections/{collection}", params=params)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    assert answer.json()["total"] == len(found)
    return found


def grant(subject: str, role: str, scope: tuple[str, ...], **more: object) -> dict[str, object]:
    return {"subject": subject, "role": role, "scope": render(scope), **more}


async def test_the_owner_of_a_namespace_sees_and_grants_there_alone(
    console_on: ConsoleApp,
) -> None:
    await console_on.member("eve", ("viewer", SHOP))
    await console_on.member("bob", ("viewer", BELOW))
    await console_on.member("zoe", ("operator", ("org", "main", "cluster", "local", "ns", "webx")))
    ada = await console_on.member("ada", ("owner", WEB))
    assert [row["login"] for row in await rows(ada, "users")] == ["ada", "bob"]
    assert [row["subject"] for row in await rows(ada, "bindings")] == ["ada", "bob"]
    facets = await ada.get("/collections/bindings", params={"facet": "role"})
    assert {f["value"]: f["count"] for f in facets.json()["facets"]["role"]} == {
        "owner": 1,
        "viewer": 1,
    }
    made = await ada.post("/bindings", json=grant("eve", "operator", WEB, reason="on call"))
    assert made.status_code == 201, made.text
    assert [row["login"] for row in await rows(ada, "users")] == ["ada", "bob", "eve"]
    shown = {(r["subject"], r["role"], r["reason"]) for r in await rows(ada, "bindings")}
    assert ("eve", "operator", "on call") in shown
    for scope in (MAIN, SHOP, ("org", "main", "cluster", "local")):
        refused = await ada.post("/bindings", json=grant("ada", "owner", scope))
        assert refused.status_code == 404, scope
    gone = await ada.delete(f"/bindings/{made.json()['id']}")
    assert gone.status_code == 204
    assert [row["login"] for row in await rows(ada, "users")] == ["ada", "bob"]


async def test_what_lies_elsewhere_cannot_be_taken_away_nor_told_from_nothing(
    console: ConsoleApp,
) -> None:
    await console.member("eve", ("viewer", SHOP))
    ada = await console.member("ada", ("owner", WEB))
    owner = await console.owner()
    (other,) = await rows(owner, "bindings", filter="subject=eve")
    hidden = await ada.delete(f"/bindings/{other['key']}")
    missing = await ada.delete(f"/bindings/{'0' * 32}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"] == missing.json()["detail"]
    assert (await ada.get(f"/collections/bindings/{other['key']}")).status_code == 404
    assert (await ada.get(f"/collections/users/{other['key']}")).status_code == 404


async def test_nobody_grants_more_than_they_hold(console: ConsoleApp) -> None:
    """A role that may bind, but holds little, gives away no more than it holds."""
    rights = ["binding:*", "user:list", "user:get", "pod:list", "pod:get", "pod:watch"]
    async with console.state.db_sessions() as db, db.begin():
        await raise_epoch(db, "role:clerk")
        db.add(RoleRecord(id="clerk", title="Clerk", rights=rights))
        db.add(RoleRecord(id="looker", title="Looker", rights=["pod:list"]))
    clerk = await console.member("clerk", ("clerk", WEB))
    for role in ("owner", "operator", "viewer"):
        refused = await clerk.post("/bindings", json=grant("clerk", role, WEB))
        assert refused.status_code == 403, role
        assert "do not hold" in refused.json()["detail"]
    allowed = await clerk.post("/bindings", json=grant("owner", "looker", WEB))
    assert allowed.status_code == 201, allowed.text


async def test_a_team_and_a_provider_s_group_can_hold_a_role(console: ConsoleApp) -> None:
    async with console.state.db_sessions() as db, db.begin():
        db.add(TeamRecord(id="t1", name="blue", title="Blue"))
    owner, ada = await console.owner(), await console.member("ada")
    mine = (await ada.get("/session")).json()["id"]
    team = {"subject_kind": "team", **grant("blue", "viewer", WEB)}
    assert (await owner.post("/bindings", json=team)).status_code == 201
    group = {"subject_kind": "group", **grant("corp/ops", "viewer", WEB)}
    assert (await owner.post("/bindings", json=group)).status_code == 201
    for wrong in ({"subject_kind": "team", "subject": "red"}, {"subject": "nobody"}):
        answer = await owner.post("/bindings", json={**team, "subject_kind": "user", **wrong})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "subject"
    async with console.state.db_sessions() as db, db.begin():
        await raise_epoch(db, f"user:{mine}")
        db.add(MembershipRecord(team_id="t1", user_id=mine))
    assert "list" in (await ada.get("/session")).json()["permissions"]["pod"]
    shown = {(r["subject_kind"], r["subject"]) for r in await rows(owner, "bindings")}
    assert {("team", "blue"), ("group", "corp/ops")} <= shown
    boss = await console.member("boss", ("owner", WEB))
    assert [row["login"] for row in await rows(boss, "users")] == ["ada", "boss"]


async def test_a_grant_that_is_over_before_it_begins_is_refused(console: ConsoleApp) -> None:
    owner = await console.owner()
    answer = await owner.post("/bindings", json=grant("owner", "viewer", WEB, expires=5.0))
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "expires"


async def test_an_owner_of_a_namespace_is_no_second_owner(console_on: ConsoleApp) -> None:
    """Owners of any scope counted: the organisation's only one could be removed."""
    await console_on.member("ada", ("owner", WEB))
    owner = await console_on.owner()
    me = (await owner.get("/session")).json()["id"]
    mine = await rows(owner, "bindings", filter="subject=owner")
    assert (await owner.delete(f"/bindings/{mine[0]['key']}")).status_code == 409
    assert (await owner.delete(f"/users/{me}")).status_code == 409
    off = await owner.patch(f"/users/{me}", json={"disabled": True}, headers={"if-match": '"1"'})
    assert off.status_code == 409
    extra = await owner.post("/bindings", json=grant("owner", "owner", WEB))
    assert extra.status_code == 201
    superfluous = await owner.delete(f"/bindings/{extra.json()['id']}")
    assert superfluous.status_code == 204, superfluous.text


async def test_an_owner_through_a_team_or_for_a_time_counts_as_they_last(
    console: ConsoleApp,
) -> None:
    owner = await console.owner()
    (mine,) = await rows(owner, "bindings", filter="subject=owner")
    ada = await console.member("ada")
    later = grant("ada", "owner", MAIN, expires=2e10)
    assert (await owner.post("/bindings", json=later)).status_code == 201
    assert (await owner.delete(f"/bindings/{mine['key']}")).status_code == 409
    hers = (await ada.get("/session")).json()["id"]
    async with console.state.db_sessions() as db, db.begin():
        await raise_epoch(db)
        db.add(TeamRecord(id="t1", name="blue", title="Blue"))
        await db.flush()
        db.add(MembershipRecord(team_id="t1", user_id=hers))
        db.add(
            BindingRecord(
                subject_kind=SubjectKind.TEAM, subject_id="t1", role_id="owner", scope="org/main"
            )
        )
    off = {"json": {"disabled": True}, "headers": {"if-match": '"1"'}}
    assert (await owner.patch(f"/users/{hers}", **off)).status_code == 200
    assert (await owner.delete(f"/bindings/{mine['key']}")).status_code == 409
    on = {"json": {"disabled": False}, "headers": {"if-match": '"2"'}}
    assert (await owner.patch(f"/users/{hers}", **on)).status_code == 200
    assert (await owner.delete(f"/bindings/{mine['key']}")).status_code == 204


@pytest.mark.parametrize("way", ["binding", "account"])
async def test_two_owners_who_remove_each_other_at_once_leave_one(
    console_on: ConsoleApp, way: str
) -> None:
    ada, owner = await console_on.member("ada", ("owner", MAIN)), await console_on.owner()
    held = {row["subject"]: row["key"] for row in await rows(owner, "bindings")}
    ids = {row["login"]: row["key"] for row in await rows(owner, "users")}
    of = held if way == "binding" else ids
    answers = await asyncio.gather(
        ada.delete(f"/{'bindings' if way == 'binding' else 'users'}/{of['owner']}"),
        owner.delete(f"/{'bindings' if way == 'binding' else 'users'}/{of['ada']}"),
    )
    assert 204 in {answer.status_code for answer in answers}
    async with console_on.state.db_sessions() as db:
        from backend.identity.owners import require_an_owner

        await require_an_owner(db, "main")


async def test_deleting_a_user_takes_what_they_hold(console_on: ConsoleApp) -> None:
    ada, owner = await console_on.member("ada", ("viewer", WEB)), await console_on.owner()
    me = (await ada.get("/session")).json()["id"]
    assert (await owner.delete(f"/users/{me}")).status_code == 204
    assert [row["subject"] for row in await rows(owner, "bindings")] == ["owner"]
    assert (await ada.get("/session")).status_code == 401
    again = await owner.post("/users", json={"login": "ada", "password": OWNER_PASSWORD})
    assert again.status_code == 201
    assert (await ada.sign_in("ada", OWNER_PASSWORD)).json()["permissions"] == {}


async def test_a_right_for_an_hour_cannot_be_passed_on_for_good(console: ConsoleApp) -> None:
    """Not even to a second account of one's own."""
    owner = await console.owner()
    bob = await console.member("bob")
    soon = time.time() + 3600
    held = grant("bob", "owner", MAIN, expires=soon)
    assert (await owner.post("/bindings", json=held)).status_code == 201
    await console.member("eve")
    for_good = await bob.post("/bindings", json=grant("eve", "owner", MAIN))
    longer = await bob.post("/bindings", json=grant("eve", "owner", MAIN, expires=soon + 60))
    assert (for_good.status_code, longer.status_code) == (403, 403)
    as_long = await bob.post("/bindings", json=grant("eve", "owner", MAIN, expires=soon))
    assert as_long.status_code == 201, as_long.text
