"""`instances`: machines found by index, counted by the tally, bounded otherwise."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from backend.omaha.lists import machine_plan, machine_source
from backend.omaha.store.tables import CounterRecord, InstanceRecord, TallyRecord
from tests.console import Caller, ConsoleApp
from tests.integration.updates.test_collections import catalogue

STATUSES = {1: "undefined", 3: "error", 4: "complete", 8: "on_hold"}
COUNT = 60


@pytest.fixture
async def owner(console_on: ConsoleApp) -> Caller:
    return await console_on.owner()


@pytest.fixture
async def estate(owner: Caller, console_on: ConsoleApp) -> dict[str, Any]:
    """Two applications with a group each, sixty machines, every twentieth hidden."""
    one = await catalogue(owner)
    two = await catalogue(owner, "Agent", "{aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee}")
    machines = [
        InstanceRecord(
            application_id=made["app"]["id"], group_id=made["group"]["id"],
            machine_id=f"{number * 7 % COUNT:032x}", name=f"Node-{number:02d}",
            ip=f"10.0.0.{number}", release=f"4459.2.{number % 3}", arch=1 + number % 2,
            status=(1, 3, 4, 8)[number % 4], reason=number % 5, oem=f"oem{number % 5}",
            status_at=number, created_at=number, last_seen=1000.0 + number,
            hidden=number % 20 == 19,
        )
        for number in range(COUNT)
        for made in ((one, two)[number % 2],)
    ]  # fmt: skip
    tally = Counter((m.group_id, m.release, m.status) for m in machines if not m.hidden)
    async with console_on.state.db_sessions() as session, session.begin():
        session.add_all(machines)
        for (group, release, status), number in tally.items():
            session.add(
                TallyRecord(group_id=group, release=release, status=status, machines=number)
            )
        for made in (one, two):
            # The service may make it at the same moment.
            on_postgres = session.get_bind().dialect.name == "postgresql"
            insert = postgresql.insert if on_postgres else sqlite.insert
            counter = insert(CounterRecord).values(
                CounterRecord(group_id=made["group"]["id"]).model_dump()
            )
            await session.execute(counter.on_conflict_do_nothing())
    return {"one": one, "two": two}


async def ask(caller: Caller, *filters: str, **more: Any) -> dict[str, Any]:
    params = {"filter": list(filters), "limit": 1000, **more}
    answer = await caller.get("/collections/instances", params=params)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def expected(console: ConsoleApp, passes: Any) -> list[str]:
    async with console.state.db_sessions() as session:
        found = (await session.scalars(select(InstanceRecord))).all()
    return [str(row.id) for row in sorted(found, key=lambda r: r.machine_id) if passes(row)]


CASES = {
    "": lambda _: True,
    "status=error": lambda r: r.status == 3,
    "status in (error,complete)": lambda r: r.status in {3, 4},
    "status!=error": lambda r: r.status != 3,
    "status~comp": lambda r: r.status == 4,
    "release=4459.2.1": lambda r: r.release == "4459.2.1",
    "release^=4459.2": lambda _: True,
    "arch=aarch64": lambda r: r.arch == 2,
    "reason=no_package": lambda r: r.reason == 2,
    "oem=oem3": lambda r: r.oem == "oem3",
    "group=Production": lambda _: True,
    "application=Agent": lambda r: int(r.name[5:]) % 2 == 1,
    "target=4593.2.5": lambda _: True,
    "channel!=stable": lambda _: False,
    "name^=Node-1": lambda r: r.name.startswith("Node-1"),
    "machine_id=" + f"{7:032x}": lambda r: r.machine_id == f"{7:032x}",
    "seen>1030": lambda r: r.last_seen > 1030,
    "created<=10": lambda r: r.created_at <= 10,
    "status=nothing": lambda _: False,
}


@pytest.mark.parametrize("scan", [None, 7], ids=["few", "many"])
async def test_every_filter_finds_what_it_says(
    owner: Caller, console_on: ConsoleApp, estate: Any, monkeypatch: Any, scan: int | None
) -> None:
    if scan is not None:
        # As among millions: nothing may be looked at one by one, and a page's end is a window's.
        monkeypatch.setattr(machine_plan, "FEW", 0)
        monkeypatch.setattr(machine_plan, "SCAN", scan)
        monkeypatch.setattr(machine_source, "SCAN", scan)
    for wanted, passes in CASES.items():
        keys, cursor, pages = [], "", 0
        while cursor is not None:
            more = {"cursor": cursor} if cursor else {}
            page = await ask(owner, *filter(None, [wanted]), limit=9, **more)
            keys += [row["key"] for row in page["rows"]]
            cursor, pages = page["next"], pages + 1
            assert pages < 60
        right = await expected(console_on, lambda r, p=passes: not r.hidden and p(r))
        assert keys == right, wanted
        if page["total_exact"]:
            assert page["total"] == len(right), wanted


async def test_totals_and_facets_are_the_tallys(owner: Caller, estate: Any) -> None:
    page = await ask(owner, "status=error", facet=["status", "release", "application"])
    assert (page["total"], page["total_exact"]) == (15, True)
    statuses = {f["value"]: f["count"] for f in page["facets"]["status"]}
    assert set(statuses) == set(STATUSES.values())
    assert sum(statuses.values()) == COUNT - 3
    assert sum(f["count"] for f in page["facets"]["release"]) == page["total"]
    assert {f["value"] for f in page["facets"]["application"]} == {"Agent"}


async def test_hidden_machines_are_shown_when_asked_for(owner: Caller, estate: Any) -> None:
    assert (await ask(owner))["total"] == COUNT - 3
    hidden = await ask(owner, "hidden=true")
    assert [row["hidden"] for row in hidden["rows"]] == [True] * 3
    assert hidden["total"] == 3


async def test_free_text_finds_beginnings(owner: Caller, estate: Any) -> None:
    for text, number in (("node-1", 9), ("NODE-1", 9), ("10.0.0.1", 10), (f"{7:032x}", 1)):
        found = await ask(owner, q=text)
        assert (text, len(found["rows"]), found["total"]) == (text, number, number)
    assert (await ask(owner, q="zzz"))["rows"] == []


@pytest.mark.parametrize("sort", ["name", "-name", "ip", "-machine_id"])
async def test_sorted_by_what_an_index_holds(owner: Caller, estate: Any, sort: str) -> None:
    column = sort.removeprefix("-")
    keys, cursor = [], ""
    while cursor is not None:
        page = await ask(owner, sort=sort, limit=10, **({"cursor": cursor} if cursor else {}))
        keys += [row[column] for row in page["rows"]]
        cursor = page["next"]
    assert keys == sorted(keys, reverse=sort.startswith("-"))
    assert len(keys) == COUNT - 3
    refused = await owner.get("/collections/instances", params={"sort": "seen"})
    assert refused.status_code == 422


async def test_rights_reach_to_the_group(
    owner: Caller, console_on: ConsoleApp, estate: Any
) -> None:
    two = estate["two"]
    scope = ("org", "main", "updates", str(two["app"]["id"]), "group", str(two["group"]["id"]))
    member = await console_on.member("two", ("viewer", scope))
    page = await ask(member)
    assert {row["application"] for row in page["rows"]} == {"Agent"}
    assert page["total"] == len(page["rows"])
    other = (await ask(owner, "application=Flatcar"))["rows"][0]["key"]
    assert (await member.get(f"/collections/instances/{other}")).status_code == 404
    own = page["rows"][0]["key"]
    assert (await member.get(f"/collections/instances/{own}")).json()["row"]["key"] == own
    assert (await owner.get("/collections/instances/nonsense")).status_code == 404
