"""Folders of a real etcd deleted as a whole, and what keys held before."""

from __future__ import annotations

import json

import pytest

from auth import scope
from tests.integration.etcd.keybench import NAME, KeyBench, fresh

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def preview(store: KeyBench, prefix: str, caller=None):
    return await (caller or store.owner).get(f"/etcd/{NAME}/folder", params={"prefix": prefix})


async def remove(store: KeyBench, prefix: str, version: str | None, caller=None):
    headers = {} if version is None else {"If-Match": f'"{version}"'}
    return await (caller or store.owner).post(
        f"/etcd/{NAME}/folder/delete", json={"prefix": prefix}, headers=headers
    )


async def keys(store: KeyBench) -> list[str]:
    return (await store.cluster.ctl("get", "", "--from-key", "--keys-only")).split()


async def test_a_folder_goes_as_it_was_counted_and_nothing_beside_it(bench):
    store = await bench()
    for number in range(30):
        await store.put(b"/gone/%02d" % number, b"x")
    for key in (b"/gone", b"/gonefar/a", b"/gond"):
        await store.put(key, b"x")
    seen = (await preview(store, "/gone/")).json()
    assert (seen["count"], len(seen["sample"]), seen["allowed"]) == (30, 20, True)
    assert (await remove(store, "/gone/", None)).status_code == 428
    done = await remove(store, "/gone/", seen["version"])
    assert done.status_code == 200, done.text
    assert done.json()["deleted"] == 30
    assert await keys(store) == ["/gond", "/gone", "/gonefar/a"]
    entries = await store.entries("/gone/")
    assert [row["outcome"] for row in entries] == ["success", "begun"]
    assert json.loads(entries[0]["change"]) == {"deleted": 30}
    assert entries[0]["detail"] == "30 keys below /gone/"


@pytest.mark.parametrize("how", ["another value", "another key"])
async def test_a_folder_that_was_written_to_since_is_left_whole(bench, how):
    store = await bench()
    await store.put(b"/gone/a", b"x")
    seen = (await preview(store, "/gone/")).json()
    await store.put(b"/gone/a" if how == "another value" else b"/gone/b", b"theirs")
    refused = await remove(store, "/gone/", seen["version"])
    assert refused.status_code == 412
    assert "nothing was deleted" in refused.json()["detail"]
    now = refused.json()["current"]
    assert "/gone/a" in await keys(store)
    assert [row["outcome"] for row in await store.entries("/gone/")] == ["failed", "begun"]
    # A key elsewhere, or one that went, is no reason.
    await store.put(b"/elsewhere", b"x")
    await store.cluster.delete(b"/gone/b")
    assert (await remove(store, "/gone/", now["version"])).status_code == 200
    assert await keys(store) == ["/elsewhere"]


async def test_folders_that_hold_kubernetes_keys_stay(bench):
    store = await bench(kubernetes_prefix="/k8s/registry/")
    await store.put(b"/k8s/registry/pods/a", b"x")
    await store.put(b"/other/registry/pods/a", b"k8s\x00\n\x0b\n\x02v1\x12\x03Pod")
    await store.put(b"/own/a", b"x")
    for prefix in ("/", "/k8s/", "/k8s/registry/", "/k8s/registry/pods/", "/other/"):
        seen = (await preview(store, prefix)).json()
        assert not seen["allowed"], prefix
        assert "Kubernetes" in seen["why"]
        assert (await remove(store, prefix, seen["version"])).status_code == 409, prefix
    assert len(await keys(store)) == 3
    for prefix in ("/own", "own"):
        wrong = await remove(store, prefix, "1")
        assert wrong.status_code == 422
    off = await store.change(changes="forbidden")
    assert off.status_code == 200
    seen = (await preview(store, "/own/")).json()
    assert "switched off" in seen["why"]
    assert (await remove(store, "/own/", seen["version"])).status_code == 409


WRITTEN = (
    b'{"apiVersion":"acme.example/v1","kind":"Thing","metadata":{"name":"a","uid":"1-2",'
    b'"creationTimestamp":"2026-11-01T00:00:00Z"},"spec":{}}'
)


async def test_kubernetes_objects_are_known_wherever_they_lie(bench):
    store = await bench()
    for number in range(60):
        await store.put(b"/k8s/a%02d" % number, b"plain")
    await store.put(b"/k8s/z", WRITTEN)
    seen = (await preview(store, "/k8s/")).json()
    assert seen["allowed"], "only the first are looked at before"
    refused = await remove(store, "/k8s/", seen["version"])
    assert refused.status_code == 409, refused.text
    assert "Kubernetes" in refused.json()["detail"]
    assert len(await keys(store)) == 61
    held = await store.state("/k8s/z")
    assert (await store.ask("delete", "/k8s/z", version=held["version"])).status_code == 409
    # Nor is it put back past the API server once it is gone, or lost with a lease.
    revision = int(held["version"])
    await store.cluster.delete(b"/k8s/z")
    back = await store.ask("restore", "/k8s/z", version="0", revision=revision)
    assert back.status_code == 409, back.text
    given = await store.owner.post(f"/etcd/{NAME}/leases", json={"ttl": 600})
    lease = given.json()["id"]
    await store.put(b"/k8s/z", WRITTEN, lease=str(int(lease, 16)))
    told = (await store.owner.get(f"/etcd/{NAME}/leases/{lease}")).json()
    headers = {"If-Match": f'"{told["version"]}"'}
    kept = await store.owner.post(f"/etcd/{NAME}/leases/{lease}/revoke", headers=headers)
    assert kept.status_code == 409, kept.text
    assert "/k8s/z" in await keys(store)


