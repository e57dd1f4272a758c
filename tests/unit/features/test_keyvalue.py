"""The Key-value feature over the fake etcd: rows, health, folders, values, permission."""

import pytest

from auth import scope
from backend.features.keyvalue import previews
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.value import SafeValue, safe_view
from tests.contract.etcd.recording import SOON, until
from tests.unit.features.upstreams import connected_console


@pytest.fixture
async def connected(tmp_path, monkeypatch):
    async with connected_console(tmp_path, monkeypatch) as (console, etcd, _):
        await etcd.put(b"/app/config", b'{"a":1}')
        await etcd.put(b"/app/db/password", b"-----BEGIN PRIVATE KEY-----")
        await etcd.put(b"\xff\x00", b"\x01")
        upstreams = console.state.connections.upstreams
        await until(lambda: upstreams.get(ETCD, "local") is not None)
        running = upstreams.find(ETCD, "local")
        await until(lambda: len(running.index) == 3 and running.state is not None)
        yield console, etcd


async def rows(caller, name, **query):
    answer = await caller.get(f"/collections/{name}", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_members_are_rows(connected):
    console, _etcd = connected
    owner = await console.owner()
    found = await rows(owner, "etcd-members")
    assert [row["name"] for row in found["rows"]] == ["m1", "m2", "m3"]
    assert {row["role"] for row in found["rows"]} == {"leader", "follower"}
    assert all(row["healthy"] and row["quota_used"] for row in found["rows"])
    assert all(isinstance(row["member_id"], str) for row in found["rows"])
    assert found["freshness"][0]["source"] == "etcd/local/members"


async def test_keys_are_filtered_by_folder_and_searched(connected):
    console, etcd = connected
    owner = await console.owner()
    below = await rows(owner, "keys", filter="folder=/app/")
    assert [row["path"] for row in below["rows"]] == ["/app/config"]
    found = await rows(owner, "keys", q="password")
    assert [row["key"] for row in found["rows"]] == ["local:/app/db/password"]
    # A folder of the page: what begins with it, not what has its name somewhere.
    for other in (b"/web/app/config", b"/App/config", b"/apple/config"):
        await etcd.put(other, b"{}")
    await until(lambda: len(console.state.registry.get("keys")) == 6, SOON)
    below = await rows(owner, "keys", filter="folder^=/app/")
    assert [row["path"] for row in below["rows"]] == ["/app/config", "/app/db/password"]
    one = await owner.get("/collections/keys/local:/app/config")
    assert one.json()["row"]["revision"] == 2
    await etcd.put(b"/app/config", b"{}")
    source = console.state.registry.get("keys")
    await until(lambda: source.get("local:/app/config").size == 2, SOON)


async def test_health_says_whether_the_store_is_safe(connected):
    console, etcd = connected
    owner = await console.owner()
    health = (await owner.get("/etcd/local")).json()
    assert health["sentence"] == "3 of 3 members, tolerates 1 failure"
    assert (health["status"], health["leader"], health["keys"]) == ("ok", "m1", 3)
    assert {s["id"] for s in health["signals"]} >= {"quorum", "alarms", "version", "space"}
    etcd.kill(0)
    etcd.kill(1)
    await etcd.elect(None)
    connection = console.state.connections.upstreams.find(ETCD, "local")
    await until(lambda: connection.state.answering == 1)
    health = (await owner.get("/etcd/local")).json()
    assert health["sentence"].startswith("quorum lost: 1 of 3 members answers")
    assert health["status"] == "critical"
    told = {row.reason for row in console.state.registry.get("events")}
    assert told >= {"QuorumLost", "MemberDown"}


async def test_the_members_are_compared_on_demand(connected):
    console, etcd = connected
    owner = await console.owner()
    etcd.members[1].corruption = "bit rot"
    found = (await owner.post("/etcd/local/comparison")).json()
    assert (found["status"], found["differing"]) == ("critical", ["m2"])
    source = console.state.registry.get("etcd-members")
    await until(lambda: [row.name for row in source if not row.healthy] == ["m2"], SOON)
    problems = console.state.registry.get("problems")
    told = ("m2", "its data differs from that of the other members")
    await until(lambda: told in {(row.name, row.reason) for row in problems}, SOON)
    health = (await owner.get("/etcd/local")).json()
    (signal,) = [s for s in health["signals"] if s["id"] == "consistency"]
    assert (signal["status"], signal["words"]) == ("critical", found["words"])
    assert health["status"] == "critical"
    org = console.state.settings.organisation
    elsewhere = await console.member("elsewhere", ("viewer", scope.etcd(org, "other")))
    assert (await elsewhere.post("/etcd/local/comparison")).status_code == 404


async def test_folders_are_listed_by_pages(connected):
    console, _ = connected
    owner = await console.owner()
    root = (await owner.get("/etcd/local/folders")).json()
    assert [(i["kind"], i["path"], i["keys"]) for i in root["items"]] == [
        ("folder", "/", 2),
        ("key", "\\xff\\x00", 1),
    ]
    first = (await owner.get("/etcd/local/folders", params={"prefix": "/app/", "limit": 1})).json()
    assert [i["name"] for i in first["items"]] == ["config"]
    query = {"prefix": "/app/", "cursor": first["next"]}
    second = (await owner.get("/etcd/local/folders", params=query)).json()
    assert [(i["name"], i["kind"]) for i in second["items"]] == [("db", "folder")]
    assert second["next"] is None
    assert (await owner.get("/etcd/local/folders?prefix=/none/")).status_code == 404
    bad = await owner.get("/etcd/local/folders?cursor=!!")
    assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "cursor")


