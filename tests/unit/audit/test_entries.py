"""Entries: what they hold, who sees them, that they are never changed, and what was kept."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from auth.scope import namespace, organisation
from backend.db.audit import AuditEntry
from backend.db.engine import create_db_sessions, create_engine
from backend.db.migrate import upgrade
from backend.features.activity.collections import ACTIVITY, activity_source
from backend.live.guard import guard_of
from backend.live.parse import parse_query
from tests.console import ConsoleApp
from tests.people import holding, principal
from tests.roles import OWNER

MAIN = organisation("main")


async def test_entries_are_never_changed(database_url: str) -> None:
    engine = create_engine(database_url)
    await upgrade(engine)
    async with create_db_sessions(engine)() as db, db.begin():
        db.add(AuditEntry.at_now("main", actor="ada", action="user:create"))
    with pytest.raises(DBAPIError, match="never changed"):
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE audit_entry SET actor = 'eve'"))
    await engine.dispose()


async def test_what_was_recorded_before_is_kept(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    await upgrade(engine, "0002")
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "INSERT INTO activity (key, at, actor, action, outcome, target_kind, target,"
                " detail, address, request) VALUES ('k1', 12.5, 'ada', 'session.open', 'refused',"
                " 'session', 'ada', 'why', '192.0.2.1', 'r1')"
            )
        )
    await upgrade(engine)
    async with create_db_sessions(engine)() as db:
        kept = await db.get(AuditEntry, "k1")
    await engine.dispose()
    assert kept is not None
    assert (kept.at, kept.actor, kept.action) == (12.5, "ada", "session:open")
    assert (kept.decision, kept.outcome, kept.scope) == ("denied", "refused", "org/main")
    assert (kept.detail, kept.address, kept.request) == ("why", "192.0.2.1", "r1")


async def test_entries_of_before_are_found_by_their_values(empty_database_url: str) -> None:
    """Revision 0040 notes what the record has already; nothing of it gets a place anew."""
    engine = create_engine(empty_database_url)
    await upgrade(engine, "0039")
    db_sessions = create_db_sessions(engine)
    async with db_sessions() as db, db.begin():
        for n, target in enumerate(["Größe_1", "größe%", "x" * 500]):
            db.add(AuditEntry.at_now("main", actor="ada", target=target, detail=str(n)))
    async with engine.begin() as connection:
        await connection.execute(text("DELETE FROM audit_pending"))
    await upgrade(engine)
    source = activity_source(db_sessions, "main")
    guard = guard_of(principal(holding((OWNER, MAIN))), ACTIVITY)
    for q, expected in {
        "ße": {"0", "1"}, "ADA": {"0", "1", "2"}, "ada größe": {"0", "1"}, "_": {"0"},
        "ada ße%": {"1"}, "xx": {"2"}, "ö": {"0", "1"}, "nobody": set(),
    }.items():  # fmt: skip
        query = parse_query(ACTIVITY, filters=[], labels="", q=q, sort=[], facets=[])
        page = await source.page(query, guard, limit=9, after=None, now=0.0)
        assert {row.detail for row in page.rows} == expected, q
    await engine.dispose()


async def test_a_change_names_subject_credential_address_request_and_binding(
    console_on: ConsoleApp,
) -> None:
    await console_on.member("ada", ("viewer", MAIN))
    owner = await console_on.owner()
    rows = (
        await owner.get("/collections/activity", params={"filter": "action=user:create"})
    ).json()
    made = next(row for row in rows["rows"] if row["target"] == "ada")
    async with console_on.state.db_sessions() as db:
        entry = await db.get(AuditEntry, made["key"])
    assert entry is not None
    assert (entry.actor, entry.subject_kind, entry.credential_kind) == ("owner", "user", "session")
    assert entry.subject_id
    assert entry.credential_id
    assert entry.address == "127.0.0.1"
    assert entry.request
    assert entry.binding
    assert (entry.decision, entry.outcome) == ("allowed", "success")
    assert "correct horse" not in str(entry.model_dump())


async def test_a_refused_change_is_recorded(console_on: ConsoleApp) -> None:
    ada = await console_on.member("ada", ("viewer", MAIN))
    assert (await ada.delete("/users/nobody")).status_code == 404
    owner = await console_on.owner()
    asked = {"filter": ["actor=ada", "outcome=refused"]}
    (row,) = (await owner.get("/collections/activity", params=asked)).json()["rows"]
    assert (row["action"], row["decision"]) == ("user:delete", "denied")
    assert row["request"]


async def test_a_team_sees_its_own_entries_and_no_others(console_on: ConsoleApp) -> None:
    web = namespace("main", "local", "web")
    await console_on.member("bob", ("viewer", web), ("viewer", namespace("main", "local", "webb")))
    ada = await console_on.member("ada", ("owner", web))
    answer = (await ada.get("/collections/activity", params={"facet": "scope"})).json()
    assert {row["scope"] for row in answer["rows"]} == {"org/main/cluster/local/ns/web"}
    assert answer["total"] == len(answer["rows"]) == 2
    assert [f["value"] for f in answer["facets"]["scope"]] == ["org/main/cluster/local/ns/web"]
    owner = await console_on.owner()
    everything = (await owner.get("/collections/activity")).json()["rows"]
    other = next(row for row in everything if row["scope"].endswith("webb"))
    assert (await ada.get(f"/collections/activity/{other['key']}")).status_code == 404