async def test_what_lies_outside_the_connections_prefix_is_not_told(bench):
    store = await bench(prefix="/app/")
    await store.put(b"/other/secret-name", b"x")
    outside = await preview(store, "/other/")
    assert outside.status_code == 404
    assert "secret-name" not in outside.text


@pytest.mark.parametrize("version", ["²", "99999999999999999", "9" * 40, "-1", "x"])
async def test_a_version_that_nobody_was_told_deletes_nothing(bench, version):
    store = await bench()
    await store.put(b"/gone/a", b"x")
    path = f"/etcd/{NAME}/folder/delete"
    headers = {"If-Match": f'"{version}"'.encode()}
    refused = await store.owner.post(path, json={"prefix": "/gone/"}, headers=headers)
    assert refused.status_code in {412, 428}, refused.text
    assert await keys(store) == ["/gone/a"]


async def test_a_right_on_a_range_deletes_there_alone(bench):
    store = await bench()
    for key in (b"/team/a", b"/team/sub/b", b"/teams/a", b"/x"):
        await store.put(key, b"x")
    where = scope.etcd_key("main", NAME, "/team")
    writer = await store.console.member("writer", ("operator", where))
    for prefix in ("/", "/teams/", "/x/"):
        assert (await preview(store, prefix, writer)).status_code == 404, prefix
        assert (await remove(store, prefix, "9999", writer)).status_code == 404, prefix
    seen = (await preview(store, "/team/", writer)).json()
    assert seen["count"] == 2
    assert (await remove(store, "/team/", seen["version"], writer)).status_code == 200
    assert await keys(store) == ["/teams/a", "/x"]
    viewer = await store.console.member("viewer", ("viewer", ("org", "main")))
    assert (await preview(store, "/teams/", viewer)).status_code == 403


async def past(store: KeyBench, key: str, **query):
    answer = await store.owner.get(f"/etcd/{NAME}/key/history", params={"key": key, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_past_of_a_key_ends_where_it_was_made_or_compacted(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"before")
    await store.cluster.delete(key.encode())
    for number in range(5):
        await store.put(key.encode(), b"value %d" % number)
        await store.put(b"/noise", b"%d" % number)
    told = await past(store, key)
    assert [one["version"] for one in told["items"]] == [5, 4, 3, 2, 1]
    assert (told["begins"], told["compacted"], told["next"]) == (True, False, None)
    assert told["items"][0]["changed"] is None or told["items"][0]["changed"] > 0
    assert all(one["changed"] is None for one in told["items"][1:]), "etcd keeps no times"
    first = await past(store, key, limit=2)
    assert first["next"] == told["items"][1]["revision"]
    rest = await past(store, key, limit=10, before=first["next"])
    assert [*first["items"], *rest["items"]] == told["items"]
    middle = told["items"][2]["revision"]
    old = await store.owner.get(f"/etcd/{NAME}/key", params={"key": key, "revision": middle})
    assert old.json()["text"] == "value 2"
    now = (await store.state(key))["version"]
    back = await store.act("restore", key, version=now, revision=middle)
    assert await store.value(key) == b"value 2"
    await store.cluster.ctl("compact", str(middle))
    told = await past(store, key)
    assert [one["revision"] for one in told["items"]][-1] == middle
    assert (told["begins"], told["compacted"]) == (False, True)
    gone = await store.owner.get(f"/etcd/{NAME}/key", params={"key": key, "revision": middle - 1})
    assert gone.status_code == 409
    for path, name in (("key", "revision"), ("key/history", "before")):
        to_come = await store.owner.get(f"/etcd/{NAME}/{path}", params={"key": key, name: 2**58})
        assert to_come.status_code == 409, to_come.text
    assert "compacted" in gone.json()["detail"]
    assert back["version"] != now


async def test_the_past_of_a_secret_is_not_shown_either(bench):
    store = await bench()
    key = f"{fresh()}/password"
    await store.put(key.encode(), b"hunter2-hunter2")
    await store.put(key.encode(), b"another-another")
    told = await past(store, key)
    old = await store.owner.get(
        f"/etcd/{NAME}/key", params={"key": key, "revision": told["items"][1]["revision"]}
    )
    assert old.json()["text"] is None
    assert "hunter2" not in old.text + json.dumps(told)


async def test_the_past_of_what_is_not_there_or_not_ones_own(bench):
    store = await bench(prefix="/edit/")
    await store.put(b"/outside", b"x")
    for key in ("/edit/none", "/outside"):
        told = await store.owner.get(f"/etcd/{NAME}/key/history", params={"key": key})
        assert told.status_code == 404
    where = scope.etcd_key("main", NAME, "/edit/team")
    reader = await store.console.member("reader", ("viewer", where))
    await store.put(b"/edit/other", b"x")
    told = await reader.get(f"/etcd/{NAME}/key/history", params={"key": "/edit/other"})
    assert told.status_code == 404
