"""A snapshot of a real member through the console: whole, cut off, damaged; who may take it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.integration.runbooks.conftest import Object, Site
from tests.waiting import until_sync

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

Made = Callable[..., Site]
FILE = "/etcd/own/snapshot/file"
PAGE = b"\xed\xda\x0c\xed"
"""What marks bbolt's first pages (0xED0CDAED, little endian)."""


def entries(site: Site) -> list[Object]:
    asked = {"filter": "target=own", "limit": 100, "sort": "at"}
    rows = site.http.get("/collections/activity", params=asked).json()["rows"]
    return [row for row in rows if row["action"] == "etcdmember:snapshot"]


def filled(site: Site) -> None:
    async def write() -> None:
        for number in range(12):
            value = b"secret-%d " % number + b"x" * 60_000
            await site.etcd.cluster.put(b"/large/%d" % number, value)

    site.etcd.run(write())


def test_what_is_kept_is_whole_and_on_record(site: Made) -> None:
    made = site()
    filled(made)
    plan = made.http.get("/etcd/own/snapshot").json()
    assert plan["member"] != f"m{made.etcd.leader() + 1}"
    assert made.http.post("/etcd/own/snapshot").json()["href"] == f"/api/v1{FILE}"
    answer = made.http.get(FILE)
    assert answer.status_code == 200
    file = answer.content
    assert len(file) == int(answer.headers["content-length"])
    assert len(file) % 512 == 32, "pages, and a hash"
    assert hashlib.sha256(file[:-32]).digest() == file[-32:]
    assert file[16:20] == PAGE
    assert b"secret-11 xxx" in file
    assert f"revision-{plan['revision']}.db" in answer.headers["content-disposition"]
    begun, ended = entries(made)
    assert (begun["outcome"], ended["outcome"]) == ("begun", "success")
    assert file[-32:].hex() in ended["detail"]
    assert f"revision {plan['revision']}" in ended["detail"]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [({"cut": 500_000}, "failed"), ({"flip": 500_000}, "does not match its own hash")],
)
def test_less_or_something_else_is_a_failed_download(
    site: Made, spoil: dict[str, int], words: str
) -> None:
    made = site(1)
    filled(made)
    for name, value in spoil.items():
        setattr(made.etcd.gates[0], name, value)
    with made.http.stream("GET", FILE) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx2.RemoteProtocolError):
            answer.read()
    until_sync(lambda: len(entries(made)) == 2)
    last = entries(made)[-1]
    assert last["outcome"] == "failed"
    assert words in f"{last['outcome']} {last['detail']}"
    # The next one is whole.
    made.etcd.gates[0].cut = made.etcd.gates[0].flip = 0
    file = made.http.get(FILE).content
    assert hashlib.sha256(file[:-32]).digest() == file[-32:]


def test_a_reader_who_leaves_ends_it(site: Made) -> None:
    made = site(1)
    filled(made)
    with made.http.stream("GET", FILE) as answer:
        next(answer.iter_bytes())
    until_sync(lambda: len(entries(made)) == 2, 150)
    assert made.http.get(FILE).status_code == 200


def test_more_than_two_at_once_are_not_taken(site: Made) -> None:
    made = site(1)
    filled(made)
    gate = made.etcd.gates[0]
    gate.hold = b"/v3/maintenance/snapshot"

    def ask(_: int) -> int:
        return made.http.get(FILE).status_code

    with ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(ask, number) for number in range(6)]
        until_sync(lambda: sum(one.done() for one in asked) == 4)
        gate.hold = b""
        assert sorted(one.result() for one in asked) == [200] * 2 + [429] * 4


def test_it_needs_a_right_of_its_own_and_a_person(site: Made) -> None:
    made = site(1)
    operator = made.console.add_member(made.http, ("operator", "org/main/etcd/own"))
    stranger = made.console.add_member(made.http, ("viewer", "org/main/registry/local"))
    with made.console.signed_in(operator) as one, made.console.signed_in(stranger) as other:
        for http, status in ((one.http, 403), (other.http, 404)):
            assert http.get("/etcd/own/snapshot").status_code == status
            assert http.post("/etcd/own/snapshot").status_code == status
            assert http.get(FILE).status_code == status
    body = {"name": "robot", "rights": ["*:*"]}
    token = made.http.post("/tokens", json=body)
    assert token.status_code == 201, token.text
    headers = {"Authorization": f"Bearer {token.json()['secret']}"}
    with httpx2.Client(base_url=f"{made.console.url}/api/v1", headers=headers) as robot:
        refused = robot.get(FILE)
    assert refused.status_code == 403
    assert "step-up-required" in refused.json()["type"]


def test_how_to_restore_names_this_clusters_members(site: Made) -> None:
    made = site()
    plan = made.http.get("/etcd/own/snapshot").json()
    told = [step["command"] for step in plan["restore"]]
    commands = [command for command in told if "snapshot restore" in command]
    assert len(commands) == 3
    ports = made.etcd.cluster._peer
    whole = ",".join(f"m{n + 1}=http://127.0.0.1:{port}" for n, port in enumerate(ports))
    for number, command in enumerate(sorted(commands)):
        assert f"--name m{number + 1}" in command
        assert f"--initial-advertise-peer-urls http://127.0.0.1:{ports[number]}" in command
        assert all(part in command for part in whole.split(","))
        assert "--bump-revision" not in command
    made.etcd.ctl("put", "/registry/pods/a/b", "x")
    until_sync(lambda: made.http.get("/etcd/own/snapshot").json()["kubernetes"])
    again = made.http.get("/etcd/own/snapshot").json()["restore"]
    restoring = [step["command"] for step in again if "snapshot restore" in step["command"]]
    assert all("--bump-revision" in one and "--mark-compacted" in one for one in restoring)
