"""Connections made in the console: rights, rules, secrets at rest, concurrency; no upstream."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from auth.scope import cluster, organisation
from backend.connections.table import TABLE, ConnectionRow
from backend.db.engine import create_engine
from backend.errors import PreconditionFailed
from backend.features.connections.service import ConnectionService
from backend.secrets.keyring import make_key, parse_ring
from backend.secrets.store import Secrets, UnknownKeys
from tests.console import ConsoleApp, running_console
from tests.waiting import until

CANARY = "canary-secret-7f3a"
ETCD = {
    "kind": "etcd",
    "name": "far",
    "way": "endpoints",
    "values": {"endpoints": ["https://etcd.invalid:2379"], "username": "u", "password": CANARY},
    "untested": True,
}


@pytest.fixture
async def console(tmp_path: Path, database_url: str) -> Any:
    shared = "" if database_url.startswith("sqlite") else database_url
    async with running_console(tmp_path, shared, secrets_keys=make_key("first")) as running:
        yield running


async def add(console: ConsoleApp, **changes: Any) -> httpx2.Response:
    owner = await console.owner()
    return await owner.post("/connections", json={**ETCD, **changes})


async def names(console: ConsoleApp) -> set[str]:
    owner = await console.owner()
    rows = (await owner.get("/collections/connections")).json()["rows"]
    return {row["key"] for row in rows}


async def test_added_it_is_watched_at_once_and_removed_it_leaves_every_page(
    console: ConsoleApp,
) -> None:
    made = await add(console)
    assert made.status_code == 201, made.text
    assert made.headers["etag"] == '"1"'
    assert made.json()["origin"] == "console"
    assert await names(console) == {"etcd/far"}
    owner = await console.owner()
    members = (await owner.get("/collections/etcd-members")).json()
    assert [f["source"] for f in members["freshness"]] == ["etcd/far/members"]
    impact = await owner.get("/connections/etcd/far/impact")
    told = impact.json()  # at most the event that nothing answers there
    assert {row["collection"] for row in told["rows"]} <= {"events"}
    assert told["total"] == sum(row["rows"] for row in told["rows"])
    gone = await owner.delete("/connections/etcd/far", headers={"if-match": '"1"'})
    assert gone.status_code == 204, gone.text
    assert await names(console) == set()
    members = (await owner.get("/collections/etcd-members")).json()
    assert members["freshness"] == []


async def test_secrets_go_in_and_never_come_out(console: ConsoleApp, database_url: str) -> None:
    made = await add(console)
    assert set(made.json()["secrets"]) == {"password"}
    owner = await console.owner()
    said = [made.text]
    for path in ("etcd/far", "etcd/far/diagnostics"):
        answer = await owner.get(f"/connections/{path}")
        assert answer.status_code == 200, answer.text
        said.append(answer.text)
    said.append((await owner.get("/collections/connections")).text)
    said.append((await owner.get("/collections/activity")).text)
    assert all(CANARY not in text for text in said)
    assert '"password":"(withheld)"' in said[2].replace(" ", "")
    running = console.state.connections.find("etcd", "far").record.settings
    assert running.password.get_secret_value() == CANARY
    assert CANARY not in repr(running)
    assert CANARY not in await dump(database_url, console)


async def dump(database_url: str, console: ConsoleApp) -> str:
    """The whole database as text: of SQLite its file with its journal too."""
    if database_url.startswith("sqlite"):
        home = console.state.settings.home
        with sqlite3.connect(home / "craton.db") as db:
            text = "\n".join(db.iterdump())
        files = b"".join(file.read_bytes() for file in home.glob("craton.db*"))
        return text + files.decode("latin-1")
    engine = create_engine(database_url)
    async with engine.connect() as connection:
        found = await connection.execute(
            sa.text("SELECT table_name FROM information_schema.tables WHERE table_schema='public'")
        )
        text = ""
        for (table,) in found.all():
            content = await connection.execute(sa.text(f'SELECT t::text FROM "{table}" t'))
            text += "\n".join(row[0] for row in content)
    await engine.dispose()
    assert "sealed" not in text or "v1.first." in text
    return text


async def test_a_secret_left_out_stays_and_an_empty_one_goes(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()

    def password() -> str:
        settings = console.state.connections.find("etcd", "far").record.settings
        return settings.password.get_secret_value()

    url = "/connections/etcd/far?untested=true"
    same = {"endpoints": ["https://etcd.invalid:2379"], "username": "v"}
    answer = await owner.put(
        url, json={"way": "endpoints", "values": same}, headers={"if-match": '"1"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"2"'
    assert password() == CANARY
    none = {"endpoints": ["https://etcd.invalid:2379"], "password": ""}
    answer = await owner.put(
        url, json={"way": "endpoints", "values": none}, headers={"if-match": '"2"'}
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["secrets"] == {}
    assert password() == ""


async def test_a_stored_secret_is_not_sent_to_an_address_typed_now(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()
    elsewhere = {"endpoints": ["https://mine.invalid:2379"], "username": "u"}
    draft = {"way": "endpoints", "values": elsewhere}
    for answer in (
        await owner.post("/connections/test", json={"kind": "etcd", "name": "far", **draft}),
        await owner.put(
            "/connections/etcd/far?untested=true", json=draft, headers={"if-match": '"1"'}
        ),
    ):
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error == {
            "field": "password",
            "message": "Endpoints changed: type the secret again",
        }


CLUSTER = {
    "kind": "kubernetes",
    "name": "c1",
    "way": "token",
    "values": {"server": "https://c1.invalid:6443", "token": CANARY},
}


def kubeconfig(user: dict[str, Any], **more: Any) -> str:
    document = {
        "current-context": "a",
        "contexts": [{"name": name, "context": {"cluster": "c", "user": "u"}} for name in "ab"],
        "clusters": [{"name": "c", "cluster": {"server": "https://k.invalid:6443"}}],
        "users": [{"name": "u", "user": user}],
    }
    return json.dumps({**document, **more})


async def test_the_consoles_own_account_is_not_the_systems_owners_to_give(
    console: ConsoleApp,
) -> None:
    assert (await add(console, **CLUSTER)).status_code == 201
    hers = await console.member("ada", ("owner", cluster("main", "c1")))
    url, seen = "/connections/kubernetes/c1?untested=true", {"headers": {"if-match": '"1"'}}
    own = {"way": "in-cluster", "values": {}}
    refused = await hers.put(url, json=own, **seen)
    assert refused.status_code == 403, refused.text
    assert refused.json()["needs"] == {"kind": "connection-settings", "verb": "create"}
    assert refused.json()["errors"][0]["field"] == "way"
    tried = await (await console.owner()).put(url, json=own, **seen)
    assert "not a pod" in tried.json()["detail"], "the organisation's owner may; here is none"
    values = {**CLUSTER["values"], "token": "another"}
    answer = await hers.put(url, json={"way": "token", "values": values}, **seen)
    assert answer.status_code == 200, answer.text


async def test_a_limit_is_changed_only_by_who_may_connect_and_with_the_secret(
    console: ConsoleApp,
) -> None:
    limited = {**ETCD["values"], "prefix": "/a/"}
    assert (await add(console, values=limited)).status_code == 201
    hers = await console.member("ada", ("owner", ("org", "main", "etcd", "far")))
    url, seen = "/connections/etcd/far?untested=true", {"headers": {"if-match": '"1"'}}
    wide = {"way": "endpoints", "values": ETCD["values"]}
    refused = await hers.put(url, json=wide, **seen)
    assert refused.status_code == 403, refused.text
    assert refused.json()["errors"][0]["field"] == "prefix"
    owner = await console.owner()
    without = {key: value for key, value in ETCD["values"].items() if key != "password"}
    kept = await owner.put(url, json={"way": "endpoints", "values": without}, **seen)
    assert kept.status_code == 422, kept.text
    assert "Prefix changed" in kept.json()["errors"][0]["message"]
    assert (await owner.put(url, json=wide, **seen)).status_code == 200


async def test_another_context_asks_for_the_kubeconfig_again(console: ConsoleApp) -> None:
    values = {"kubeconfig_data": kubeconfig({"token": CANARY}), "context": "a"}
    made = await add(console, **{**CLUSTER, "way": "kubeconfig", "values": values})
    assert made.status_code == 201, made.text
    owner = await console.owner()
    answer = await owner.put(
        "/connections/kubernetes/c1?untested=true",
        json={"way": "kubeconfig", "values": {"context": "b"}},
        headers={"if-match": '"1"'},
    )
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error == {
        "field": "kubeconfig_data",
        "message": "Context changed: type the secret again",
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda service, db, row: service.switch(db, row, "b", off=False),
        lambda service, db, row: service.delete(db, row),
    ],
    ids=["switch", "delete"],
)
async def test_of_two_changes_of_one_version_the_second_is_refused(
    console: ConsoleApp, change: Callable[..., Any]
) -> None:
    await add(console)
    db_sessions, secrets = console.state.db_sessions, console.state.secrets
    service = ConnectionService(
        console.state.settings, db_sessions, secrets, console.state.connections
    )
    async with db_sessions() as first, db_sessions() as other:
        seen = await service.row(other, "etcd", "far")
        await other.commit()
        await service.switch(first, await service.row(first, "etcd", "far"), "a", off=True)
        await first.commit()
        with pytest.raises(PreconditionFailed):
            await change(service, other, seen)
        await other.commit()
        now = await service.row(first, "etcd", "far")
        await first.refresh(now)
        assert (now.row_version, now.disabled, now.changed_by) == (2, True, "a")
        assert await secrets.states(first, TABLE, now.id)
        await service.delete(first, now)
        await first.commit()
        with pytest.raises(PreconditionFailed):
            await service.delete(other, seen)
        assert await other.get(ConnectionRow, now.id, populate_existing=True) is None


async def test_changes_at_once_are_one_change(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()
    seen = {"headers": {"if-match": '"1"'}}
    answers = await asyncio.gather(
        *(owner.patch("/connections/etcd/far", json={"disabled": True}, **seen) for _ in range(3)),
        owner.delete("/connections/etcd/far", **seen),
    )
    codes = sorted(answer.status_code for answer in answers)
    assert codes[0] in {200, 204}
    assert set(codes[1:]) <= {404, 412}, codes


async def test_changes_name_the_version_they_saw(console: ConsoleApp) -> None:
    await add(console)
    owner = await console.owner()
    off = {"disabled": True}
    assert (await owner.patch("/connections/etcd/far", json=off)).status_code == 428
    done = await owner.patch("/connections/etcd/far", json=off, headers={"if-match": '"1"'})
    assert done.json()["status"] == "Switched off"
    stale = await owner.patch("/connections/etcd/far", json=off, headers={"if-match": '"1"'})
    assert stale.status_code == 412
    assert stale.json()["current"]["row_version"] == 2
    members = (await owner.get("/collections/etcd-members")).json()
    assert members["freshness"] == []
    again = await owner.patch(
        "/connections/etcd/far", json={"disabled": False}, headers={"if-match": '"2"'}
    )
    assert again.json()["status"] != "Switched off"


async def test_two_of_the_same_name_are_refused_also_at_once(console: ConsoleApp) -> None:
    owner = await console.owner()
    answers = await asyncio.gather(*(owner.post("/connections", json=ETCD) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    (error,) = refused.json()["errors"]
    assert error["field"] == "name"


async def test_several_of_a_kind_stand_side_by_side(console: ConsoleApp) -> None:
    await add(console)
    other = {"endpoints": ["https://other.invalid:2379"]}
    assert (await add(console, name="near", values=other)).status_code == 201
    owner = await console.owner()
    keys = (await owner.get("/collections/keys")).json()
    assert {f["source"] for f in keys["freshness"]} == {"etcd/far/keys", "etcd/near/keys"}


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"name": "-no-"}, "name", "use letters, digits"),
        ({"name": "", "values": {}}, "name", "needed"),
        ({"kind": "nothing"}, "kind", "no such system"),
        ({"way": "nothing"}, "way", "no such way"),
        ({"values": {}}, "endpoints", "needed"),
        ({"values": {"endpoints": ["https://a:1"], "ca": "/etc/passwd"}}, "ca", "no such field"),
        ({"values": {"endpoints": "https://a:1"}}, "endpoints", "list"),
        ({"values": {"endpoints": ["ftp://a:1"]}}, "endpoints", "URL scheme"),
        ({"values": {"endpoints": ["http://plain.invalid:1"]}}, "endpoints", "HTTP_HOSTS"),
        ({"values": {"endpoints": ["https://a:1/v3?x"]}}, "endpoints", "no path"),
        ({"values": {"endpoints": ["https://a:1"], "password": "x"}}, "", "both username"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field(
    tmp_path: Path, changes: dict[str, Any], field: str, words: str
) -> None:
    async with running_console(tmp_path) as console:
        answer = await add(console, **changes)
        assert answer.status_code == 422, answer.text
        assert CANARY not in answer.text
        error = answer.json()["errors"][0]
        assert error["field"] == field
        assert words in error["message"]


@pytest.mark.parametrize(
    ("way", "values", "field", "words"),
    [
        ("token", {**CLUSTER["values"], "token": "tok\u00e9n"}, "token", "visible ASCII"),
        ("kubeconfig", {"kubeconfig_data": kubeconfig({"token": "\u00e9"})}, "", "visible ASCII"),
        ("kubeconfig", {"kubeconfig_data": kubeconfig({"as": "\u00e9"})}, "", "visible ASCII"),
        ("kubeconfig", {"kubeconfig_data": kubeconfig({}, clusters=5)}, "", "clusters is not a"),
        ("kubeconfig", {"kubeconfig_data": kubeconfig({}, users=True)}, "", "users is not a list"),
        ("kubeconfig", {"kubeconfig_data": kubeconfig({"as-groups": 5})}, "", "not a list"),
    ],
)
async def test_what_no_header_can_carry_is_said_at_its_field(
    tmp_path: Path, way: str, values: dict[str, Any], field: str, words: str
) -> None:
    async with running_console(tmp_path) as console:
        answer = await add(console, **{**CLUSTER, "way": way, "values": values})
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == (field or "kubeconfig_data")
        assert words in error["message"]


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:1",
        "https://localhost:1",
        "https://10.1.2.3:1",
        "https://192.168.1.1:1",
        "https://[::1]:1",
        "https://169.254.169.254:1",
        "https://[::ffff:169.254.169.254]:1",
        "https://[64:ff9b::7f00:1]:1",
        "https://0.0.0.0:1",
    ],
)
async def test_private_addresses_are_not_allowed_by_being_typed(
    tmp_path: Path, address: str
) -> None:
    async with running_console(tmp_path) as console:
        values = {"endpoints": [address]}
        answer = await add(console, values=values, untested=False)
        assert answer.status_code == 422, answer.text
        (error,) = answer.json()["errors"]
        assert error["field"] == "endpoints"
        assert "leads to" in error["message"]


async def test_the_console_itself_is_no_system(tmp_path: Path) -> None:
    networks = ["127.0.0.0/8"]
    async with running_console(tmp_path, port=8080, connection_networks=networks) as console:
        answer = await add(console, values={"endpoints": ["https://127.0.0.1:8080"]})
        assert "console itself" in answer.json()["errors"][0]["message"]


async def test_an_uploaded_kubeconfig_runs_no_program_and_names_no_file(tmp_path: Path) -> None:
    def config(user: dict[str, Any], server: str = "https://k.invalid:6443") -> str:
        return json.dumps(
            {
                "current-context": "b",
                "contexts": [
                    {"name": "a", "context": {"cluster": "none", "user": "u"}},
                    {"name": "b", "context": {"cluster": "c", "user": "u"}},
                ],
                "clusters": [{"name": "c", "cluster": {"server": server}}],
                "users": [{"name": "u", "user": user}],
            }
        )

    program = {"exec": {"command": "/bin/sh", "apiVersion": "client.authentication.k8s.io/v1"}}
    async with running_console(tmp_path) as console:
        owner = await console.owner()
        for user, words in (
            (program, "runs a program"),
            ({"tokenFile": "/etc/shadow"}, "names the file /etc/shadow"),
            ({"client-certificate": "/etc/x"}, "names the file /etc/x"),
        ):
            draft = {"kind": "kubernetes", "name": "k", "way": "kubeconfig", "untested": True}
            values = {"kubeconfig_data": config(user)}
            answer = await owner.post("/connections", json={**draft, "values": values})
            assert answer.status_code == 422, answer.text
            (error,) = answer.json()["errors"]
            assert error["field"] == "kubeconfig_data"
            assert words in error["message"]
        asked = {"kind": "kubernetes", "field": "context"}
        values = {"kubeconfig_data": config({"token": CANARY})}
        found = await owner.post("/connections/choices", json={**asked, "values": values})
        assert [choice["value"] for choice in found.json()] == ["b", "a"]
        assert "no cluster" in found.json()[1]["against"]
        values = {"kubeconfig_data": config({"token": CANARY}, "http://k.invalid")}
        answer = await owner.post("/connections", json={**draft, "values": values})
        assert "CRATON_CONNECTION_HTTP_HOSTS" in answer.json()["errors"][0]["message"]


async def test_who_sees_what(console: ConsoleApp) -> None:
    await add(console)
    operator = await console.member("op", ("operator", organisation("main")))
    viewer = await console.member("team", ("viewer", cluster("main", "elsewhere")))
    assert (await operator.get("/collections/connections")).json()["total"] == 1
    for method, path in (
        ("get", "/connections/etcd/far"),
        ("get", "/connections/etcd/far/impact"),
        ("get", "/connections/etcd/far/diagnostics"),
        ("delete", "/connections/etcd/far"),
        ("get", "/connections/kinds"),
    ):
        answer = await getattr(operator, method)(path)
        assert answer.status_code == 404, (path, answer.text)
    assert (await operator.post("/connections", json=ETCD)).status_code == 404
    assert (await viewer.get("/collections/connections")).json()["total"] == 0
    for path in ("/connections/etcd/far", "/connections/etcd/none"):
        answer = await viewer.get(path)
        assert answer.status_code == 404
        assert answer.json()["detail"] == "There is no such connection, or you may not see it."


async def test_declared_ones_can_be_changed_only_where_they_are_declared(tmp_path: Path) -> None:
    record = {"name": "fixed", "endpoints": ["https://etcd.invalid:2379"]}
    async with running_console(tmp_path, etcd=[record]) as console:
        owner = await console.owner()
        await until(lambda: console.state.connections.find("etcd", "fixed"))
        shown = (await owner.get("/connections/etcd/fixed")).json()
        assert (shown["origin"], shown["editable"], shown["row_version"]) == (
            "configuration",
            False,
            0,
        )
        answer = await owner.delete("/connections/etcd/fixed", headers={"if-match": '"0"'})
        assert answer.status_code == 409
        assert "only there" in answer.json()["detail"]
        taken = await add(console, name="fixed")
        assert taken.status_code == 409


async def test_another_key_ring_does_not_start_on_this_database(tmp_path: Path) -> None:
    async with running_console(tmp_path, secrets_keys=make_key("first")) as console:
        assert (await add(console)).status_code == 201
    with pytest.raises(UnknownKeys, match="'first'"):
        async with running_console(tmp_path, secrets_keys=make_key("second")):
            pass


async def test_rotation_leaves_every_secret_as_it_is(tmp_path: Path, database_url: str) -> None:
    shared = "" if database_url.startswith("sqlite") else database_url
    first, second = make_key("first"), make_key("second")
    async with running_console(tmp_path, shared, secrets_keys=first) as console:
        for number in range(5):
            assert (await add(console, name=f"n{number}")).status_code == 201
    engine = create_engine(shared or f"sqlite+aiosqlite:///{tmp_path / 'craton.db'}")
    secrets, left = Secrets(parse_ring(f"{second}\n{first}")), []
    for _ in range(3):
        async with AsyncSession(engine) as db, db.begin():
            left.append(await secrets.rotate(db, limit=2))
    await engine.dispose()
    assert left == [3, 1, 0]
    async with running_console(tmp_path, shared, secrets_keys=second) as console:
        await until(lambda: console.state.connections.find("etcd", "n4"))
        for declared in console.state.connections.declared():
            assert declared.record.settings.password.get_secret_value() == CANARY


async def test_a_new_active_key_takes_over_by_a_job(tmp_path: Path) -> None:
    first, second = make_key("first"), make_key("second")
    async with running_console(tmp_path, secrets_keys=first) as console:
        assert (await add(console)).status_code == 201
    async with running_console(tmp_path, secrets_keys=f"{second}\n{first}") as console:

        async def rotated() -> bool:
            async with console.state.db_sessions() as db:
                return not await console.state.secrets.outdated(db)

        await until(rotated, 30.0)


async def test_without_a_key_ring_on_a_shared_database_secrets_are_refused(
    tmp_path: Path, postgres_url: str
) -> None:
    async with running_console(tmp_path, postgres_url) as console:
        answer = await add(console)
        assert answer.status_code == 503
        assert "CRATON_SECRETS_KEY_FILE" in answer.json()["detail"]
        assert await names(console) == set()


async def test_a_second_replica_follows(tmp_path: Path, postgres_url: str) -> None:
    key = make_key("first")
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    async with (
        running_console(tmp_path / "a", postgres_url, secrets_keys=key) as first,
        running_console(tmp_path / "b", postgres_url, secrets_keys=key, owner=False) as second,
    ):
        await add(first)
        await until(lambda: second.state.connections.find("etcd", "far"))
        running = second.state.connections.find("etcd", "far").record.settings
        assert running.password.get_secret_value() == CANARY
        owner = await first.owner()
        await owner.delete("/connections/etcd/far", headers={"if-match": '"1"'})
        await until(lambda: second.state.connections.find("etcd", "far") is None)
