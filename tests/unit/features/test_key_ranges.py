"""Ranges of keys: who holds a role at one, or whose team owns it, finds those keys and no trace of
others, however they are asked for."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth.scope import InvalidScopeError, Scope, covers, etcd, etcd_key, key_of, parse, render
from backend.features.keyvalue.collections import KEYS
from backend.features.keyvalue.project import key_row
from backend.features.keyvalue.ranges import ranges_below
from backend.live.guard import Guard
from backend.live.plan import compile_sight
from integrations.etcd.index import KeyEntry
from integrations.etcd.integration import INTEGRATION as ETCD
from tests.console import Caller, ConsoleApp
from tests.contract.etcd.recording import until
from tests.unit.features.test_teams import change, grant, made
from tests.unit.features.upstreams import connected_console

MINE = "org/main/etcd/local/key/~/shop/mine"
TREE = {
    "/shop/mine": b"1", "/shop/mine/a": b"2", "/shop/mine/deep/b": b"3",
    "/shop/mineral": b"other", "/shop/other/secret": b"other", "/top": b"other", "shop/mine": b"x",
}  # fmt: skip
OWN = ["/shop/mine", "/shop/mine/a", "/shop/mine/deep/b"]
parts = st.lists(st.sampled_from(["", "a", "ab", "~", "~a", "b"]), min_size=1, max_size=4)
keys = parts.map("/".join).filter(bool)


@given(keys)
def test_a_range_reads_back(key: str) -> None:
    scope = etcd_key("main", "local", key)
    assert key_of(scope[5:]) == key
    try:
        assert parse(render(scope)) == scope
    except InvalidScopeError:
        assert scope[5:] == ("~",), "of the root alone nobody can say whether it is a key"


@pytest.mark.parametrize("rest", ["key", "key/~", "key/~a", "key/a/~b", "key//a", "key/a/"])
def test_a_range_is_written_in_one_way(rest: str) -> None:
    with pytest.raises(InvalidScopeError):
        parse(f"org/main/etcd/local/{rest}")


@given(st.lists(keys, max_size=3), keys)
def test_lists_show_what_decisions_allow(held: list[str], key: str) -> None:
    scopes = tuple(etcd_key("main", "local", one) for one in held)
    entry = KeyEntry(key, None, 1, 1, 1, "0", 0.0)
    row = key_row("local", entry)
    shown = compile_sight(KEYS, Guard("main", scopes))([row])
    own = etcd_key("main", "local", key)
    named = [one for one in scopes if one[5:] != ("~",)]
    assert bool(shown) == any(covers(one, own) for one in named)
    assert KEYS.scopes[0](row, "main") == own


def test_what_of_a_folder_is_somebody_s() -> None:
    def below(scope: Scope, prefix: str) -> Any:
        found = ranges_below((scope,), "main", "local", prefix)
        return None if found is None else set(found)

    mine = etcd_key("main", "local", "/shop/mine")
    assert below(mine, "") == below(mine, "/") == below(mine, "/shop/") == {"/shop/mine"}
    assert below(mine, "/shop/mine/") is below(mine, "/shop/mine/deep/") is None
    assert below(mine, "/other/") == below(mine, "shop/") == set()
    assert below(etcd("main", "local"), "") is below(("org", "main"), "/shop/") is None
    assert below(etcd("main", "other"), "") == set()
    assert below((*etcd("main", "local"), "below", "it"), "") == set(), "no range of keys"


@pytest.fixture
async def console(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ConsoleApp]:
    async with connected_console(tmp_path, monkeypatch) as (running, store, _):
        for key, value in TREE.items():
            await store.put(key.encode(), value)
        upstreams = running.state.connections.upstreams
        await until(lambda: upstreams.get(ETCD, "local") is not None)
        connection = upstreams.find(ETCD, "local")
        await until(lambda: len(connection.index) == len(TREE) and connection.state is not None)
        await until(lambda: len(list(running.state.registry.get("keys"))) == len(TREE))
        yield running


@pytest.fixture
async def ada(console: ConsoleApp) -> Caller:
    """Whose team owns a range, with a role that may reveal."""
    owner, caller = await console.owner(), await console.member("ada")
    await made(owner)
    assert await grant(owner, "blue", "owner", "org/main/team/blue") == 201
    answer = await change(owner, 1, members=["ada"], scopes=[MINE])
    assert answer.status_code == 200, answer.text
    return caller


async def paths(caller: Caller, **query: Any) -> list[str]:
    answer = await caller.get("/collections/keys", params={"facet": "etcd", **query})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert body["total"] == len(body["rows"]) == sum(f["count"] for f in body["facets"]["etcd"])
    return sorted(row["path"] for row in body["rows"])


async def test_lists_search_and_files(console: ConsoleApp, ada: Caller) -> None:
    assert await paths(ada) == OWN
    assert await paths(ada, q="secret") == await paths(ada, filter="path=/top") == []
    for form in ("csv", "jsonl"):
        file = (await ada.get("/collections/keys", params={"format": form})).text
        assert ("mine/a" in file, "mineral" in file, "secret" in file) == (True, False, False)
    found = (await ada.get("/search", params={"q": "shop"})).json()["results"]
    assert {hit["label"] for hit in found if hit["collection"] == "keys"} <= set(OWN)
    owner = await console.owner()
    assert await paths(owner) == sorted(TREE)
    assert await paths(owner, team="blue") == OWN
    assert (await ada.get("/collections/keys/local:/shop/mine/a")).status_code == 200
    for other in ("/shop/mineral", "/top", "shop/mine"):
        assert (await ada.get(f"/collections/keys/local:{other}")).status_code == 404
    assert (await ada.get("/etcd/local")).status_code == 404, "the members are not of the range"
    assert (await ada.post("/etcd/local/comparison")).status_code == 404


async def test_one_key_however_it_is_written(ada: Caller) -> None:
    def ways(key: str) -> list[str]:
        encoded = base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")
        return [key, f"base64url:{encoded}", key.replace("/", "\\x2f"), key.replace("s", "\\x73")]

    for key in (*OWN, "/shop/mineral", "/shop/other/secret", "/top", "shop/mine", "/none"):
        for text in ways(key):
            expected = 200 if key in OWN else 404
            read = await ada.get("/etcd/local/value", params={"key": text})
            assert read.status_code == expected, (text, read.text)
            body = {"key": text}
            assert (await ada.post("/etcd/local/value/reveal", json=body)).status_code == expected
            asked = {"key": [text, "/shop/mine/a", "/top"]}
            told = (await ada.get("/etcd/local/previews", params=asked)).json()
            assert {one["path"] for one in told} == {key, "/shop/mine/a"} & set(OWN), text
            alone = await ada.get("/etcd/local/previews", params={"key": text})
            assert alone.status_code == expected
    activity = await ada.get("/collections/activity", params={"filter": "action=key:reveal"})
    assert {row["scope"] for row in activity.json()["rows"] if row["outcome"] == "success"} == {
        render(etcd_key("main", "local", key)) for key in OWN
    }


async def test_folders_lead_to_what_is_theirs_and_count_nothing_else(
    console: ConsoleApp, ada: Caller
) -> None:
    async def folder(caller: Caller, prefix: str, **more: Any) -> list[tuple[str, str, int]]:
        asked = {"prefix": prefix, **more}
        answer = await caller.get("/etcd/local/folders", params=asked)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["keys"] == sum(item["keys"] for item in body["items"])
        return [(item["kind"], item["path"], item["keys"]) for item in body["items"]]

    assert await folder(ada, "") == [("folder", "/", 3)]
    assert await folder(ada, "/") == [("folder", "/shop/", 3)]
    both = [("key", "/shop/mine", 1), ("folder", "/shop/mine/", 2)]
    assert await folder(ada, "/shop/") == both
    assert await folder(ada, "/shop/mine/") == [
        ("key", "/shop/mine/a", 1),
        ("folder", "/shop/mine/deep/", 1),
    ]
    first = (await ada.get("/etcd/local/folders", params={"prefix": "/shop/", "limit": 1})).json()
    rest = {"prefix": "/shop/", "limit": 1, "cursor": first["next"]}
    second = (await ada.get("/etcd/local/folders", params=rest)).json()
    assert [*first["items"], *second["items"]] == (
        await ada.get("/etcd/local/folders", params={"prefix": "/shop/"})
    ).json()["items"]
    assert second["next"] is None
    for other in ("/shop/other/", "shop/", "/none/", "/shop", "/shop/mineral/"):
        answer = await ada.get("/etcd/local/folders", params={"prefix": other})
        assert answer.status_code == 404, other
    owner = await console.owner()
    assert await folder(owner, "/shop/", team="blue") == both
    assert len(await folder(owner, "/shop/")) > 2


async def test_nothing_of_it_is_left_when_the_team_owns_it_no_longer(
    console: ConsoleApp, ada: Caller
) -> None:
    owner = await console.owner()
    other = "org/main/etcd/local/key/shop/mine"
    assert (await change(owner, 2, scopes=[other])).status_code == 200
    assert await paths(ada) == ["shop/mine"]
    assert (await ada.get("/etcd/local/value", params={"key": OWN[0]})).status_code == 404
    for wrong in ("org/main/etcd/local/key/~", "org/main/etcd/local/key"):
        assert (await change(owner, 3, scopes=[wrong])).status_code == 422
    assert (await change(owner, 3, scopes=[])).status_code == 200
    assert (await ada.get("/etcd/local/folders")).status_code == 404
    nobody = await ada.get("/collections/keys")
    assert nobody.status_code == 403 or nobody.json()["rows"] == []


async def test_who_holds_a_range_gives_no_more_than_that(console: ConsoleApp) -> None:
    lead = await console.member("lead", ("owner", parse(MINE)))
    await console.member("eve")
    for scope, expected in (
        (MINE, 201), (f"{MINE}/deep", 201),
        ("org/main/etcd/local", 404), ("org/main/etcd/local/key/~/shop", 404),
        ("org/main/etcd/local/key/~/shop/mineral", 404),
    ):  # fmt: skip
        body = {"subject": "eve", "role": "viewer", "scope": scope}
        assert (await lead.post("/bindings", json=body)).status_code == expected, scope
