"""Which leases of a real etcd a key may be attached to, and a write that a full store refuses."""

from __future__ import annotations

import json

import pytest

from auth import scope
from tests.integration.etcd.keybench import NAME, KeyBench, fresh
from tests.integration.etcd.test_leases import LEASES, attach, granted

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def lease_of(store: KeyBench, key: str) -> str:
    told = json.loads(await store.cluster.ctl("get", key, "-w", "json"))
    return f"{int(told['kvs'][0].get('lease', 0)):x}"


async def test_a_key_goes_on_ones_own_leases_and_on_no_other(bench):
    store = await bench()
    mixed, foreign, own, empty = [await granted(store) for _ in range(4)]
    await attach(store, mixed, b"/team/a", b"/others/secret-name")
    await attach(store, foreign, b"/others/b")
    await attach(store, own, b"/team/c")
    where = scope.etcd_key("main", NAME, "/team")
    writer = await store.console.member("writer", ("operator", where))
    told = {one["id"]: one["offers"] for one in (await writer.get(LEASES)).json()["items"]}
    may = {
        lease: offer["allowed"]
        for lease, offers in told.items()
        for offer in offers
        if offer["id"] == "attach"
    }
    assert may == {mixed: False, own: True, empty: True}
    key = fresh("/team")
    for lease, said in (
        (mixed, "Your roles here lack the right key:update on 1 of its keys."),
        (foreign, "That lease is not there (any more)"),
        ("dead", "That lease is not there (any more)"),
    ):
        refused = await store.ask("create", key, value="x", lease=lease, caller=writer)
        assert (refused.status_code, said in refused.json()["detail"]) == (409, True), refused.text
        assert "secret-name" not in refused.text
    for lease in (own, empty):
        made = await store.act("create", key, value="x", lease=lease, caller=writer)
        assert await lease_of(store, key) == lease
        await store.act("delete", key, version=made["version"], caller=writer)
    made = await store.act("create", key, value="x", caller=writer)
    moved = {"version": made["version"], "value": "y", "keep_lease": False, "caller": writer}
    assert (await store.ask("edit", key, lease=mixed, **moved)).status_code == 409
    assert await store.value(key) == b"x"
    # A lease that is not to be taken is not asked about.
    kept = await store.ask("edit", key, lease=mixed, **{**moved, "keep_lease": True})
    assert kept.status_code == 200, kept.text
    last = {**moved, "version": kept.json()["version"]}
    assert (await store.ask("edit", key, lease=own, **last)).status_code == 200
    assert await lease_of(store, key) == own


async def test_a_full_store_says_which_runbook_frees_it_to_who_may_read_that(bench):
    store = await bench(args=("--quota-backend-bytes=2000000",))
    key = "/team/before"
    await store.put(key.encode(), b"old")
    writer = await store.console.member(
        "writer", ("operator", scope.etcd_key("main", NAME, "/team"))
    )
    seen = await store.state(key)

    async def fill() -> None:
        for number in range(400):
            await store.cluster.put(b"/fill/%d" % number, b"x" * 100_000)

    with pytest.raises(RuntimeError, match="database space exceeded"):
        await fill()
    refused = await store.ask("edit", key, version=seen["version"], value="new")
    assert refused.status_code == 409, refused.text
    assert refused.json()["guide"] == f"/key-value/{NAME}/runbooks/nospace"
    assert "nothing was changed" in refused.json()["detail"]
    runbook = await store.owner.get(f"/etcd/{NAME}/runbooks/nospace")
    assert runbook.status_code == 200, "what it leads to is there"
    lease = await store.owner.post(LEASES, json={"ttl": 60})
    assert (lease.status_code, lease.json().get("guide")) == (409, refused.json()["guide"])
    other = await store.ask("edit", key, version=seen["version"], value="new", caller=writer)
    assert (other.status_code, "guide" in other.json()) == (409, False), other.text
    assert "who maintains the store" in other.json()["detail"]
    assert await store.value(key) == b"old"
