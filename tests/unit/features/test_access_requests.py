"""Requests for access: asked by who lacks a right, seen and decided where somebody may grant."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update
from sqlmodel import col

from auth.scope import namespace, organisation
from backend.db.requests import AccessRequestRecord
from backend.features.access.requestjobs import SWEEP, Days
from backend.features.access.requests import MOST_A_DAY
from backend.jobs.tables import JobRecord
from tests.console import Caller, ConsoleApp, running_console
from tests.waiting import until

MAIN = organisation("main")
SHOP = "org/main/cluster/local/ns/shop"
BANK = "org/main/cluster/local/ns/bank"


async def ask(caller: Caller, role: str = "viewer", scope: str = SHOP, **more: Any) -> Any:
    body = {"role": role, "scope": scope, "reason": "I am on call", **more}
    return await caller.post("/access-requests", json=body)


async def made(caller: Caller, role: str = "viewer", scope: str = SHOP) -> Any:
    answer = await ask(caller, role, scope)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def decide(caller: Caller, request: Any, grant: bool = True, **more: Any) -> httpx2.Response:
    match = {"if-match": f'"{request["row_version"]}"'}
    body = {"grant": grant, **more}
    return await caller.post(f"/access-requests/{request['id']}/decision", json=body, headers=match)


async def seen(caller: Caller) -> list[str]:
    answer = await caller.get("/collections/access-requests", params={"limit": 100})
    if answer.status_code in {403, 404}:
        return []
    rows = answer.json()["rows"]
    return sorted(f"{row['login']} {row['role'] or row['wanted']} {row['scope']}" for row in rows)


async def own(caller: Caller) -> Any:
    return (await caller.get("/access-requests/mine")).json()


async def test_somebody_asks_and_is_let_in_for_a_time(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    request = await made(ada)
    assert (request["state"], request["login"]) == ("Pending", "ada")
    assert await seen(owner) == [f"ada viewer {SHOP}"]
    end = time.time() + 3600
    given = await decide(owner, request, expires=end, answer="For tonight")
    assert given.status_code == 200, given.text
    assert (await ada.get("/session")).json()["permissions"]["pod"] == [
        "get",
        "list",
        "watch",
        "logs",
    ]
    told = await own(ada)
    assert [(one["state"], one["answer"], one["expires"]) for one in told] == [
        ("Granted", "For tonight", end)
    ]
    rows = (await owner.get("/collections/bindings", params={"filter": "subject=ada"})).json()
    assert [(r["reason"], r["created_by"], r["expires"]) for r in rows["rows"]] == [
        ("I am on call", "owner", end)
    ]
    activity = (await owner.get("/collections/activity", params={"limit": 100})).text
    assert "access-request:create" in activity
    assert "access-request:approve" in activity
    assert (await decide(owner, given.json())).status_code == 409, "decided already"
    assert (await decide(owner, request)).status_code == 412
    unnamed = await owner.post(f"/access-requests/{request['id']}/decision", json={"grant": False})
    assert unnamed.status_code == 428


async def test_who_knows_no_role_says_what_they_want_to_do(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    answer = await ask(ada, "", wanted="pod:logs", seconds=3600)
    assert answer.status_code == 201, answer.text
    assert (await ask(ada, "", wanted="pod:logs", reason="Again")).status_code == 409
    seen_by = await owner.get(f"/access-requests/{answer.json()['id']}")
    suits = seen_by.json()["suits"]
    assert seen_by.headers["etag"] == '"1"'
    assert {"viewer", "operator", "owner"} <= {*suits}
    assert (suits[0], suits[-1]) == ("viewer", "owner"), "fewest rights first"
    assert not {"etcd-editor", "billing-viewer"} & {*suits}, "these do not allow it"
    request = answer.json()
    assert (await decide(owner, request)).status_code == 422, "which role?"
    before = time.time()
    given = (await decide(owner, request, role="viewer")).json()
    assert (given["role"], given["wanted"], given["state"]) == ("viewer", "pod:logs", "Granted")
    assert before + 3600 <= given["expires"] <= time.time() + 3600, "as long as was asked"
    assert (await ask(ada, "", wanted="pod:logs")).status_code == 409, "they may already"
    for_good = (await ask(ada, "", wanted="pod:exec")).json()
    assert (await decide(owner, for_good, role="operator", expires=None)).json()["expires"] is None


async def test_a_refusal_gives_nothing_and_says_why(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    request = await made(ada)
    told = await decide(owner, request, grant=False, answer="Ask the shop's team")
    assert told.json()["state"] == "Refused"
    assert (await ada.get("/session")).json()["permissions"] == {}
    assert (await own(ada))[0]["answer"] == "Ask the shop's team"
    assert (await ask(ada)).status_code == 201, "they may ask again"


async def test_one_open_request_for_a_role_at_a_place_and_ten_of_a_person(
    console_on: ConsoleApp,
) -> None:
    ada = await console_on.member("ada", ("viewer", namespace("main", "local", "bank")))
    assert (await ask(ada)).status_code == 201
    assert (await ask(ada)).status_code == 409
    assert (await ask(ada, scope=BANK)).status_code == 409, "held already"
    for number in range(9):
        await made(ada, "viewer", f"{SHOP}{number}")
    assert (await ask(ada, "operator")).status_code == 409
    first = (await own(ada))[-1]
    assert (await ada.delete(f"/access-requests/{first['id']}")).status_code == 204
    assert (await ask(ada, "operator")).status_code == 201


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""}, {"reason": "  "}, {"reason": "x" * 513}, {"reason": "a\nb"},
        {"scope": ""}, {"scope": "org/other"}, {"scope": "x" * 1025}, {"scope": "org/main/.."},
        {"role": ""}, {"role": "A B"}, {"role": "x" * 65}, {"further": 1},
        {"wanted": "pod"}, {"wanted": "pod:fly"}, {"wanted": "plane:get"}, {"wanted": "*:get"},
        {"seconds": 60}, {"seconds": 10**9}, {"seconds": None},
    ],
)  # fmt: skip
async def test_what_cannot_be_asked_is_refused(console: ConsoleApp, wrong: dict[str, Any]) -> None:
    ada = await console.member("ada")
    refused = await ask(ada, **wrong)
    assert refused.status_code == 422, refused.text
    assert (await own(ada)) == []


async def test_requests_are_seen_only_where_somebody_may_grant(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada")
    for scope in (SHOP, BANK, f"{SHOP}s", "org/main"):
        await made(ada, "viewer", scope)
    shop = await console_on.member("shop", ("owner", namespace("main", "local", "shop")))
    assert await seen(shop) == [f"ada viewer {SHOP}"]
    bank = await console_on.member("bank", ("owner", namespace("main", "local", "bank")))
    assert await seen(bank) == [f"ada viewer {BANK}"]
    for login, role in (("auditor", "auditor"), ("operator", "operator"), ("viewer", "viewer")):
        assert await seen(await console_on.member(login, (role, MAIN))) == [], role
    assert await seen(ada) == [], "one's own are told elsewhere"
    found = (await shop.get("/search", params={"q": "call"})).text
    assert BANK not in found
    theirs = {r["scope"]: r for r in (await own(ada))}
    for scope in (BANK, f"{SHOP}s", "org/main"):
        assert (await decide(shop, theirs[scope])).status_code == 404, scope
        assert (await shop.get(f"/access-requests/{theirs[scope]['id']}")).status_code == 404
        missing = await shop.delete(f"/access-requests/{theirs[scope]['id']}")
        assert missing.status_code == 404
    assert (await decide(shop, theirs[SHOP])).status_code == 200
    admin = await console_on.member("admin", ("access-admin", MAIN))
    assert len(await seen(admin)) == 4


async def test_nobody_decides_what_they_asked_for(console_on: ConsoleApp) -> None:
    shop = await console_on.member("shop", ("owner", namespace("main", "local", "shop")))
    request = await made(shop, "viewer")
    for grant in (True, False):
        assert (await decide(shop, request, grant)).status_code == 403
    assert (await shop.get("/access-requests/mine")).json()[0]["state"] == "Pending"


async def test_who_decides_gives_no_more_than_they_hold_then(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    rights = ["access-request:get", "access-request:list", "access-request:approve"]
    rights += ["binding:get", "binding:create", "pod:get", "secret:get"]
    assert (await owner.post("/roles", json={"id": "helper", "rights": rights})).status_code == 201
    assert (
        await owner.post("/roles", json={"id": "pods", "rights": ["pod:get"]})
    ).status_code == 201
    helper = await console_on.member("helper")
    grant = {"subject": "helper", "role": "helper", "scope": SHOP}
    assert (await owner.post("/bindings", json=grant)).status_code == 201
    more, less = await made(ada, "operator"), await made(ada, "pods")
    told = await helper.get(f"/access-requests/{more['id']}")
    assert "operator" not in told.json()["suits"], "not theirs to give"
    assert "pods" in told.json()["suits"]
    assert (await decide(helper, more)).status_code == 403
    assert (await decide(helper, less)).status_code == 200
    nothing = await made(ada, "no-such-role")
    assert (await decide(owner, nothing)).status_code == 422
    assert (await decide(owner, nothing, grant=False)).status_code == 200
    assert (await decide(owner, more, expires=1.0)).status_code == 422
    states = {r["role"]: r["state"] for r in (await own(ada))}
    assert states == {"operator": "Pending", "pods": "Granted", "no-such-role": "Refused"}


async def test_a_program_asks_for_nothing(console: ConsoleApp) -> None:
    await console.member("ada", ("viewer", MAIN))
    ada = console.caller()
    await ada.sign_in("ada", "correct horse battery")
    body = {"name": "ci", "rights": ["*:*"], "scopes": [], "days": 1}
    token = (await ada.post("/tokens", json=body)).json()
    program = console.caller()
    program.headers["authorization"] = f"Bearer {token['secret']}"
    assert (await ask(program)).status_code == 403


async def test_old_requests_end_are_forgotten_and_go_with_the_person(
    tmp_path: Path, database_url: str
) -> None:
    async with running_console(tmp_path, database_url) as console:
        owner, ada = await console.owner(), await console.member("ada")
        made_by_id = [await made(ada, role) for role in ("viewer", "operator", "owner", "auditor")]
        forgotten, kept, waited, fresh = made_by_id
        for one in (forgotten, kept):
            assert (await decide(owner, one, grant=False)).status_code == 200
        await _at(console, forgotten, decided=time.time() - 91 * 86400)
        await _at(console, waited, created=time.time() - 15 * 86400)
        started = await console.state.jobs.start(SWEEP, Days(14, 90), by="test")
        await until(lambda: _ended(console, started.id))
        states = {one["id"]: (one["state"], one["row_version"]) for one in await own(ada)}
        assert states == {
            kept["id"]: ("Refused", 2), waited["id"]: ("Expired", 2), fresh["id"]: ("Pending", 1),
        }  # fmt: skip
        assert (await decide(owner, waited)).status_code == 412
        query = {"filter": "login=ada"}
        rows = (await owner.get("/collections/users", params=query)).json()["rows"]
        assert (await owner.delete(f"/users/{rows[0]['key']}")).status_code == 204
        assert await seen(owner) == []


async def _at(console: ConsoleApp, request: Any, **times: float) -> None:
    async with console.state.db_sessions() as db, db.begin():
        same = col(AccessRequestRecord.id) == request["id"]
        await db.execute(update(AccessRequestRecord).where(same).values(**times))


async def _ended(console: ConsoleApp, job_id: str) -> bool:
    async with console.state.db_sessions() as db:
        row = await db.get_one(JobRecord, job_id)
    assert row.state not in {"failed", "cancelled"}, row.error
    return row.state == "succeeded"


async def test_of_two_decisions_at_once_one_counts(console_on: ConsoleApp) -> None:
    owner, ada = await console_on.owner(), await console_on.member("ada")
    request = await made(ada)
    answers = await asyncio.gather(decide(owner, request, True), decide(owner, request, False))
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] == 200
    assert codes[1] in {409, 412}
    state = (await own(ada))[0]["state"]
    held = "pod" in (await ada.get("/session")).json()["permissions"]
    assert (state == "Granted") == held


async def test_a_person_asks_so_often_a_day_and_no_more(console: ConsoleApp) -> None:
    """Each is kept for months and recorded, though it is taken back at once."""
    ada = await console.member("ada")
    for _ in range(MOST_A_DAY):
        request = await made(ada)
        assert (await ada.delete(f"/access-requests/{request['id']}")).status_code == 204
    refused = await ask(ada)
    assert refused.status_code == 409
    assert "tomorrow" in refused.json()["detail"]
