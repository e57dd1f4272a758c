"""Every list narrowed to what a team owns: fewer rows of one's own rights, and never another."""

from __future__ import annotations

import asyncio
import csv
import io
import time
from pathlib import Path
from typing import Any

import pytest

from auth.principal import CredentialKind
from auth.scope import namespace, organisation, team
from backend.features.events.rows import EventRow
from backend.http.sockets import SessionSockets
from backend.identity.credentials import Presented
from backend.live import search
from backend.live.hub import LiveHub
from tests.console import Caller, ConsoleApp, running_console
from tests.unit.features.test_teams import SHOP, change, made
from tests.unit.features.test_tokens import make, program
from tests.unit.live.browser import Browser

MAIN = organisation("main")
WEB = "org/main/cluster/local/ns/web"
BLUE, GREEN = {"team": "blue"}, {"team": "green"}


def event(number: int, where: str) -> EventRow:
    now = time.time()
    return EventRow(
        object_group="",
        key=f"e{number}",
        source="kubernetes",
        origin="local",
        cluster="local",
        namespace=where,
        place=where,
        severity="warning",
        reason="BackOff",
        object_kind="Pod",
        object_name=f"web-{number}",
        message="",
        count=1,
        first=now,
        last=now,
        reporter="",
    )


@pytest.fixture
async def owner(console_on: ConsoleApp) -> Caller:
    """Two teams, blue of the namespace shop, green of nothing yet; events in two namespaces."""
    source: Any = console_on.state.registry.get("events")
    for number, where in enumerate(("shop", "shop", "web")):
        source.put(event(number, where))
    caller = await console_on.owner()
    for name in ("blue", "green"):
        await made(caller, name)
    assert (await change(caller, 1, scopes=[SHOP])).status_code == 200
    return caller


async def places(caller: Caller, **query: Any) -> list[str]:
    answer = await caller.get("/collections/events", params=query)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["rows"])
    return sorted(row["namespace"] for row in body["rows"])


async def refused(caller: Caller, path: str, name: str) -> dict[str, Any]:
    answer = await caller.get(path, params={"team": name})
    assert answer.status_code == 404, answer.text
    body: dict[str, Any] = answer.json()
    assert body["detail"] == f"There is no team {name!r}, or you may not see it."
    return body


async def test_rows_totals_facets_and_files(owner: Caller) -> None:
    assert await places(owner) == ["shop", "shop", "web"]
    assert await places(owner, **BLUE) == ["shop", "shop"]
    assert await places(owner, **BLUE, filter="namespace=web") == []
    assert await places(owner, **GREEN) == []
    facet = (await owner.get("/collections/events", params=BLUE | {"facet": "reason"})).json()
    assert facet["facets"]["reason"] == [{"value": "BackOff", "count": 2}]
    for form in ("csv", "jsonl"):
        file = await owner.get("/collections/events", params=BLUE | {"format": form})
        assert (file.text.count("web-0"), file.text.count("web-2")) == (1, 0)
    table = await owner.get("/collections/events", params=GREEN | {"format": "csv"})
    assert len(list(csv.reader(io.StringIO(table.text)))) == 1, "the header alone"
    activity = await owner.get("/collections/activity", params={"filter": "action=event:export"})
    assert "owned by blue" in activity.text


async def test_what_else_a_page_asks_for(owner: Caller) -> None:
    async def bars(**query: Any) -> int:
        return sum((await owner.get("/events/density", params=query)).json()["warning"])

    assert (await bars(), await bars(**BLUE), await bars(**GREEN)) == (3, 2, 0)

    async def recent(**query: Any) -> int:
        return len((await owner.get("/overview", params=query)).json()["recent"])

    assert (await recent(), await recent(**BLUE), await recent(**GREEN)) == (3, 2, 0)
    own = (await owner.get("/collections/teams", params=BLUE)).json()
    assert [row["name"] for row in own["rows"]] == ["blue"], "what lies at the team itself"
    found = (await owner.get("/search", params=BLUE | {"q": "green"})).json()["results"]
    assert [hit for hit in found if hit["collection"] == "teams"] == []