async def test_values_are_made_safe(connected):
    console, _ = connected
    owner = await console.owner()
    plain = (await owner.get("/etcd/local/value", params={"key": "/app/config"})).json()
    assert (plain["form"], plain["text"]) == ("json", '{\n  "a": 1\n}')
    assert plain["revision"] == 2
    masked = (await owner.get("/etcd/local/value", params={"key": "/app/db/password"})).json()
    assert (masked["form"], masked["text"]) == ("masked", "")
    raw = (await owner.get("/etcd/local/value", params={"key": "base64url:_wA="})).json()
    assert (raw["form"], raw["text"], raw["path"]) == ("binary", "01", "\\xff\\x00")
    assert (await owner.get("/etcd/local/value", params={"key": raw["path"]})).json() == raw
    assert (await owner.get("/etcd/local/value?key=/none")).status_code == 404
    assert (await owner.get("/etcd/local/value?key=base64url:*")).status_code == 422
    assert (await owner.get("/etcd/other/value?key=/app/config")).status_code == 404


async def test_previews_are_as_safe_as_the_values(connected):
    console, etcd = connected
    await etcd.put(b"/app/long", b"word " * 100)
    await etcd.put(b"/app/db", b'{"host": "db",\n "password": "hunter2"}')
    owner = await console.owner()
    asked = ["/app/long", "/app/db", "/none", "/app/db/password", "\\xff\\x00", "/app/config"]
    answer = await owner.get("/etcd/local/previews", params={"key": asked})
    found = {one["path"]: one for one in answer.json()}
    assert [*found] == [path for path in asked if path != "/none"]
    assert found["/app/config"] | {"revision": 0} == {
        "path": "/app/config",
        "form": "json",
        "size": 7,
        "text": '{ "a": 1 }',
        "masked": 0,
        "revision": 0,
    }
    assert (len(found["/app/long"]["text"]), found["/app/long"]["text"][-1]) == (161, "…")
    assert "hunter2" not in answer.text
    assert (found["/app/db"]["form"], found["/app/db"]["masked"]) == ("json", 1)
    assert (found["/app/db/password"]["form"], found["/app/db/password"]["text"]) == ("masked", "")
    assert found["\\xff\\x00"]["text"] == "01"
    too_many = {"key": ["/app/config"] * 41}
    assert (await owner.get("/etcd/local/previews", params=too_many)).status_code == 422
    assert (await owner.get("/etcd/local/previews")).status_code == 422
    org = console.state.settings.organisation
    elsewhere = await console.member("elsewhere", ("owner", scope.etcd(org, "other")))
    refused = await elsewhere.get("/etcd/local/previews", params={"key": "/app/config"})
    assert refused.status_code == 404


