"""Keys of a real etcd that are gone: when they went, what they held, and how they come back."""

from __future__ import annotations

import json

import httpx2
import pytest

from auth import scope
from integrations.etcd.client import EtcdClient
from integrations.etcd.deleted import MOST_GONE, Gone, find_deletion
from integrations.etcd.transport import Gateway
from tests.integration.etcd.keybench import NAME, KeyBench, fresh
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def past(store: KeyBench, key: str, caller=None) -> httpx2.Response:
    return await (caller or store.owner).get(f"/etcd/{NAME}/key/history", params={"key": key})


async def delete(cluster, key: str) -> int:
    """The revision it went at."""
    return int(json.loads(await cluster.ctl("del", key, "-w", "json"))["header"]["revision"])


async def seen(store: KeyBench, key: str) -> dict:
    """Its past, once the watch told that it went."""

    async def told() -> bool:
        answer = await past(store, key)
        return answer.status_code == 200 and bool((answer.json()["gone"] or {}).get("seen"))

    await until(told)
    return (await past(store, key)).json()


async def test_a_key_that_went_tells_when_and_what_it_held_and_comes_back(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"one")
    await store.put(key.encode(), b"two")
    assert (await past(store, key)).json()["gone"] is None
    at = await delete(store.cluster, key)
    told = await seen(store, key)
    assert (told["gone"]["revision"], told["gone"]["held"]) == (at, True)
    assert [item["version"] for item in told["items"]] == [2, 1]
    assert (told["begins"], told["next"]) == (True, None)
    last = told["items"][0]["revision"]
    held = await store.owner.get(f"/etcd/{NAME}/key", params={"key": key, "revision": last})
    assert held.json()["text"] == "two"
    # Only while there is none.
    await store.put(key.encode(), b"theirs")
    refused = await store.ask("restore", key, version="0", revision=last)
    assert (refused.status_code, refused.json()["current"]["text"]) == (412, "theirs")
    assert await store.value(key) == b"theirs"
    again = await delete(store.cluster, key)
    told = await seen(store, key)
    assert told["gone"]["revision"] == again
    await store.act("restore", key, version="0", revision=last)
    assert await store.value(key) == b"two"
    assert (await past(store, key)).json()["gone"] is None
    where = scope.etcd_key("main", NAME, "/elsewhere")
    stranger = await store.console.member("stranger", ("operator", where))
    await delete(store.cluster, key)
    assert (await past(store, key, stranger)).status_code == 404


async def test_after_a_compaction_it_is_said_that_nothing_is_held(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"one")
    revision = (await past(store, key)).json()["items"][0]["revision"]
    at = await delete(store.cluster, key)
    await seen(store, key)
    await store.put(b"/elsewhere", b"x")
    await store.cluster.compact()
    told = (await past(store, key)).json()
    assert (told["gone"]["revision"], told["gone"]["held"], told["items"]) == (at, False, [])
    assert told["compacted"]
    lost = await store.ask("restore", key, version="0", revision=revision)
    assert lost.status_code == 409
    assert "compacted" in lost.json()["detail"]
    never = await past(store, fresh())
    assert (never.status_code, never.json()["type"]) == (404, "urn:craton:problem:not-found")


async def test_one_that_the_watch_did_not_see_go_is_looked_for(real):
    cluster = await real(size=1)
    await cluster.put(b"/first", b"x")
    await cluster.put(b"/gone", b"one")
    await cluster.put(b"/gone", b"two")
    for number in range(10):
        await cluster.put(b"/other/%d" % number, b"x")
    at = await delete(cluster, "/gone")
    for number in range(40):
        await cluster.put(b"/other/%d" % number, b"x")
    gateway = Gateway(cluster.settings())
    client = EtcdClient(gateway)
    try:
        found = await find_deletion(client, b"/gone", None)
        assert found is not None
        assert (found.revision, found.certain) == (at, False)
        assert found.last is not None
        assert found.last.value == b"two"
        assert await find_deletion(client, b"/never", None) is None
        assert await find_deletion(client, b"/first", None) is None, "it is there"
        await cluster.ctl("compact", str(at - 1))
        kept = await find_deletion(client, b"/gone", None)
        assert kept is not None
        assert kept.revision == at
        await cluster.ctl("compact", str(at))
        assert await find_deletion(client, b"/gone", None) is None
        assert await find_deletion(client, b"/never", None) is None
    finally:
        await gateway.aclose()


def test_what_went_is_remembered_within_bounds():
    gone = Gone()
    for number in range(MOST_GONE + 2):
        gone.note(f"/{number}", number, 1.0)
    assert gone.find("/0") is None
    assert gone.find("/1") is None
    assert gone.find("/2") is not None
    gone.forget("/2")
    assert gone.find("/2") is None
    gone.clear()
    assert gone.find("/5") is None
