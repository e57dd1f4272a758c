"""Keys of a real etcd changed through the console: allowed, guarded, recorded, undone."""

from __future__ import annotations

import base64
import hashlib
import json

import pytest

from auth import scope
from backend.features.keyvalue.editing.values import MOST_BYTES
from tests.integration.etcd.keybench import NAME, fresh
from tests.waiting import until

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ORG = ("org", "main")
OFF = "Changes from the console are switched off for the etcd store."
STRANGE = (
    b"k",
    b"/edit/with space ",
    b"/edit/\xff\xfe\x00bytes",
    "/edit/\u00fcml\u00e4ut/\u202ereversed".encode(),
    b"/edit//double/",
    b"/edit/back\\x41slash",
)


async def grant_id(cluster, ttl: int) -> str:
    """A lease of etcdctl's, in hexadecimal."""
    return (await cluster.ctl("lease", "grant", str(ttl))).split()[1]


async def lease_of(cluster, key: str) -> int:
    told = json.loads(await cluster.ctl("get", key, "-w", "json"))
    return int(told["kvs"][0].get("lease", 0))


async def test_changes_are_off_until_the_connection_allows_them(bench):
    store = await bench(changes="")
    key = fresh()
    await store.cluster.put(key.encode(), b"old")
    shown = await store.state(key)
    assert not any(offer["allowed"] for offer in shown["offers"])
    assert all(offer["why"].startswith(OFF) for offer in shown["offers"])
    assert f"(Connections, etcd, {NAME})" in shown["offers"][0]["why"], "says who can change it"
    offered = (await store.owner.get(f"/etcd/{NAME}/changes")).json()
    assert not offered["offers"][0]["allowed"]
    for action, body in (
        ("create", {"value": "x"}), ("edit", {"value": "x"}), ("delete", {}),
        ("restore", {"revision": 1}),
    ):  # fmt: skip
        refused = await store.ask(action, key, version=shown["version"], **body)
        assert refused.status_code == 409, (action, refused.text)
        assert refused.json()["type"].endswith(":read-only")
    assert await store.value(key) == b"old"
    assert await store.entries(key) == [], "what was not sent is no change"
    allowed = await store.change(changes="allowed")
    assert allowed.status_code == 200, allowed.text
    rows = (await store.owner.get("/collections/activity?limit=20&sort=-at")).json()["rows"]
    noted = [
        json.loads(row["change"]) for row in rows if row["target_kind"] == "connection-settings"
    ]
    assert {"changes": ["forbidden", "allowed"]} in noted, "switching it is on record"
    await store.act("edit", key, version=shown["version"], value="new")
    assert await store.value(key) == b"new"


async def test_kubernetes_keys_are_only_read_until_an_owner_overrides_it(bench):
    store = await bench(kubernetes_prefix="/k8s/")
    held = {
        "/k8s/pods/default/web": b"anything",
        "compact_rev_key": b"7",
        "/other/prefix/pods/web": b"k8s\x00\n\x0b\n\x02v1\x12\x03Pod",
        "/other/prefix/secrets/a": b"k8s:enc:aescbc:v1:key1:xxxx",
    }
    for key, value in held.items():
        await store.put(key.encode(), value)
    for key in held:
        shown = await store.state(key)
        assert {offer["allowed"] for offer in shown["offers"]} == {False}
        assert "An owner of the organisation can allow it" in shown["offers"][0]["why"]
        refused = await store.ask("edit", key, version=shown["version"], value="x")
        assert (refused.status_code, "Kubernetes' own" in refused.text) == (409, True)
        gone = await store.ask("delete", key, version=shown["version"])
        assert gone.status_code == 409
    new = await store.ask("create", "/k8s/pods/default/new", value="x")
    assert new.status_code == 409
    where = scope.etcd("main", NAME)
    keeper = await store.console.member("keeper", ("owner", where))
    own = await store.change(keeper, changes="forbidden")
    assert own.status_code == 200, own.text
    assert (await store.change(keeper, changes="allowed")).status_code == 200
    beyond = await store.change(keeper, kubernetes_keys="writable")
    assert beyond.status_code == 403, "the store's owner is no owner of the organisation"
    narrower = await store.change(keeper, kubernetes_prefix="/nowhere/")
    assert narrower.status_code == 403
    assert (await store.change(kubernetes_keys="writable")).status_code == 200
    key = "/k8s/pods/default/web"
    await store.act("edit", key, version=(await store.state(key))["version"], value="mended")
    assert await store.value(key) == b"mended"


