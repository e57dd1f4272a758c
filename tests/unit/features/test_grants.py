"""Grants with an end and a reason: previewed, changed, and refused beyond what one holds."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import update
from sqlmodel import col

from auth.principal import CredentialKind
from auth.scope import namespace, organisation
from backend.db.rights import BindingRecord
from backend.http.sockets import SessionSockets
from backend.identity.credentials import Presented
from backend.identity.epoch import raise_epoch
from backend.live.closing import Close, CloseCode
from backend.live.connection import LiveConnection
from backend.live.hub import LiveHub
from tests.console import Caller, ConsoleApp, running_console
from tests.unit.live.browser import Browser

MAIN = organisation("main")
SHOP = "org/main/cluster/local/ns/shop"
FAR = 2e10
PASSWORD = "correct horse battery"


async def grant(caller: Caller, subject: str, role: str, scope: str = SHOP, **more: Any) -> Any:
    body = {"subject": subject, "role": role, "scope": scope, **more}
    answer = await caller.post("/bindings", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def change(caller: Caller, binding: Any, **body: Any) -> httpx2.Response:
    match = {"if-match": f'"{binding["row_version"]}"'}
    return await caller.patch(f"/bindings/{binding['id']}", json=body, headers=match)


async def test_a_role_is_given_for_a_time_and_a_reason_and_both_change(
    console_on: ConsoleApp,
) -> None:
    owner = await console_on.owner()
    await console_on.member("ada")
    end = time.time() + 3600
    made = await grant(owner, "ada", "viewer", expires=end, reason=" On call ")
    assert (made["expires"], made["reason"]) == (end, "On call")
    path = f"/bindings/{made['id']}"
    assert (await owner.patch(path, json={"reason": "x"})).status_code == 428
    longer = await change(owner, made, expires=end + 3600)
    assert longer.status_code == 200, longer.text
    assert (longer.json()["expires"], longer.json()["reason"]) == (end + 3600, "On call")
    stale = await change(owner, made, reason="Holiday")
    assert stale.status_code == 412
    assert stale.json()["current"]["row_version"] == 2
    said = await change(owner, longer.json(), reason="Holiday")
    assert (said.json()["expires"], said.json()["reason"]) == (end + 3600, "Holiday")
    assert said.headers["etag"] == '"3"'
    forever = await change(owner, said.json(), expires=None)
    assert (forever.json()["expires"], forever.json()["reason"]) == (None, "Holiday")
    entries = (await owner.get("/collections/activity", params={"limit": 100})).json()["rows"]
    assert [one["action"] for one in entries if one["action"] == "binding:update"] == [
        "binding:update"
    ] * 3


@pytest.mark.parametrize("end", ["NaN", "Infinity", "-Infinity", "1e400", "-1", "0", "1e12", '"x"'])
async def test_an_end_that_is_no_time_is_refused(console: ConsoleApp, end: str) -> None:
    """Not a number was kept as no end: what was to last an hour lasted for ever."""
    owner = await console.owner()
    await console.member("ada")
    made = await grant(owner, "ada", "viewer", expires=FAR)
    json = {"content-type": "application/json"}
    body = f'{{"subject": "ada", "role": "operator", "scope": "{SHOP}", "expires": {end}}}'
    for path in ("/bindings", "/bindings/preview"):
        refused = await owner.post(path, content=body, headers=json)
        assert refused.status_code == 422, (path, refused.text)
        assert refused.json()["errors"][0]["field"] == "expires"
    match = {"if-match": '"1"'}
    refused = await owner.patch(
        f"/bindings/{made['id']}", content=f'{{"expires": {end}}}', headers=json | match
    )
    assert refused.status_code == 422, refused.text
    rows = (await owner.get("/collections/bindings", params={"filter": "subject=ada"})).json()
    assert [row["expires"] for row in rows["rows"]] == [FAR]


async def test_a_moment_that_is_over_is_refused(console: ConsoleApp) -> None:
    owner = await console.owner()
    await console.member("ada")
    made = await grant(owner, "ada", "viewer")
    for past in (1.0, time.time() - 1):
        assert (await change(owner, made, expires=past)).status_code == 422
    assert (await change(owner, made, expires=FAR, role="owner")).status_code == 422
    assert (await change(owner, {"id": "none", "row_version": 1})).status_code == 404


async def test_nobody_lets_a_role_last_longer_than_what_they_hold(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    soon = time.time() + 3600
    await console_on.member("ada")
    near = await console_on.member("near")
    await grant(owner, "near", "owner", expires=soon)
    made = await grant(owner, "ada", "viewer", expires=soon - 60)
    within = await change(near, made, expires=soon - 30, reason="Until I leave")
    assert within.status_code == 200, within.text
    for end in (soon + 60, None):
        assert (await change(near, within.json(), expires=end)).status_code == 403
    mine = (await near.get("/collections/bindings", params={"filter": "subject=near"})).json()
    own = {"id": mine["rows"][0]["key"], "row_version": mine["rows"][0]["row_version"]}
    assert (await change(near, own, expires=None)).status_code == 403, "their own"
    # A role further than their own: they may have it end, and not have it last.
    everywhere = await grant(owner, "ada", "operator", "org/main", expires=soon)
    assert (await change(near, everywhere, reason="x")).status_code == 404
    strong = await console_on.member("strong", ("viewer", namespace("main", "local", "shop")))
    assert (await change(strong, within.json(), reason="x")).status_code == 404
    shorter = await change(near, within.json(), expires=soon - 120)
    assert shorter.status_code == 200, shorter.text


async def test_the_last_owner_gets_no_end(console: ConsoleApp) -> None:
    owner = await console.owner()
    rows = (await owner.get("/collections/bindings")).json()["rows"]
    last = {"id": rows[0]["key"], "row_version": rows[0]["row_version"]}
    assert (await change(owner, last, expires=FAR)).status_code == 409
    assert (await change(owner, last, reason="The first")).status_code == 200


async def test_what_is_over_does_not_stand_in_the_way(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    ada = await console_on.member("ada")
    first = await grant(owner, "ada", "viewer", expires=FAR)
    again = {"subject": "ada", "role": "viewer", "scope": SHOP}
    assert (await owner.post("/bindings", json=again)).status_code == 409
    async with console_on.state.db_sessions() as db, db.begin():
        await raise_epoch(db)
        ended = update(BindingRecord).where(col(BindingRecord.id) == first["id"])
        await db.execute(ended.values(expires=time.time() - 1))
    assert (await ada.get("/session")).json()["permissions"] == {}
    second = await grant(owner, "ada", "viewer")
    rows = (await owner.get("/collections/bindings", params={"filter": "subject=ada"})).json()
    assert [row["key"] for row in rows["rows"]] == [second["id"]]
    assert "pod" in (await ada.get("/session")).json()["permissions"]


async def test_a_preview_tells_what_somebody_would_get(console_on: ConsoleApp) -> None:
    owner = await console_on.owner()
    await console_on.member("ada")
    await console_on.member("bob")
    await owner.post("/teams", json={"name": "blue"})
    team = {"members": ["ada", "bob"], "scopes": [SHOP]}
    await owner.patch("/teams/blue", json=team, headers={"if-match": '"1"'})

    async def preview(caller: Caller, subject: str, role: str, scope: str, **more: Any) -> Any:
        body = {"subject": subject, "role": role, "scope": scope, **more}
        return await caller.post("/bindings/preview", json=body)

    told = (
        await preview(owner, "blue", "viewer", "org/main/team/blue", subject_kind="team")
    ).json()
    assert (told["role"], told["people"]) == ("Viewer", 2)
    assert told["scopes"] == ["org/main/team/blue", SHOP]
    assert told["gains_total"] == told["rights"] > 0
    await grant(owner, "ada", "viewer")
    again = (await preview(owner, "ada", "viewer", SHOP)).json()
    assert (again["gains"], again["people"]) == ([], 1)
    more = (await preview(owner, "ada", "operator", SHOP)).json()
    gains = {one["kind"]: one["verbs"] for one in more["gains"]}
    assert "delete" in gains["pod"]
    assert "get" not in gains["pod"], "held already"
    near = await console_on.member("near", ("owner", namespace("main", "local", "shop")))
    hidden = (await preview(near, "blue", "viewer", SHOP, subject_kind="team")).json()
    assert hidden["people"] is None, "who is in a team they do not see is not counted to them"
    assert (await preview(near, "ada", "viewer", "org/main")).status_code == 404
    assert (await preview(near, "nobody", "viewer", SHOP)).status_code == 422
    assert (await preview(owner, "ada", "nothing", SHOP)).status_code == 422
    rows = (await owner.get("/collections/bindings", params={"filter": "subject=blue"})).json()
    assert rows["total"] == 0, "nothing is granted"


async def watching(console: ConsoleApp, caller: Caller) -> tuple[LiveHub, Any]:
    token = next(iter(caller.cookies.values()))
    found = await console.state.identities.resolve(Presented(CredentialKind.SESSION, token))
    state = console.state
    hub = LiveHub(state.registry, SessionSockets(state.settings, state.identities))
    hub.patience = 600.0  # nobody answers its heartbeats here
    return hub, found


async def ended(session: LiveConnection) -> CloseCode:
    """Watch over the connection as its socket does, until it is closed; why it was."""
    with pytest.raises(Close) as closed:
        async with asyncio.timeout(60):
            await session.watch()
    return closed.value.code


async def soon_over(owner: Caller, made: Any) -> float:
    """Has it end in a moment; on a busy machine a moment may be over before it is set."""
    for seconds in (3, 9, 27):
        end = time.time() + seconds
        answer = await change(owner, made, expires=end)
        if answer.status_code == 200:
            return end
    pytest.fail(answer.text)


async def opened(tab: Browser) -> None:
    await tab.send("subscribe", id="t", collection="bindings", query={}, limit=50, offset=0)
    deadline = time.monotonic() + 60
    while not (tab.shown.get("t") and tab.shown["t"].rows):
        assert time.monotonic() < deadline, tab.frames[-3:]
        await tab.read()
        await asyncio.sleep(0.02)


async def test_an_open_stream_ends_with_the_role(console_on: ConsoleApp) -> None:
    """By itself, at the moment the role ends: nothing is changed, and nobody is told."""
    owner = await console_on.owner()
    ada = await console_on.member("ada")
    made = await grant(owner, "ada", "access-admin", "org/main", expires=FAR)
    hub, principal = await watching(console_on, ada)
    with hub.connection(principal) as session:
        tab = Browser(session)
        await opened(tab)
        end = await soon_over(owner, made)
        assert await ended(session) == CloseCode.NO_RIGHT
        assert time.time() >= end


@pytest.mark.postgres
async def test_an_end_that_is_set_here_is_felt_there(tmp_path: Path, postgres_url: str) -> None:
    """Two consoles: the one where somebody looks is not the one where the end was set."""
    for one in ("a", "b"):
        (tmp_path / one).mkdir()
    async with (
        running_console(tmp_path / "a", postgres_url) as here,
        running_console(tmp_path / "b", postgres_url) as there,
    ):
        await here.member("ada")
        owner = await here.owner()
        made = await grant(owner, "ada", "access-admin", "org/main")
        ada = there.caller()
        assert (await ada.sign_in("ada", PASSWORD)).status_code == 200
        hub, principal = await watching(there, ada)
        with hub.connection(principal) as session:
            tab = Browser(session)
            await opened(tab)
            await soon_over(owner, made)
            assert await ended(session) == CloseCode.NO_RIGHT
