"""A folder of a real etcd as a file: at one revision, whatever its bytes, without secrets."""

from __future__ import annotations

import base64
import json

import pytest

from auth import scope
from integrations.etcd.keytext import key_bytes
from tests.integration.etcd.keybench import NAME, KeyBench

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

HELD = {
    b"/out/a": b"text\n",
    b"/out/b/c": b'{"a": 1.10}',
    b"/out/empty": b"",
    b"/out/\xff\x00": b"\x00\xff",
    "/out/\u00fc ".encode(): b"a\r\nb",
}


async def taken(store: KeyBench, prefix: str, caller=None):
    return await (caller or store.owner).get(f"/etcd/{NAME}/export", params={"prefix": prefix})


async def test_what_is_exported_is_what_is_held_without_secrets(bench):
    store = await bench()
    for key, value in HELD.items():
        await store.put(key, value)
    await store.put(b"/out/password", b"hunter2-hunter2")
    await store.put(b"/outside", b"x")
    for number in range(60):
        await store.put(b"/out/many/%03d" % number, b"%d" % number)
    answer = await taken(store, "/out/")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].startswith('attachment; filename="keys-store-')
    document = json.loads(answer.text)
    assert (document["format"], document["prefix"]) == ("craton.keys/1", "/out/")
    assert (document["count"], document["complete"]) == (len(HELD) + 61, True)
    found = {}
    for entry in document["keys"]:
        packed = entry.get("base64")
        value = base64.b64decode(packed) if packed is not None else entry.get("value")
        found[key_bytes(entry["key"])] = value.encode() if isinstance(value, str) else value
    assert found.pop(b"/out/password") is None
    assert "hunter2" not in answer.text
    many = {b"/out/many/%03d" % number: b"%d" % number for number in range(60)}
    assert found == {**HELD, **many}
    entries = await store.entries("/out/")
    assert [row["action"] for row in entries] == ["key:export"]
    assert json.loads(entries[0]["change"]) == {"revision": document["revision"]}


async def test_only_who_may_export_the_whole_folder_does(bench):
    store = await bench()
    await store.put(b"/team/a", b"x")
    await store.put(b"/teams/a", b"x")
    where = scope.etcd_key("main", NAME, "/team")
    writer = await store.console.member("writer", ("operator", where))
    assert (await taken(store, "/team/", writer)).json()["count"] == 1
    for prefix in ("/teams/", "/"):
        assert (await taken(store, prefix, writer)).status_code == 404
    # Without its last slash it would reach into the folder beside it.
    assert (await taken(store, "/team", writer)).status_code == 422
    viewer = await store.console.member("viewer", ("viewer", where))
    assert (await taken(store, "/team/", viewer)).status_code == 403