async def test_an_edit_is_guarded_recorded_and_taken_back(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"one")
    seen = await store.state(key)
    assert (seen["encoding"], seen["text"], seen["hidden"]) == ("text", "one", "")
    done = await store.act("edit", key, version=seen["version"], value="two")
    assert await store.value(key) == b"two"
    assert done["version"] == str(done["revision"]) == (await store.state(key))["version"]
    await until(lambda: _row(store, key, done["revision"]))  # the watch tells it
    entries = await store.entries(key)
    assert [row["outcome"] for row in entries] == ["success", "begun"]
    assert entries[0]["action"] == "key:edit"
    change = json.loads(entries[0]["change"])
    assert change["sha256"] == [hashlib.sha256(word).hexdigest() for word in (b"one", b"two")]
    for word in ("one", "two"):
        assert word not in json.dumps([[row["detail"], row["change"]] for row in entries])
    back = await store.act(
        done["undo"]["action"], key, version=done["version"], **done["undo"]["body"]
    )
    assert await store.value(key) == b"one"
    assert back["undo"] == {"action": "restore", "body": {"revision": done["revision"]}}


async def _row(store, key: str, revision: int) -> bool:
    rows = await store.owner.get("/collections/keys", params={"filter": f"path={key}"})
    return [row["revision"] for row in rows.json()["rows"]] == [revision]


async def test_a_concurrent_writer_is_not_overwritten_and_what_they_wrote_is_told(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"one")
    seen = await store.state(key)
    await store.put(key.encode(), b"theirs")
    for action, body in (("edit", {"value": "mine"}), ("delete", {})):
        refused = await store.ask(action, key, version=seen["version"], **body)
        assert refused.status_code == 412, refused.text
        assert refused.json()["current"]["text"] == "theirs"
    bare = await store.ask("edit", key, value="mine")
    assert bare.status_code == 428
    assert await store.value(key) == b"theirs"
    now = refused.json()["current"]["version"]
    await store.act("edit", key, version=now, value="both")
    await store.cluster.delete(key.encode())
    gone = await store.ask("edit", key, version=now, value="late")
    assert gone.status_code == 412
    current = gone.json()["current"]
    assert (current["present"], current["version"]) == (False, "0")
    assert "was deleted, or its lease ran out" in gone.json()["detail"]
    again = await store.act("edit", key, version="0", value="anew")
    assert await store.value(key) == b"anew"
    assert again["undo"] == {"action": "delete", "body": {}}


async def test_creating_never_overwrites(bench):
    store = await bench()
    key = fresh()
    done = await store.act("create", key, value="")
    assert (await store.state(key))["size"] == 0, "an empty value is a value"
    twice = await store.ask("create", key, value="other")
    assert twice.status_code == 409
    assert "already" in twice.json()["detail"]
    assert await store.value(key) == b""
    await store.act("delete", key, version=done["version"])
    assert (await store.owner.get(f"/etcd/{NAME}/key", params={"key": key})).status_code == 404


@pytest.mark.parametrize("key", STRANGE, ids=range(len(STRANGE)))
async def test_keys_of_any_bytes(bench, key):
    store = await bench()
    written = "base64url:" + base64.urlsafe_b64encode(key).decode().rstrip("=")
    done = await store.act("create", written, encoding="hex", value="00 ff 0a")
    path = done["path"]
    assert await store.value(path) == b"\x00\xff\n"
    seen = await store.state(path)
    assert (seen["encoding"], seen["path"]) == ("base64", path)
    done = await store.act("edit", path, version=seen["version"], value="text")
    gone = await store.act("delete", path, version=done["version"])
    back = await store.act("restore", path, version="0", **gone["undo"]["body"])
    assert await store.value(path) == b"text"
    assert back["path"] == path


async def test_values_are_stored_as_they_are_given(bench):
    store = await bench()
    key = fresh()
    done = await store.act("create", key, encoding="text", value="a\r\nb\ufeff\n")
    assert await store.value(key) == b"a\r\nb\xef\xbb\xbf\n"
    assert (await store.state(key))["encoding"] == "base64", "a text field would lose the return"
    document = '{"b": 1.10,\n "a": 12345678901234567890, "a": "\\u00e9"}'
    done = await store.act("edit", key, version=done["version"], encoding="json", value=document)
    assert await store.value(key) == document.encode()
    assert (await store.state(key))["encoding"] == "json"
    done = await store.act(
        "edit", key, version=done["version"], encoding="json", value=document, pretty=True
    )
    laid = await store.value(key)
    assert laid.startswith(b'{\n  "b": 1.10,\n  "a": 12345678901234567890,\n  "a": ')
    for encoding, value, words in (
        ("json", '{"a": }', "not JSON: expecting value at line 1, column 7"),
        ("json", '{"a": NaN}', "not JSON"),
        ("base64", "a", "not base64"),
        ("hex", "0g", "hexadecimal"),
    ):
        wrong = await store.ask(
            "edit", key, version=done["version"], encoding=encoding, value=value
        )
        assert wrong.status_code == 422, wrong.text
        assert words in wrong.json()["errors"][0]["message"]
        assert wrong.json()["errors"][0]["field"] == "value"
    assert await store.value(key) == laid