async def test_one_bad_value_does_not_hide_its_neighbours(connected, monkeypatch):
    console, etcd = connected
    await etcd.put(b"/app/utf16", '{"stadt": "K\u00f6ln"}'.encode("utf-16-le"))
    await etcd.put(b"/app/bad", b"bad")
    real = safe_view

    def fails(key: bytes, value: bytes) -> SafeValue:
        if value == b"bad":
            raise UnicodeDecodeError("utf-8", value, 0, 1, "for the test")
        return real(key, value)

    monkeypatch.setattr(previews, "safe_view", fails)
    owner = await console.owner()
    asked = ["/app/utf16", "/app/bad", "/app/config"]
    answer = await owner.get("/etcd/local/previews", params={"key": asked})
    assert [one["form"] for one in answer.json()] == ["binary", "masked", "json"]
    value = await owner.get("/etcd/local/value", params={"key": "/app/utf16"})
    assert value.json()["encoding"] == "UTF-16LE"


async def test_a_stranger_finds_no_trace(connected):
    console, _ = connected
    org = console.state.settings.organisation
    elsewhere = await console.member("elsewhere", ("viewer", scope.etcd(org, "other")))
    for name in ("etcd-members", "keys"):
        found = await rows(elsewhere, name)
        assert (found["rows"], found["total"], found["freshness"]) == ([], 0, [])
    for path in ("", "/folders", "/value?key=/app/config"):
        here = await elsewhere.get(f"/etcd/local{path}")
        nowhere = await elsewhere.get(f"/etcd/absent{path}")
        assert here.status_code == nowhere.status_code == 404
        assert here.json()["detail"] == nowhere.json()["detail"]
    viewer = await console.member("insider", ("viewer", scope.etcd(org, "local")))
    assert (await rows(viewer, "keys"))["total"] == 3
    assert (await viewer.get("/etcd/local/value?key=/app/config")).status_code == 200


async def test_secrets_are_revealed_by_right_and_on_record(connected):
    console, etcd = connected
    org = console.state.settings.organisation
    await etcd.put(b"/app/db", b'{"host":"db","password":"hunter2"}')
    await etcd.put(b"/registry/secrets/shop/db", b'{"kind":"Secret","data":{"p":"aHVudGVyMg=="}}')
    owner = await console.owner()
    masked = (await owner.get("/etcd/local/value", params={"key": "/app/db"})).json()
    assert "hunter2" not in masked["text"]
    assert (masked["form"], masked["masked"], masked["revealable"]) == ("json", 1, True)
    operator = await console.member("op", ("operator", scope.etcd(org, "local")))
    elsewhere = await console.member("else", ("owner", scope.etcd(org, "other")))
    body = {"key": "/app/db"}
    assert (await operator.post("/etcd/local/value/reveal", json=body)).status_code == 403
    assert (await elsewhere.post("/etcd/local/value/reveal", json=body)).status_code == 404
    shown = await owner.post("/etcd/local/value/reveal", json=body)
    assert shown.status_code == 200, shown.text
    assert "hunter2" in shown.json()["text"]
    assert shown.headers["cache-control"] == "no-store"
    kept = await owner.post("/etcd/local/value/reveal", json={"key": "/registry/secrets/shop/db"})
    assert (kept.json()["form"], kept.json()["revealable"]) == ("masked", False)
    assert "aHVudGVyMg" not in kept.text
    told = [r for r in (await rows(owner, "activity"))["rows"] if "reveal" in r["action"]]
    assert {(r["actor"], r["outcome"]) for r in told} >= {("op", "refused"), ("owner", "success")}
    assert {r["target"] for r in told if r["outcome"] == "success"} == {
        "local:/app/db",
        "local:/registry/secrets/shop/db",
    }
    assert not any("hunter2" in str(row) for row in told)
