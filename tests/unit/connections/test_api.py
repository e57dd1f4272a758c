"""Connections made in the console, end to end; no upstream."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from backend.secrets.keyring import make_key
from tests.console import ConsoleApp, running_console
from tests.unit.connections.adding import CANARY, CLUSTER, add, kubeconfig, names
from tests.waiting import until


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
    told = impact.json()  # at most the event and the problem that nothing answers there
    assert {row["collection"] for row in told["rows"]} <= {"events", "problems"}
    assert told["total"] == sum(row["rows"] for row in told["rows"])
    gone = await owner.delete("/connections/etcd/far", headers={"if-match": '"1"'})
    assert gone.status_code == 204, gone.text
    assert await names(console) == set()
    members = (await owner.get("/collections/etcd-members")).json()
    assert members["freshness"] == []


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
