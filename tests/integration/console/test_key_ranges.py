"""On the real etcd: two tenants whose keys lie beside each other in one store."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest

from tests.consoleprocess import ConsoleProcess, Person
from tests.integration.console.conftest import OpenTab
from tests.stackfixtures import RunningStack
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)


@dataclass
class Tenant:
    """A team that owns the keys below `folder`, and somebody who belongs to it."""

    team: str
    folder: str
    person: Person

    @property
    def range(self) -> str:
        return f"org/main/etcd/local/key/~{self.folder}"

    def key(self, name: str) -> str:
        return f"{self.folder}/{name}"


def own(owner: Person, team: str, **body: Any) -> None:
    version = owner.http.get(f"/teams/{team}").headers["etag"]
    answer = owner.http.patch(f"/teams/{team}", json=body, headers={"If-Match": version})
    assert answer.status_code == 200, answer.text


@pytest.fixture
def tenants(
    stack: RunningStack, server: ConsoleProcess, owner: Person
) -> Iterator[tuple[Tenant, Tenant]]:
    """The second's folder begins as the first's does, as a careless prefix would let through."""
    mark = uuid.uuid4().hex[:8]
    root = f"/tenants-{mark}"
    with ExitStack() as sessions:
        both = []
        for name in (f"one-{mark}", f"one-{mark}-two"):
            login = server.add_member(owner.http)
            assert owner.http.post("/teams", json={"name": name}).status_code == 201
            grant = {
                "subject_kind": "team", "subject": name, "role": "operator",
                "scope": f"org/main/team/{name}",
            }  # fmt: skip
            assert owner.http.post("/bindings", json=grant).status_code == 201
            made = Tenant(name, f"{root}/{name}", sessions.enter_context(server.signed_in(login)))
            own(owner, name, members=[login], scopes=[made.range])
            for key in ("config", "deep/secret"):
                stack.etcdctl("put", made.key(key), name)
            both.append(made)
        yield both[0], both[1]
    stack.etcdctl("del", "--prefix", f"{root}/")
    for one in both:
        assert owner.http.delete(f"/teams/{one.team}").status_code == 204


def listed(one: Tenant, **query: Any) -> set[str]:
    answer = one.person.http.get("/collections/keys", params={"limit": 1000, **query})
    if answer.status_code == 403:
        return set()
    assert answer.status_code == 200, answer.text
    assert answer.json()["total"] == len(answer.json()["rows"])
    return {row["path"] for row in answer.json()["rows"]}


async def test_each_tenant_finds_their_keys_and_no_others(tenants: tuple[Tenant, Tenant]) -> None:
    for one, other in (tenants, tenants[::-1]):
        mine = {one.key("config"), one.key("deep/secret")}
        await until(lambda one=one, mine=mine: listed(one) == mine)
        http = one.person.http
        assert http.get("/etcd/local/value", params={"key": one.key("config")}).status_code == 200
        hidden = other.key("config")
        ghost = hidden.replace("config", "nothing")
        for path, word in (("value", "key"), ("previews", "key"), ("folders", "prefix")):
            told, missing = (
                http.get(f"/etcd/local/{path}", params={word: text + "/" * (word == "prefix")})
                for text in (hidden, ghost)
            )
            assert (told.status_code, told.json()["detail"]) == (404, missing.json()["detail"])
        for text in (
            http.get("/collections/keys", params={"format": "csv"}).text,
            http.get(
                "/etcd/local/folders", params={"prefix": f"{one.folder.rsplit('/', 1)[0]}/"}
            ).text,
            http.get("/search", params={"q": "config"}).text,
            http.get("/overview").text,
        ):
            assert f"{other.folder}/" not in text
        counted = http.get("/overview").json()["systems"]
        assert [s["counts"].get("keys") for s in counted if s["name"] == "etcd"] == [2]


async def test_open_tables_follow_keys_and_ownership(
    stack: RunningStack, owner: Person, tenants: tuple[Tenant, Tenant], tab: OpenTab
) -> None:
    one, other = tenants
    socket = await tab(one.person)
    table = await socket.subscribe("t", "keys")
    mine = {one.key("config"), one.key("deep/secret")}

    def shown() -> set[str]:
        return {row["path"] for row in table.rows}

    await socket.until(lambda: shown() == mine, what="their keys")
    await asyncio.to_thread(stack.etcdctl, "put", other.key("more"), "x")
    await asyncio.to_thread(stack.etcdctl, "put", one.key("more"), "x")
    await socket.until(lambda: shown() == mine | {one.key("more")}, what="their new key")
    assert [text for text in socket.texts if f"{other.folder}/" in text] == []
    own(owner, one.team, scopes=[f"{one.range}/deep"])
    await socket.until(lambda: shown() == {one.key("deep/secret")}, what="what is left of them")
    own(owner, one.team, scopes=[])
    await socket.until(lambda: shown() == set(), what="nothing any more")
    assert table.total == 0
    own(owner, one.team, scopes=[one.range])
    await socket.until(lambda: shown() == mine | {one.key("more")}, what="all again")
    socket.assert_as_described()