async def test_it_narrows_and_never_widens(console_on: ConsoleApp, owner: Caller) -> None:
    web = await console_on.member("web", ("viewer", namespace("main", "local", "web")))
    version = 2
    for scopes in ([SHOP], [WEB], ["org/main/cluster/local"], [SHOP, WEB]):
        answer = await change(owner, version, scopes=scopes, members=["web"])
        version = answer.json()["row_version"]
        expected = [] if scopes == [SHOP] else ["web"]
        assert await places(web, **BLUE) == expected
    nobody = await console_on.member("nobody")
    assert (await nobody.get("/collections/events", params=BLUE)).status_code == 403


async def test_who_may_choose_which_team(console_on: ConsoleApp, owner: Caller) -> None:
    viewer = await console_on.member("viewer", ("viewer", MAIN))
    lead = await console_on.member("lead", ("viewer", MAIN), ("owner", team("main", "green")))

    async def offered(caller: Caller) -> list[tuple[str, int]]:
        return [(one["name"], one["owns"]) for one in (await caller.get("/teams")).json()]

    assert await offered(owner) == [("blue", 1), ("green", 0)]
    assert await offered(viewer) == []
    assert await offered(lead) == [("green", 0)]
    for path in ("/collections/events", "/overview", "/search", "/events/density"):
        hidden = await refused(viewer, path, "blue")
        missing = await refused(viewer, path, "red")
        assert hidden | {"detail": "", "team": ""} == missing | {"detail": "", "team": ""}
    await refused(owner, "/collections/events", "red")
    assert (await change(owner, 2, members=["viewer"])).status_code == 200
    assert await offered(viewer) == [("blue", 1)]
    assert await places(viewer, **BLUE) == ["shop", "shop"]
    token = program(console_on, (await make(viewer, name="all", rights=["*:list"]))["secret"])
    assert await places(token) == ["shop", "shop", "web"]
    assert await offered(token) == []
    await refused(token, "/collections/events", "blue")


async def test_an_open_table_follows_what_the_team_owns(
    console_on: ConsoleApp, owner: Caller
) -> None:
    state = console_on.state
    cookie = next(iter(owner.cookies.values()))
    principal = await state.identities.resolve(Presented(CredentialKind.SESSION, cookie))
    assert principal is not None
    hub = LiveHub(state.registry, SessionSockets(state.settings, state.identities))
    with hub.connection(principal) as session:
        tab = Browser(session)
        query = {"team": "blue", "facet": ["reason"]}
        await tab.send("subscribe", id="t", collection="events", query=query)
        await tab.send("subscribe", id="none", collection="events", query={"team": "red"})

        def shown() -> list[str]:
            return sorted(row["namespace"] for row in tab.shown["t"].rows)

        async def until(what: Any) -> None:
            deadline = time.monotonic() + 60
            while not what():
                assert time.monotonic() < deadline, tab.frames[-3:]
                await session.recheck()
                await tab.read()
                await asyncio.sleep(0.02)

        await until(lambda: "t" in tab.shown and shown() == ["shop", "shop"])
        assert tab.shown["none"].error is not None
        assert tab.shown["none"].error["status"] == 404
        assert (await change(owner, 2, scopes=[WEB])).status_code == 200
        await until(lambda: shown() == ["web"])
        assert (tab.shown["t"].total, tab.shown["t"].facets["reason"][0]["count"]) == (1, 1)
        assert (await change(owner, 3, scopes=[])).status_code == 200
        await until(lambda: shown() == [])
        assert tab.shown["t"].error is None, "an empty table, and no refusal"
        assert (await change(owner, 4, scopes=[SHOP, WEB])).status_code == 200
        await until(lambda: shown() == ["shop", "shop", "web"])
        assert (await owner.delete("/teams/blue")).status_code == 204
        await until(lambda: tab.shown["t"].error is not None)
        assert tab.shown["t"].error["status"] == 404


async def test_a_search_that_is_late_ends_before_the_console_closes_its_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slow(*_: object) -> tuple[list[object], bool]:
        await asyncio.sleep(0.5)
        return [], True

    monkeypatch.setattr(search, "_hits", slow)
    async with running_console(tmp_path) as console:
        owner = await console.owner()
        answer = await owner.get("/search", params={"q": "a"})
        assert answer.json()["partial"]
        here = console.state.registry
        late = [task for source in here for task in search._under_way.get(source, ())]
        assert any(not task.done() for task in late)
    assert all(task.done() for task in late)
