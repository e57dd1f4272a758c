"""etcd's own users and roles, read through the console."""

from __future__ import annotations

import json

import pytest

from auth import scope
from tests.integration.etcd.keybench import NAME

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def test_users_and_roles_are_told_with_what_they_may(bench):
    store = await bench()
    none = (await store.owner.get(f"/etcd/{NAME}/access")).json()
    assert (none["enabled"], none["users"], none["roles"]) == (False, [], [])
    for argv in (
        ("role", "add", "mixed"),
        ("role", "grant-permission", "mixed", "readwrite", "/app/", "--prefix=true"),
        ("role", "grant-permission", "mixed", "read", "/one"),
        ("role", "grant-permission", "mixed", "write", "/a", "/c"),
        ("role", "grant-permission", "mixed", "read", "", "--prefix=true"),
        ("user", "add", "writer:writing-password"),
        ("user", "grant-role", "writer", "mixed"),
        ("user", "add", "idle:idle-password"),
    ):
        await store.cluster.ctl(*argv)
    await store.cluster.allow("viewer", "reading", "/")
    changed = await store.change(username="root", password="root-password")
    assert changed.status_code == 200, changed.text
    told = (await store.owner.get(f"/etcd/{NAME}/access")).json()
    assert (told["enabled"], told["denied"]) == (True, "")
    users = {user["name"]: user["roles"] for user in told["users"]}
    assert users == {"idle": [], "root": ["root"], "viewer": ["reader"], "writer": ["mixed"]}
    roles = {role["name"]: role for role in told["roles"]}
    assert [name for name, role in roles.items() if role["everything"]] == ["root"]
    grants = {(g["may"], g["what"], g["key"]) for g in roles["mixed"]["grants"]}
    assert ("read and write", "prefix", "/app/") in grants
    assert ("read", "key", "/one") in grants
    assert ("write", "range", "/a") in grants
    assert any(what == "all" for _, what, _ in grants)
    assert "password" not in json.dumps(told)


async def test_who_may_not_ask_is_told_so(bench):
    store = await bench()
    await store.cluster.allow("viewer", "reading", "/")
    assert (await store.change(username="viewer", password="reading")).status_code == 200
    told = await store.owner.get(f"/etcd/{NAME}/access")
    assert told.status_code == 200, told.text
    assert told.json()["enabled"] is None
    assert "permission denied" in told.json()["denied"]
    where = scope.etcd_key("main", NAME, "/team")
    reader = await store.console.member("reader", ("viewer", where))
    assert (await reader.get(f"/etcd/{NAME}/access")).status_code == 404
