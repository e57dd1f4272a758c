"""Access tokens through the interface: chosen, shown once, bounded, rotated, revoked."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from auth.scope import namespace, organisation, team
from auth.subject import Subject, SubjectKind
from auth.tokens import make_token
from backend.db.identity import ServiceRecord, TeamRecord
from backend.db.rights import BindingRecord
from backend.identity.badtokens import BURST, BadTokens
from backend.identity.tokens import digest
from tests.console import Caller, ConsoleApp

MAIN = organisation("main")
WEB = namespace("main", "local", "web")
BLUE = team("main", "blue")
READ = {"name": "ci", "rights": ["*:get", "*:list"]}


def program(console: ConsoleApp, secret: str, address: str = "127.0.0.1") -> Caller:
    """A caller with a token and nothing else: no cookie, no header of ours, no Origin."""
    made = console.caller(address)
    for name in ("x-craton-request", "origin"):
        del made.headers[name]
    made.headers["authorization"] = f"Bearer {secret}"
    return made


def stop_clocks(console: ConsoleApp) -> None:
    """No attempt wears off, however long the machine takes for the next."""
    now = time.time()
    for counting in (console.state.attempts, console.app.state.parts.get(BadTokens)):
        counting._clock = lambda: now


async def make(caller: Caller, **more: Any) -> dict[str, Any]:
    answer = await caller.post("/tokens", json=READ | more)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_a_token_is_shown_once_and_stored_as_its_hash(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    made = await make(owner)
    secret = made.pop("secret")
    assert made["id"] == digest(secret)
    assert secret.startswith(made["prefix"])
    listed = (await owner.get("/tokens")).json()
    assert listed == [made]
    read = await owner.get(f"/tokens/{made['id']}")
    assert secret not in read.text
    rows = await owner.get("/collections/tokens")
    assert secret not in rows.text
    assert rows.json()["rows"][0]["owner"] == "owner"
    activity = await owner.get("/collections/activity")
    assert "token:create" in activity.text
    assert secret not in activity.text
    days = (made["expires"] - time.time()) / 86400
    assert 89 < days <= 90


async def test_a_token_may_what_its_owner_may_at_the_time_and_no_more(
    console_on: ConsoleApp,
) -> None:
    ada = await console_on.member("ada", ("operator", WEB))
    made = await make(
        ada, rights=["*:list", "pod:delete"], scopes=["org/main/cluster/local/ns/web"]
    )
    calling = program(console_on, made["secret"])
    held = (await calling.get("/session")).json()["permissions"]
    assert "delete" in held["pod"]
    assert "delete" not in held["workload"]
    owner = await console_on.owner()
    rows = await owner.get("/collections/bindings", params={"filter": "subject=ada"})
    gone = await owner.delete(f"/bindings/{rows.json()['rows'][0]['key']}")
    assert gone.status_code == 204
    assert (await calling.get("/session")).json()["permissions"] == {}
    users = await owner.get("/collections/users", params={"filter": "login=ada"})
    assert (await owner.delete(f"/users/{users.json()['rows'][0]['key']}")).status_code == 204
    assert (await calling.get("/session")).status_code == 401


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"rights": ["user:delete"]}, "rights"),
        ({"rights": ["pod:fly"]}, "rights"),
        ({"rights": ["nothing:get"]}, "rights"),
        ({"rights": ["pod:get"], "scopes": ["org/main/cluster/local/ns/bank"]}, "rights"),
        ({"rights": ["*:get"], "scopes": ["org/main/cluster/local/ns/bank"]}, "scopes"),
        ({"rights": ["*:get"], "scopes": ["org/other"]}, "scopes"),
        ({"rights": ["*:get"], "scopes": ["nowhere"]}, "scopes"),
        ({"days": 367}, "days"),
    ],
)
async def test_what_the_owner_does_not_hold_cannot_be_chosen(
    console: ConsoleApp, body: dict[str, Any], field: str
) -> None:
    ada = await console.member("ada", ("viewer", WEB))
    answer = await ada.post("/tokens", json=READ | body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == field


async def test_the_choices_are_what_the_owner_holds(console: ConsoleApp) -> None:
    ada = await console.member("ada", ("viewer", WEB))
    told = (await ada.get("/tokens/choices")).json()
    kinds = {kind["kind"]: kind["verbs"] for kind in told["kinds"]}
    assert kinds["pod"] == ["get", "list", "watch", "logs"]
    assert "user" not in kinds
    assert told["scopes"] == ["org/main/cluster/local/ns/web"]
    assert (told["days"], told["most_days"]) == (90, 366)


async def test_a_rotated_token_works_for_its_overlap(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    first = await make(owner, days=10)
    old = program(console_on, first["secret"])
    assert (await old.get("/session")).status_code == 200
    second = (await owner.post(f"/tokens/{first['id']}/rotate", json={"overlap_hours": 1})).json()
    assert (second["name"], second["rights"]) == (first["name"], first["rights"])
    assert second["expires"] == pytest.approx(first["expires"], abs=300)
    assert (await old.get("/session")).status_code == 200
    assert (await program(console_on, second["secret"]).get("/session")).status_code == 200
    again = await owner.post(f"/tokens/{first['id']}/rotate", json={})
    assert again.status_code == 409
    listed = {t["id"]: t for t in (await owner.get("/tokens")).json()}
    assert listed[first["id"]]["replaced"] is not None
    assert listed[first["id"]]["expires"] < time.time() + 3700
    third = await owner.post(f"/tokens/{second['id']}/rotate", json={"overlap_hours": 0})
    assert third.status_code == 201
    assert (await program(console_on, second["secret"]).get("/session")).status_code == 401


async def test_a_revoked_token_is_over_at_once(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    made = await make(owner)
    calling = program(console_on, made["secret"])
    assert (await calling.get("/session")).status_code == 200
    assert (await owner.delete(f"/tokens/{made['id']}")).status_code == 204
    assert (await calling.get("/session")).status_code == 401
    assert (await owner.delete(f"/tokens/{made['id']}")).status_code == 404


async def test_others_tokens_are_seen_and_revoked_by_right_and_never_made(
    console: ConsoleApp,
) -> None:
    ada, eve = await console.member("ada", ("viewer", MAIN)), await console.member("eve")
    made = await make(ada)
    path = f"/tokens/{made['id']}"
    for answer in (
        await eve.get(path),
        await eve.delete(path),
        await eve.post(f"{path}/rotate", json={}),
    ):
        assert answer.status_code == 404
    owner = await console.owner()
    assert (await owner.get(path)).status_code == 200
    assert (await owner.post(f"{path}/rotate", json={})).status_code == 403
    assert (await owner.delete(path)).status_code == 204


async def test_a_token_makes_no_token(console: ConsoleApp) -> None:
    owner = await console.owner()
    made = await make(owner, rights=["token:*", "*:*"])
    calling = program(console, made["secret"])
    assert (await calling.post("/tokens", json=READ)).status_code == 403
    assert (await calling.post(f"/tokens/{made['id']}/rotate", json={})).status_code == 403
    assert (await calling.get("/tokens")).status_code == 200


async def test_the_last_use_is_told(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    made = await make(owner)
    assert (
        await program(console_on, made["secret"], "192.0.2.7").get("/session")
    ).status_code == 200
    told = (await owner.get(f"/tokens/{made['id']}")).json()
    assert told["last_address"] == "192.0.2.7"
    assert told["last_used"] == pytest.approx(time.time(), abs=120)


async def test_unknown_tokens_are_limited_by_address_and_known_ones_go_on(
    console_on: ConsoleApp,
) -> None:
    owner = await console_on.owner()
    made = await make(owner)
    stop_clocks(console_on)
    known = program(console_on, made["secret"], "198.51.100.9")
    assert (await known.get("/session")).status_code == 200
    guessing = program(console_on, make_token(), "198.51.100.9")
    seen = [(await guessing.get("/session")).status_code for _ in range(BURST + 3)]
    assert seen[:BURST] == [401] * BURST
    assert seen[BURST:] == [429] * 3
    told = await guessing.get("/session")
    assert int(told.headers["retry-after"]) >= 1
    assert (await known.get("/session")).status_code == 200
    elsewhere = program(console_on, make_token(), "198.51.100.10")
    assert (await elsewhere.get("/session")).status_code == 401


@asynccontextmanager
async def team_service(console: ConsoleApp) -> AsyncIterator[None]:
    """A service account of the team blue that views the namespace web."""
    bot = Subject(SubjectKind.SERVICE, "bot")
    async with console.state.db_sessions() as db, db.begin():
        db.add(TeamRecord(id="blue", name="blue", title="Blue"))
        db.add(ServiceRecord(id="bot", name="bot", team="blue"))
        db.add(
            BindingRecord(
                subject_kind=bot.kind,
                subject_id=bot.id,
                role_id="viewer",
                scope="/".join(WEB),
            )
        )
    yield


async def test_a_team_s_admin_looks_after_its_services_tokens(console_on: ConsoleApp) -> None:
    async with team_service(console_on):
        lead = await console_on.member("lead", ("owner", BLUE))
        refused = await lead.post("/tokens", json=READ | {"service": "bot"})
        assert refused.status_code == 403, "more than the lead holds themselves"
        both = await console_on.member("both", ("owner", BLUE), ("viewer", WEB))
        made = await make(both, service="bot")
        calling = program(console_on, made["secret"])
        assert (await calling.get("/session")).json()["login"] == "bot"
        rows = (await lead.get("/collections/tokens")).json()["rows"]
        assert [row["owner"] for row in rows] == ["bot"]
        other = await console_on.member("other", ("owner", team("main", "green")))
        assert (await other.get("/tokens", params={"service": "bot"})).status_code == 404
        assert (await other.get("/collections/tokens")).json()["total"] == 0
        assert (await other.delete(f"/tokens/{made['id']}")).status_code == 404
        assert (await lead.delete(f"/tokens/{made['id']}")).status_code == 204
        assert (await calling.get("/session")).status_code == 401
