"""Keys of a file brought into a real etcd: tried first, guarded, told one by one."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx2
import pytest

from auth import scope
from backend.features.keyvalue.editing.values import MOST_BYTES
from backend.features.keyvalue.importing.document import MOST_IMPORTED
from tests.integration.etcd.keybench import NAME, KeyBench
from tests.integration.etcd.test_exporting import HELD, taken

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

IMPORT = f"/etcd/{NAME}/import"
STALE = "It was changed, made or deleted since it was tried: nothing of it was written."


def exported(*keys: dict[str, Any], **more: Any) -> str:
    """A file as the console exports it."""
    return json.dumps({"format": "craton.keys/1", "keys": keys, "complete": True, **more})


async def tried(store: KeyBench, text: str, caller=None) -> httpx2.Response:
    return await (caller or store.owner).post(f"{IMPORT}/plan", json={"text": text})


async def plan(store: KeyBench, text: str, caller=None) -> dict[str, dict[str, Any]]:
    answer = await tried(store, text, caller)
    assert answer.status_code == 200, answer.text
    return {item["path"]: item for item in answer.json()["items"]}


def puts(*items: dict[str, Any]) -> dict[str, Any]:
    return {
        "items": [
            {"key": item["path"], "base64": item["base64"], "version": item["version"]}
            for item in items
        ]
    }


async def sent(store: KeyBench, *items: dict[str, Any], caller=None) -> httpx2.Response:
    return await (caller or store.owner).post(f"{IMPORT}/batch", json=puts(*items))


async def written(store: KeyBench, *items: dict[str, Any]) -> dict[str, dict[str, Any]]:
    answer = await sent(store, *items)
    assert answer.status_code == 200, answer.text
    return {item["path"]: item for item in answer.json()["items"]}


async def test_what_was_exported_comes_back_byte_by_byte(bench):
    store = await bench()
    for key, value in HELD.items():
        await store.put(key, value)
    await store.put(b"/out/password", b"hunter2-hunter2")
    text = (await taken(store, "/out/")).text
    same = await plan(store, text)
    assert {item["does"] for path, item in same.items() if path != "/out/password"} == {"same"}
    hidden = same["/out/password"]
    assert (hidden["does"], hidden["base64"]) == ("refused", None)
    assert hidden["why"].startswith("The file does not hold its value: ")
    await store.cluster.ctl("del", "--prefix", "/out/")
    found = await plan(store, text)
    new = [item for item in found.values() if item["does"] == "create"]
    assert len(new) == len(HELD)
    assert await store.cluster.ctl("get", "--prefix", "/out/") == "", "a try writes nothing"
    done = await written(store, *new)
    assert all(one["written"] and one["revision"] > 0 for one in done.values())
    told = json.loads(await store.cluster.ctl("get", "--prefix", "/out/", "-w", "json"))
    held = {
        base64.b64decode(kv["key"]): base64.b64decode(kv.get("value", "")) for kv in told["kvs"]
    }
    assert held == HELD
    entries = await store.entries("/out/a")
    assert (entries[0]["action"], entries[0]["outcome"]) == ("key:import", "success")
    assert "sha256" in json.loads(entries[0]["change"])
    rows = await store.owner.get(
        "/collections/activity", params={"filter": f'target="{NAME}: import"', "sort": "at"}
    )
    assert [row["outcome"] for row in rows.json()["rows"]] == ["begun", "success"]


async def test_the_try_says_of_each_key_what_would_become_of_it(bench):
    store = await bench(kubernetes_prefix="/k8s/")
    await store.put(b"/in/changed", b"one\ntwo\n")
    await store.put(b"/in/bytes", b"\x00\x01")
    await store.put(b"/in/same", b"as it is")
    await store.put(b"/in/password", b"hunter2-hunter2")
    text = exported(
        {"key": "/in/new", "value": "x", "lease": "1f"},
        {"key": "/in/changed", "value": "one\n2\n"},
        {"key": "/in/bytes", "base64": "AAI="},
        {"key": "/in/same", "value": "as it is"},
        {"key": "/in/password", "value": "hunter2-hunter2"},
        {"key": "/in/twice", "value": "1"},
        {"key": "/in/twice", "value": "2"},
        {"key": "/in/large", "value": "x" * MOST_BYTES},
        {"key": "/in/broken", "base64": "no base64"},
        {"key": "/k8s/pods/default/web", "value": "x"},
    )
    found = await plan(store, text)
    assert {path: item["does"] for path, item in found.items()} == {
        "/in/new": "create",
        "/in/changed": "change",
        "/in/bytes": "change",
        "/in/same": "same",
        "/in/password": "change",
        "/in/twice": "refused",
        "/in/large": "refused",
        "/in/broken": "refused",
        "/k8s/pods/default/web": "refused",
    }
    changed = found["/in/changed"]
    assert (changed["before"], changed["after"]) == ("one\ntwo\n", "one\n2\n")
    assert (changed["was"], changed["size"]) == (8, 6)
    assert "without" in found["/in/new"]["why"], "its lease stays behind, and that is said"
    assert found["/in/bytes"]["unshown"].startswith("no text")
    secret = found["/in/password"]
    assert (secret["before"], secret["after"], secret["unshown"] != "") == (None, None, True)
    assert "2 times" in found["/in/twice"]["why"]
    assert "etcd takes" in found["/in/large"]["why"]
    assert "not base64" in found["/in/broken"]["why"]
    assert "Kubernetes' own" in found["/k8s/pods/default/web"]["why"]


async def test_what_changed_since_the_try_is_left_and_the_others_are_written(bench):
    store = await bench()
    for name in ("changed", "deleted", "kept"):
        await store.put(f"/in/{name}".encode(), b"old")
    lease = (await store.cluster.ctl("lease", "grant", "600")).split()[1]
    await store.put(b"/in/leased", b"old", str(int(lease, 16)))
    names = ("changed", "deleted", "kept", "leased", "made", "new")
    found = await plan(
        store, exported(*({"key": f"/in/{name}", "value": "mine"} for name in names))
    )
    await store.put(b"/in/changed", b"theirs")
    await store.cluster.ctl("del", "/in/deleted")
    await store.put(b"/in/made", b"theirs")
    done = await written(store, *found.values())
    assert {path: one["written"] for path, one in done.items()} == {
        "/in/changed": False, "/in/deleted": False, "/in/made": False,
        "/in/kept": True, "/in/leased": True, "/in/new": True,
    }  # fmt: skip
    assert {one["why"] for one in done.values() if not one["written"]} == {STALE}
    for name, value in (("changed", b"theirs"), ("made", b"theirs"), ("kept", b"mine")):
        assert await store.value(f"/in/{name}") == value
    assert await store.cluster.ctl("get", "/in/deleted") == ""
    assert (await store.state("/in/leased"))["lease"] == lease, "a plain put would detach it"
    again = await written(store, found["/in/kept"])
    assert not again["/in/kept"]["written"], "sent twice it is written once"


async def test_each_key_needs_its_own_right_and_others_are_not_told(bench):
    store = await bench()
    await store.put(b"/others/a", b"x")
    await store.put(b"/team/a", b"x")
    where = scope.etcd_key("main", NAME, "/team")
    writer = await store.console.member("writer", ("operator", where))
    viewer = await store.console.member("viewer", ("viewer", where))
    text = exported(
        {"key": "/others/a", "value": "mine"},
        {"key": "/others/none", "value": "mine"},
        {"key": "/team/a", "value": "mine"},
        {"key": "/team/new", "value": "mine"},
    )
    found = await plan(store, text, writer)
    foreign = [found["/others/a"], found["/others/none"]]
    assert {(one["does"], one["why"]) for one in foreign} == {
        ("refused", "Your roles here do not show you this key.")
    }
    seen = await plan(store, text, viewer)
    assert seen["/team/a"]["why"] == "Your roles here lack the right key:update."
    assert seen["/team/new"]["why"] == "Your roles here lack the right key:create."
    owners = await plan(store, text)
    for item in (owners["/others/a"], owners["/others/none"]):
        refused = await sent(store, found["/team/a"], item, caller=writer)
        assert refused.status_code == 404, refused.text
    for item in (owners["/team/a"], owners["/team/new"]):
        assert (await sent(store, item, caller=viewer)).status_code == 403
    assert await store.value("/team/a") == b"x", "with one that may not be written none is"
    stranger = await store.console.member("stranger")
    assert (await tried(store, text, stranger)).status_code == 404
    assert (await sent(store, found["/team/new"], caller=writer)).json()["items"][0]["written"]


async def test_what_etcdctl_printed_is_taken_too(bench):
    store = await bench()
    lease = (await store.cluster.ctl("lease", "grant", "600")).split()[1]
    await store.put(b"/ctl/\xff", b"\x00", str(int(lease, 16)))
    await store.put(b"/ctl/empty", b"")
    text = await store.cluster.ctl("get", "--prefix", "/ctl/", "-w", "json")
    await store.cluster.ctl("del", "--prefix", "/ctl/")
    answer = await tried(store, text)
    assert answer.json()["source"] == "etcdctl"
    items = {item["path"]: item for item in answer.json()["items"]}
    assert "without" in items["/ctl/\\xff"]["why"]
    assert all(one["written"] for one in (await written(store, *items.values())).values())
    assert await store.value("/ctl/\\xff") == b"\x00"


async def test_no_file_of_keys_is_said_in_words_and_nothing_of_it_is_told(bench):
    store = await bench()
    key = {"key": "/a", "value": "hunter2"}
    for text, said in (
        ("no json hunter2", "This is no JSON of keys."),
        ("[" * 100_000, "This is no JSON of keys"),
        ('{"header": {}, "kvs": ' + "[" * 100_000, "This is no JSON of keys"),
        ('{"a": "hunter2"}', "Take an export of a folder of keys"),
        (exported(), "It holds no keys."),
        (exported(key, complete=False), "cut on its way"),
        (exported(key, format="craton.keys/9"), "Its format is not craton.keys/1"),
        (exported({"key": 1, "value": "hunter2"}), "$.keys[0].key"),
        (exported(*({"key": f"/{n}", "value": ""} for n in range(MOST_IMPORTED + 1))), "10,000"),
    ):
        refused = await tried(store, text)
        assert refused.status_code == 422, (text[:40], refused.text[:200])
        assert said in refused.json()["detail"], refused.json()["detail"]
        assert "hunter2" not in refused.text
    item = {"path": "/a", "base64": "eA==", "version": "0"}
    assert (await sent(store, item, item)).status_code == 422
    assert (await sent(store, {**item, "base64": "no"})).status_code == 422
    half = base64.b64encode(b"x" * (MOST_BYTES // 2)).decode()
    large = [{**item, "path": f"/{number}", "base64": half} for number in range(2)]
    assert "send fewer keys" in (await sent(store, *large)).json()["detail"]
    assert await store.cluster.ctl("get", "--prefix", "/") == ""


async def test_a_store_that_is_closed_or_full_takes_nothing_and_says_so(bench):
    store = await bench(args=("--quota-backend-bytes=2000000",))
    text = exported({"key": "/in/new", "value": "x"})
    (item,) = (await plan(store, text)).values()

    async def fill() -> None:
        for number in range(400):
            await store.cluster.put(b"/fill/%d" % number, b"x" * 100_000)

    with pytest.raises(RuntimeError, match="database space exceeded"):
        await fill()
    full = await sent(store, item)
    assert full.status_code == 409, full.text
    assert full.json()["guide"] == f"/key-value/{NAME}/runbooks/nospace"
    assert (await store.change(changes="forbidden")).status_code == 200
    assert (await plan(store, text))["/in/new"]["does"] == "refused"
    closed = await sent(store, item)
    assert (closed.status_code, closed.json()["type"]) == (409, "urn:craton:problem:read-only")
    assert await store.cluster.ctl("get", "/in/new") == ""