async def test_a_value_of_etcds_limit_fits_and_a_larger_one_is_told_its_size(bench):
    store = await bench()
    key = fresh()
    most = MOST_BYTES - 512 - len(key)
    done = await store.act("create", key, value="\u0001" * most)
    assert (await store.state(key))["size"] == most
    large = await store.ask("edit", key, version=done["version"], value="x" * (most + 1))
    assert large.status_code == 422
    assert f"has {most + 1:,} bytes. etcd takes {MOST_BYTES:,}" in large.json()["detail"]
    store = await bench(args=("--max-request-bytes=4096",))
    refused = await store.ask("create", key, value="x" * 8192)
    assert refused.status_code == 409
    assert "--max-request-bytes" in refused.json()["detail"]
    assert [row["outcome"] for row in await store.entries(key)] == ["failed", "begun"]


async def test_an_edit_never_drops_the_lease(bench):
    store = await bench()
    key = fresh()
    lease = await grant_id(store.cluster, 600)
    await store.put(key.encode(), b"one", str(int(lease, 16)))
    seen = await store.state(key)
    assert (seen["lease"], 0 < seen["ttl"] <= 600) == (lease, True)
    done = await store.act("edit", key, version=seen["version"], value="two")
    assert await lease_of(store.cluster, key) == int(lease, 16)
    other = await grant_id(store.cluster, 600)
    done = await store.act(
        "edit", key, version=done["version"], value="two", keep_lease=False, lease=other
    )
    assert await lease_of(store.cluster, key) == int(other, 16)
    assert json.loads((await store.entries(key))[0]["change"]) == {"lease": [lease, other]}
    done = await store.act("edit", key, version=done["version"], value="two", keep_lease=False)
    assert await lease_of(store.cluster, key) == 0
    missing = await store.ask(
        "edit", key, version=done["version"], value="x", keep_lease=False, lease="dead"
    )
    assert missing.status_code == 409
    assert "That lease is not there" in missing.json()["detail"]
    # Put back while its lease runs, and after.
    done = await store.act(
        "edit", key, version=done["version"], value="two", keep_lease=False, lease=other
    )
    gone = await store.act("delete", key, version=done["version"])
    back = await store.act("restore", key, version="0", **gone["undo"]["body"])
    assert await lease_of(store.cluster, key) == int(other, 16)
    gone = await store.act("delete", key, version=back["version"])
    await store.cluster.ctl("lease", "revoke", other)
    back = await store.act("restore", key, version="0", **gone["undo"]["body"])
    assert await lease_of(store.cluster, key) == 0
    assert back["notes"] == [
        "The lease it had is over: it has none now, and stays until it is deleted."
    ]


async def test_a_lease_that_runs_out_while_the_form_is_open(bench):
    store = await bench()
    key = fresh()
    lease = await grant_id(store.cluster, 5)
    await store.put(key.encode(), b"short", str(int(lease, 16)))
    seen = await store.state(key)

    async def gone() -> bool:
        return not await store.cluster.ctl("get", key)

    await until(gone)
    refused = await store.ask("edit", key, version=seen["version"], value="mine")
    assert refused.status_code == 412
    assert refused.json()["current"]["present"] is False


async def test_a_compaction_while_editing_takes_the_way_back_and_says_so(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"one")
    seen = await store.state(key)
    await store.cluster.compact()
    done = await store.act("edit", key, version=seen["version"], value="two")
    await store.put(b"/elsewhere", b"x")
    await store.cluster.compact()
    undo = done["undo"]["body"]
    lost = await store.ask("restore", key, version=done["version"], **undo)
    assert lost.status_code == 409
    assert "compacted" in lost.json()["detail"]
    assert await store.value(key) == b"two"


