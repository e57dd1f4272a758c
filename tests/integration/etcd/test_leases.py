"""Leases of a real etcd: what goes with them is told as far as it is one's own, and guarded."""

from __future__ import annotations

import json

import httpx2
import pytest

from auth import scope
from tests.integration.etcd.keybench import NAME, KeyBench
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

LEASES = f"/etcd/{NAME}/leases"


async def granted(store: KeyBench, ttl: int = 600) -> str:
    answer = await store.owner.post(LEASES, json={"ttl": ttl})
    assert answer.status_code == 201, answer.text
    assert answer.json()["left"] == ttl
    return answer.json()["id"]


async def attach(store: KeyBench, lease: str, *keys: bytes) -> None:
    for key in keys:
        await store.put(key, b"x", str(int(lease, 16)))


async def revoke(
    store: KeyBench, lease: str, version: str | None, caller: httpx2.AsyncClient | None = None
) -> httpx2.Response:
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return await (caller or store.owner).post(f"{LEASES}/{lease}/revoke", headers=headers)


async def read(store: KeyBench, lease: str, caller: httpx2.AsyncClient | None = None):
    answer = await (caller or store.owner).get(f"{LEASES}/{lease}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_lease_is_granted_listed_kept_alive_and_revoked_with_its_keys(bench):
    store = await bench()
    lease = await granted(store, 600)
    await attach(store, lease, b"/leased/a", b"/leased/b")
    page = (await store.owner.get(LEASES)).json()
    assert page["total"] == 1
    told = page["items"][0]
    assert (told["id"], told["granted"], told["keys"]) == (lease, 600, ["/leased/a", "/leased/b"])
    assert 0 < told["left"] <= 600

    async def older() -> bool:
        return (await read(store, lease))["left"] < 599

    await until(older)
    kept = await store.owner.post(f"{LEASES}/{lease}/keep-alive")
    assert (kept.status_code, kept.json()["left"]) == (200, 600)
    assert (await read(store, lease))["left"] >= 590
    assert (await revoke(store, lease, None)).status_code == 428
    done = await revoke(store, lease, told["version"])
    assert (done.status_code, done.json()["gone"]) == (200, 2), done.text
    assert (await store.cluster.ctl("get", "/leased/", "--prefix", "--keys-only")).split() == []
    assert (await store.owner.get(f"{LEASES}/{lease}")).status_code == 404
    assert (await store.owner.post(f"{LEASES}/{lease}/keep-alive")).status_code == 404
    rows = (await store.owner.get("/collections/activity?limit=50&sort=-at")).json()["rows"]
    done = [row["action"] for row in rows if row["outcome"] == "success"]
    assert {"key:grant-lease", "key:keep-lease", "key:revoke-lease"} <= set(done)
    assert json.loads(next(r for r in rows if r["action"] == "key:revoke-lease")["change"] or "{}")


async def test_a_key_attached_since_the_preview_is_not_taken_along(bench):
    store = await bench()
    lease = await granted(store)
    await attach(store, lease, b"/leased/a")
    seen = await read(store, lease)
    await attach(store, lease, b"/leased/theirs")
    refused = await revoke(store, lease, seen["version"])
    assert refused.status_code == 412
    assert refused.json()["current"]["keys"] == ["/leased/a", "/leased/theirs"]
    assert "theirs" in await store.cluster.ctl("get", "/leased/", "--prefix", "--keys-only")


async def test_of_others_keys_only_the_number_is_told_and_they_are_not_taken(bench):
    store = await bench()
    mixed, foreign, own = [await granted(store) for _ in range(3)]
    await attach(store, mixed, b"/team/a", b"/others/secret-name")
    await attach(store, foreign, b"/others/b")
    await attach(store, own, b"/team/c")
    where = scope.etcd_key("main", NAME, "/team")
    writer = await store.console.member("writer", ("operator", where))
    page = (await writer.get(LEASES)).json()
    assert {one["id"] for one in page["items"]} == {mixed, own}
    assert page["total"] == 2
    assert "/others" not in json.dumps(page)
    told = {one["id"]: one for one in page["items"]}
    assert (told[mixed]["keys"], told[mixed]["others"]) == (["/team/a"], 1)
    whys = {offer["id"]: offer["why"] for offer in told[mixed]["offers"]}
    assert whys["revoke"] == "Your roles here lack the right key:delete on 1 of its keys."
    for action in ("keep-alive", "revoke"):
        refused = await writer.post(
            f"{LEASES}/{mixed}/{action}", headers={"If-Match": f'"{told[mixed]["version"]}"'}
        )
        assert refused.status_code == 403, (action, refused.text)
        hidden = await writer.post(f"{LEASES}/{foreign}/{action}", headers={"If-Match": '"x"'})
        assert hidden.status_code == 404
    assert (await revoke(store, own, told[own]["version"], writer)).status_code == 200
    left = await store.cluster.ctl("get", "/", "--prefix", "--keys-only")
    assert sorted(left.split()) == ["/others/b", "/others/secret-name", "/team/a"]


async def test_kubernetes_leases_and_a_closed_store_are_only_read(bench):
    store = await bench()
    lease = await granted(store)
    await attach(store, lease, b"/registry/events/default/a")
    seen = await read(store, lease)
    assert "Kubernetes' own" in seen["offers"][1]["why"]
    assert (await revoke(store, lease, seen["version"])).status_code == 409
    assert (await store.owner.post(f"{LEASES}/{lease}/keep-alive")).status_code == 409
    assert (await store.change(changes="forbidden")).status_code == 200
    assert (await store.owner.post(LEASES, json={"ttl": 60})).status_code == 409
    assert not (await store.owner.get(LEASES)).json()["offers"][0]["allowed"]
    for ttl in (0, -1, 10**10):
        assert (await store.owner.post(LEASES, json={"ttl": ttl})).status_code == 422
