"""Service accounts: a team's own, switched off and removed with what they hold."""

from __future__ import annotations

from auth.scope import organisation, team
from backend.db.identity import TeamRecord
from tests.console import Caller, ConsoleApp
from tests.unit.features.test_tokens import READ, program

MAIN = organisation("main")
BLUE = team("main", "blue")


async def create(caller: Caller, name: str, **more: object) -> dict:
    made = await caller.post("/service-accounts", json={"name": name, **more})
    assert made.status_code == 201, made.text
    return made.json()


async def with_team(console: ConsoleApp, name: str = "blue") -> None:
    async with console.state.db_sessions() as db, db.begin():
        db.add(TeamRecord(name=name, title=name.title()))


async def test_an_account_calls_with_its_token_until_it_is_switched_off(
    console_on: ConsoleApp,
) -> None:
    owner = await console_on.owner()
    account = await create(owner, "deployer", title="Deploys from CI")
    grant = {"subject_kind": "service", "subject": "deployer", "role": "viewer"}
    bound = await owner.post("/bindings", json=grant | {"scope": "org/main"})
    assert bound.status_code == 201, bound.text
    made = await owner.post("/tokens", json=READ | {"service": account["id"]})
    assert made.status_code == 201, made.text
    calling = program(console_on, made.json()["secret"])
    session = (await calling.get("/session")).json()
    assert session["login"] == "deployer"
    assert "pod" in session["permissions"]
    rows = (await owner.get("/collections/service-accounts")).json()["rows"]
    assert [(r["name"], r["tokens"], r["roles"], r["status"]) for r in rows] == [
        ("deployer", 1, 1, "Active")
    ]
    path = f"/service-accounts/{account['id']}"
    assert (await owner.patch(path, json={"disabled": True})).status_code == 428
    stale = await owner.patch(path, json={"disabled": True}, headers={"if-match": '"7"'})
    assert stale.status_code == 412
    off = await owner.patch(path, json={"disabled": True}, headers={"if-match": '"1"'})
    assert off.json()["disabled"] is True
    assert (await calling.get("/session")).status_code == 401
    on = await owner.patch(path, json={"disabled": False}, headers={"if-match": '"2"'})
    assert on.json()["row_version"] == 3
    assert (await calling.get("/session")).status_code == 200
    assert (await owner.delete(path)).status_code == 204
    assert (await calling.get("/session")).status_code == 401
    assert (await owner.get("/collections/tokens")).json()["total"] == 0
    left = await owner.get("/collections/bindings", params={"filter": "subject_kind=service"})
    assert left.json()["total"] == 0


async def test_a_team_s_owner_looks_after_its_own_and_sees_no_other(console: ConsoleApp) -> None:
    await with_team(console)
    lead = await console.member("lead", ("owner", BLUE))
    owner = await console.owner()
    theirs = await create(owner, "global")
    own = await create(lead, "blue-ci", team="blue")
    seen = (await lead.get("/collections/service-accounts")).json()["rows"]
    assert [row["name"] for row in seen] == ["blue-ci"]
    for answer in (
        await lead.post("/service-accounts", json={"name": "x"}),
        await lead.get(f"/service-accounts/{theirs['id']}"),
        await lead.delete(f"/service-accounts/{theirs['id']}"),
        await lead.get("/service-accounts/none"),
    ):
        assert answer.status_code == 404
    assert (await lead.get(f"/service-accounts/{own['id']}")).json()["team"] == "blue"
    assert (await lead.delete(f"/service-accounts/{own['id']}")).status_code == 204


async def test_names_and_teams_are_checked(console: ConsoleApp) -> None:
    owner = await console.owner()
    await create(owner, "ci")
    assert (await owner.post("/service-accounts", json={"name": "ci"})).status_code == 409
    unknown = await owner.post("/service-accounts", json={"name": "b", "team": "nobody"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["field"] == "team"
    assert (await owner.post("/service-accounts", json={"name": "Ü"})).status_code == 422