async def test_a_right_on_a_range_lets_write_there_alone(bench):
    store = await bench()
    where = scope.etcd_key("main", NAME, "/team")
    writer = await store.console.member("writer", ("operator", where))
    await store.put(b"/team/a", b"1")
    await store.put(b"/teams/a", b"1")
    offered = (await writer.get(f"/etcd/{NAME}/changes")).json()
    assert (offered["offers"][0]["allowed"], offered["prefixes"]) == (True, ["/team"])
    done = await store.act("create", "/team/new", caller=writer, value="x")
    done = await store.act("edit", "/team/new", caller=writer, version=done["version"], value="y")
    await store.act("delete", "/team/new", caller=writer, version=done["version"])
    for key in ("/teams/a", "/other", "/tea", "/team/../other"):
        outside = await store.ask("create", key, caller=writer, value="x")
        expected = 200 if key.startswith("/team/") else 404
        assert outside.status_code == expected, (key, outside.text)
    seen = await store.state("/teams/a")
    for action, body in (("edit", {"value": "x"}), ("delete", {}), ("restore", {"revision": 2})):
        outside = await store.ask(
            action, "/teams/a", caller=writer, version=seen["version"], **body
        )
        assert outside.status_code == 404, (action, outside.text)
    reader = await store.console.member("reader", ("viewer", where))
    shown = await store.state("/team/a", caller=reader)
    assert [offer["why"] for offer in shown["offers"]] == [
        "Your roles here lack the right key:update.",
        "Your roles here lack the right key:delete.",
    ]
    refused = await store.ask("edit", "/team/a", caller=reader, version="1", value="x")
    assert refused.status_code == 403
    assert await store.value("/team/a") == b"1"


async def test_secrets_are_replaced_unseen(bench):
    store = await bench()
    key = f"{fresh()}/password"
    await store.put(key.encode(), b"hunter2-hunter2")
    seen = await store.state(key)
    assert (seen["text"], seen["base64"]) == (None, None)
    assert "secret" in seen["hidden"]
    done = await store.act("edit", key, version=seen["version"], value="another-one")
    assert (await store.cluster.ctl("get", key, "--print-value-only")).strip() == "another-one"
    stale = await store.ask("edit", key, version=seen["version"], value="third")
    assert stale.status_code == 412
    told = json.dumps([done, seen, stale.json(), await store.entries(key)])
    assert "hunter2" not in told
    assert "another-one" not in told
    assert "sha256" not in told, "a digest of a secret can be found by trying"


async def test_a_connections_prefix_holds_for_writing(bench):
    store = await bench(prefix="/edit/")
    outside = await store.ask("create", "/outside", value="x")
    assert outside.status_code == 409
    assert "below /edit/ only" in outside.json()["detail"]
    await store.put(b"/outside", b"x")
    hidden = await store.owner.get(f"/etcd/{NAME}/key", params={"key": "/outside"})
    assert hidden.status_code == 404


async def test_etcd_that_is_full_down_or_refuses(bench):
    store = await bench(args=("--quota-backend-bytes=4194304",))
    key = fresh()
    done = await store.act("create", key, value="kept")
    for number in range(40):
        filled = await store.ask("create", f"/fill/{number}", value="x" * 200_000)
        if filled.status_code != 200:
            break
    assert filled.status_code == 409, filled.text
    assert "has used up its space" in filled.json()["detail"]
    full = await store.ask("edit", key, version=done["version"], value="more")
    assert full.status_code == 409
    assert await store.value(key) == b"kept"
    assert [row["outcome"] for row in await store.entries(key)][:2] == ["failed", "begun"]
    await store.act("delete", "/fill/0", version=(await store.state("/fill/0"))["version"])
    await store.cluster.kill(0)
    down = await store.ask("edit", key, version=done["version"], value="more")
    assert down.status_code in {503, 504}, down.text
    assert 'etcd "store"' in down.json()["detail"]
    await store.cluster.revive(0)


async def test_a_credential_that_may_only_read(bench):
    store = await bench()
    key = fresh()
    await store.put(key.encode(), b"one")
    await store.cluster.allow("viewer", "reading", "/")
    changed = await store.change(username="viewer", password="reading")
    assert changed.status_code == 200, changed.text
    seen = await store.state(key)
    refused = await store.ask("edit", key, version=seen["version"], value="x")
    assert refused.status_code in {502, 503}, refused.text
    assert "permission denied" in refused.json()["detail"]
    assert [row["outcome"] for row in await store.entries(key)] == ["failed", "begun"]
    assert await store.value(key) == b"one"
