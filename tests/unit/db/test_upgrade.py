"""A database of an earlier release, with people in it, comes through the upgrade."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from backend.db.engine import create_engine
from backend.db.migrate import upgrade
from backend.db.naming import CONVENTION


def named(connection: sa.Connection) -> dict[str, list[str | None]]:
    """The names of every constraint, by table."""
    inspector = sa.inspect(connection)
    return {
        table: [
            *(unique["name"] for unique in inspector.get_unique_constraints(table)),
            *(key["name"] for key in inspector.get_foreign_keys(table)),
        ]
        for table in inspector.get_table_names()
    }


async def rows(connection: Any, statement: str) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in await connection.execute(sa.text(statement))]


@pytest.fixture
async def old(empty_database_url: str):
    """A database at revision 0002 with two people, their bindings and a session."""
    engine = create_engine(empty_database_url)
    await upgrade(engine, "0002")
    async with engine.begin() as db:
        for login in ("ada", "eve"):
            await db.execute(
                sa.text(
                    "INSERT INTO user_account (id, login, name, disabled, created, row_version)"
                    f" VALUES ('id-{login}', '{login}', '{login}', false, 5, 3)"
                )
            )
        for number, (login, role, scope) in enumerate(
            [("ada", "owner", "org/main"), ("eve", "viewer", "org/main/cluster/c1")]
        ):
            await db.execute(
                sa.text(
                    "INSERT INTO role_binding (id, user_id, login, role, scope, created,"
                    f" created_by) VALUES ('b{number}', 'id-{login}', '{login}', '{role}',"
                    f" '{scope}', 7, 'setup')"
                )
            )
        await db.execute(
            sa.text(
                "INSERT INTO user_session (id, user_id, created, last_seen, expires, address,"
                " agent) VALUES ('s', 'id-ada', 1, 2, 3, '', '')"
            )
        )
        await db.execute(
            sa.text(
                "INSERT INTO omaha_application (id, appid, name, description, created_at,"
                " updated_at, version) VALUES (7, 'x', 'y', '', 0, 0, 1)"
            )
        )
        await db.execute(
            sa.text(
                "INSERT INTO omaha_group (id, application_id, name, description, track, arch,"
                " policy, created_at, updated_at, version)"
                " VALUES (9, 7, 'g', '', 'stable', 1, '{}', 0, 0, 1)"
            )
        )
    yield engine
    await engine.dispose()


async def test_people_keep_what_they_hold(old: Any) -> None:
    await upgrade(old)
    async with old.connect() as db:
        users = await rows(db, "SELECT id, login, row_version FROM user_account ORDER BY id")
        assert users == [("id-ada", "ada", 3), ("id-eve", "eve", 3)]
        bindings = "SELECT id, subject_kind, subject_id, role_id, scope, expires, created,"
        assert await rows(db, f"{bindings} created_by FROM role_binding ORDER BY id") == [
            ("b0", "user", "id-ada", "owner", "org/main", None, 7.0, "setup"),
            ("b1", "user", "id-eve", "viewer", "org/main/cluster/c1", None, 7.0, "setup"),
        ]
        sessions = "SELECT id, user_id, expires, method, strong_at FROM user_session"
        assert await rows(db, sessions) == [("s", "id-ada", 3.0, "password", None)]
        assert await rows(db, "SELECT id FROM omaha_group") == [(9,)]


async def test_every_constraint_has_the_name_of_the_convention(old: Any) -> None:
    await upgrade(old)
    async with old.connect() as db:
        found = await db.run_sync(named)
    assert len(found) > 15
    for table, names in found.items():
        for name in names:
            assert name is not None, table
            assert not name.endswith(("_key", "_fkey", "_pkey")), name
    assert "uq_user_account_login" in found["user_account"]
    assert "fk_user_session_user_id_user_account" in found["user_session"]
    assert set(CONVENTION) == {"ix", "uq", "ck", "fk", "pk"}


async def test_references_hold_after_the_upgrade(old: Any) -> None:
    await upgrade(old)
    async with old.connect() as db:
        with pytest.raises(sa.exc.IntegrityError):
            await db.execute(
                sa.text("INSERT INTO user_group VALUES ('nobody', 'p', 'g', 1, false)")
            )
        await db.rollback()
        await db.execute(sa.text("DELETE FROM user_account WHERE id = 'id-ada'"))
        assert await rows(db, "SELECT id FROM user_session") == []
        await db.commit()


async def test_what_people_did_to_updates_moves_to_the_one_record(empty_database_url: str) -> None:
    engine = create_engine(empty_database_url)
    await upgrade(engine, "0010")
    event = (
        "INSERT INTO omaha_activity (at, kind, severity, application_id, group_id, channel_id,"
        " machine_id, release, detail) VALUES (:at, :kind, 2, :app, :group, :channel, :m, :r, :d)"
    )
    audited = (
        "INSERT INTO audit_entry (key, at, organisation, actor, subject_kind, subject_id,"
        " credential_kind, credential_id, address, request, action, decision, binding, outcome,"
        " target_kind, target_id, target, scope, detail, change, times, previous_hash, hash)"
        " VALUES ('k', 200, 'main', 'ada', 'user', 'u', '', '', '', '', 'update-group:set-policy',"
        " 'allowed', '', 'success', 'update-group', '9', 'g', 'org/main/updates/7/group/9', '',"
        " '', 1, '', '')"
    )
    blank = {"app": None, "group": None, "channel": None, "m": "", "r": "", "d": ""}
    async with engine.begin() as db:
        for given in (
            {"at": 100, "kind": 6, "app": 7, "channel": 3, "r": "1.2.3", "d": "repointed"},
            {"at": 201, "kind": 12, "app": 7, "group": 9, "d": "has an entry already"},
            {"at": 300, "kind": 7, "group": 9, "app": 7, "d": "too many fail"},
            {"at": 400, "kind": 5, "group": 9, "app": 7, "m": "abc", "d": "the fleet's own"},
        ):
            await db.execute(sa.text(event), blank | given)
        await db.execute(sa.text(audited))
    await upgrade(engine)
    async with engine.connect() as db:
        entries = await rows(
            db, "SELECT at, actor, action, target_id, scope, detail FROM audit_entry ORDER BY at"
        )
        events = await rows(db, "SELECT at, kind, machine_id FROM omaha_event")
    await engine.dispose()
    nobody = "(not recorded)"
    assert entries == [
        (100, nobody, "update-channel:update", "3", "org/main/updates/7", "repointed"),
        (200, "ada", "update-group:set-policy", "9", "org/main/updates/7/group/9", ""),
        (300, nobody, "update-group:pause", "9", "org/main/updates/7/group/9", "too many fail"),
    ]
    assert events == [(400, 5, "abc")]
