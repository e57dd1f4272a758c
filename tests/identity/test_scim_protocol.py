"""The protocol as provisioning services use it, and what may not be asked: forms of PATCH,
versions, filters, pages, sizes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Mount

from backend.features.scim import endpoint
from tests.console import ConsoleApp, running_console
from tests.identity.scim import CORE, Client, provisioning

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
WRONG_FILTERS = (
    "userName",
    'userName eq "a',
    'userName eq "a" or',
    'password eq "a"',
    'emails[type eq "work"].value co "a"',
    'name.familyName eq "a"',
    'nothing eq "a"',
    "active gt true",
    "userName gt 5",
    'meta.created gt "yesterday"',
    "(" * 2000,
    "not (" * 40 + "active eq true" + ")" * 40,
    " or ".join(['userName eq "a"'] * 60),
    'userName eq "' + "a" * 5000 + '"',
)
FOUND = {
    'userName eq "ADA"': ["ada"],
    'userName ne "ada"': ["bob", "cid"],
    'userName sw "A" or userName ew "ID"': ["ada", "cid"],
    'userName co "O"': ["bob"],
    'externalId eq "e-ada"': ["ada"],
    'externalId eq "E-ADA"': [],
    "externalId pr": ["ada"],
    "not (externalId pr)": ["bob", "cid"],
    "active eq false": ["bob"],
    "active ne false": ["ada", "cid"],
    'displayName eq "ada l."': ["ada"],
    'userName eq "a%" or userName sw "%"': [],
    'meta.created gt "2020-01-01T00:00:00Z" and userName eq "cid"': ["cid"],
    'meta.lastModified lt "2020-01-01T00:00:00Z"': [],
    f'{CORE}User:userName eq "ada"': ["ada"],
}


@pytest.fixture
async def console(tmp_path: Path, database_url: str) -> AsyncIterator[ConsoleApp]:
    declared = ({"name": "sso", "issuer": "https://sso.example", "client_id": "x"},)
    async with running_console(tmp_path, database_url, identity_providers=declared) as running:
        yield running


@pytest.fixture
async def client(console: ConsoleApp) -> AsyncIterator[Client]:
    async with await provisioning(console, await console.owner()) as client:
        yield client


async def read(client: Client, where: str) -> dict[str, Any]:
    answer = await client.get(where)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("application/scim+json")
    found: dict[str, Any] = answer.json()
    return found


async def test_what_entra_sends(client: Client) -> None:
    told = {
        "schemas": [f"{CORE}User", ENTERPRISE],
        "externalId": "oid-1",
        "userName": "ada@example.test",
        "active": "True",
        "displayName": "Ada",
        "emails": [{"primary": True, "type": "work", "value": "ada@example.test"}],
        "name": {"familyName": "Lovelace", "givenName": "Ada"},
        "phoneNumbers": [{"type": "work", "value": "1"}],
        "title": "Countess",
        ENTERPRISE: {"department": "Engines", "manager": "x"},
    }
    made = await client.post("/Users", json=told)
    assert made.status_code == 201, made.text
    ada = made.json()
    assert ada["active"] is True
    assert "title" not in ada, "what we do nothing with is not kept"
    where = f"/Users/{ada['id']}"
    changed = await client.operate(
        where,
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "displayName", "value": "Ada Lovelace"},
        {"op": "Add", "path": 'emails[type eq "home"].value', "value": "a@home.test"},
        {"op": "Replace", "path": 'emails[type eq "work"].value', "value": "a@work.test"},
        {"op": "Add", "path": f"{ENTERPRISE}:department", "value": "Poetry"},
        {"op": "Add", "path": 'phoneNumbers[type eq "mobile"].value', "value": "2"},
        {"op": "Replace", "path": "name.givenName", "value": "Augusta"},
    )
    assert changed.status_code == 200, changed.text
    now = await read(client, where)
    assert (now["active"], now["displayName"]) == (False, "Ada Lovelace")
    assert now["name"] == {"familyName": "Lovelace", "givenName": "Augusta"}
    mails = {one["type"]: one["value"] for one in now["emails"]}
    assert mails == {"home": "a@home.test", "work": "a@work.test"}
    group = await client.group("Engineers")
    where = f"/Groups/{group['id']}"
    bob = await client.person("bob")
    ids = [{"value": one["id"]} for one in (ada, bob)]
    for operation, members in (
        ({"op": "Add", "path": "members", "value": ids}, 2),
        ({"op": "Remove", "path": "members", "value": ids[:1]}, 1),
        ({"op": "Remove", "path": f'members[value eq "{bob["id"]}"]'}, 0),
    ):
        answer = await client.operate(where, operation)
        assert (answer.status_code, answer.content) == (204, b"")
        assert len((await read(client, where)).get("members", [])) == members
    assert "members" not in await read(client, f"{where}?excludedAttributes=members")


async def test_what_okta_sends(client: Client) -> None:
    ada, bob = await client.person("ada", externalId="00u1"), await client.person("bob")
    found = await read(client, '/Users?filter=userName eq "ada"&startIndex=1&count=100')
    assert [one["id"] for one in found["Resources"]] == [ada["id"]]
    off = await client.operate(f"/Users/{ada['id']}", {"op": "replace", "value": {"active": False}})
    assert (off.status_code, off.json()["active"], off.json()["userName"]) == (200, False, "ada")
    on = await client.put(f"/Users/{ada['id']}", json=off.json() | {"active": True})
    assert (on.status_code, on.json()["active"], on.json()["externalId"]) == (200, True, "00u1")
    group = await client.group("Everyone", ada["id"])
    where = f"/Groups/{group['id']}"
    answer = await client.operate(
        where,
        {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'},
        {"op": "add", "path": "members", "value": [{"value": bob["id"], "display": "bob"}]},
        {"op": "replace", "value": {"id": group["id"], "displayName": "All"}},
    )
    assert answer.status_code == 204, answer.text
    now = await read(client, where)
    assert (now["displayName"], [one["value"] for one in now["members"]]) == ("All", [bob["id"]])
    taken = await client.post("/Users", json={"schemas": [f"{CORE}User"], "userName": "ADA"})
    assert (taken.status_code, taken.json()["scimType"]) == (409, "uniqueness")


async def test_only_the_version_that_was_read_is_changed(client: Client) -> None:
    ada = await client.person("ada")
    where, first = f"/Users/{ada['id']}", ada["meta"]["version"]
    change = {"op": "replace", "path": "displayName", "value": "Ada"}
    done = await client.operate(where, change, headers={"If-Match": first})
    assert done.status_code == 200, done.text
    second = done.headers["etag"]
    assert second == done.json()["meta"]["version"] != first
    for stale in (
        await client.operate(where, {**change, "value": "x"}, headers={"If-Match": first}),
        await client.put(where, json=ada | {"displayName": "x"}, headers={"If-Match": first}),
        await client.delete(where, headers={"If-Match": first}),
    ):
        assert stale.status_code == 412, stale.text
    unchanged = await client.get(where, headers={"If-None-Match": second})
    assert unchanged.status_code == 304
    assert (await client.delete(where, headers={"If-Match": second})).status_code == 204


async def test_filters_find_what_they_say_and_nothing_else_is_asked(client: Client) -> None:
    await client.person("ada", externalId="e-ada", displayName="Ada L.", active=True)
    await client.person("bob", active=False)
    await client.person("cid")
    for asked, names in FOUND.items():
        answer = await client.get("/Users", params={"filter": asked})
        assert answer.status_code == 200, (asked, answer.text)
        found = sorted(one["userName"] for one in answer.json().get("Resources", []))
        assert found == names, asked
    for asked in WRONG_FILTERS:
        answer = await client.get("/Users", params={"filter": asked})
        assert answer.status_code == 400, (asked[:80], answer.text[:300])
        assert answer.json()["scimType"] == "invalidFilter", asked[:80]
    group = await client.group("Ops")
    by_member = f'id eq "{group["id"]}" and members eq "nobody"'
    assert (await client.get("/Groups", params={"filter": by_member})).json()["totalResults"] == 0
    assert (await client.get("/Users", params={"sortBy": "userName"})).status_code == 501


async def test_pages_are_bounded_and_hold_everybody_once(client: Client) -> None:
    for number in range(5):
        await client.person(f"p{number}")
    seen: list[str] = []
    for start in (1, 3, 5):
        page = await read(client, f"/Users?startIndex={start}&count=2")
        assert (page["totalResults"], page["startIndex"]) == (5, start)
        seen += [one["userName"] for one in page["Resources"]]
    assert sorted(seen) == [f"p{number}" for number in range(5)]
    for query, shown in (
        ("count=0", 0), ("count=-1", 0), ("count=1000000000000", 5), ("startIndex=0&count=1", 1),
        ("startIndex=-9", 5), ("startIndex=99999999999999999999", 0), ("startIndex=6", 0),
    ):  # fmt: skip
        page = await read(client, f"/Users?{query}")
        assert (page["totalResults"], page["itemsPerPage"]) == (5, shown), query
    assert (await client.get("/Users?count=many")).status_code == 400


async def test_what_is_too_large_or_no_request_is_refused_in_the_protocols_form(
    console: ConsoleApp, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    person = {"schemas": [f"{CORE}User"], "userName": "x"}
    bodies: list[tuple[int, dict[str, Any]]] = [
        (400, {"json": person | {"userName": "x" * 300}}),
        (400, {"json": person | {"userName": "a\0b"}}),
        (400, {"json": person | {"userName": ""}}),
        (400, {"json": person | {"displayName": "a\nb"}}),
        (400, {"json": person | {"externalId": "y" * 300}}),
        (400, {"json": person | {"emails": [{"value": "a@b.test"}] * 20}}),
        (400, {"json": person | {"active": "perhaps"}}),
        (400, {"json": [1]}),
        (400, {"content": b"{"}),
        (400, {"content": b"[" * 100_000}),
        (413, {"content": b'{"a": "' + b"x" * 1_000_000 + b'"}'}),
        (415, {"content": b"<a/>", "headers": {"content-type": "text/xml"}}),
    ]
    for status, how in bodies:
        answer = await client.post("/Users", **how)
        assert answer.status_code == status, (status, how.keys(), answer.text[:300])
        assert answer.headers["content-type"].startswith("application/scim+json")
        assert answer.json()["status"] == str(status)
    assert (await client.get("/Users")).json()["totalResults"] == 0
    for method, where, status in (
        ("POST", "/Bulk", 501), ("GET", "/Nothing", 404), ("GET", "/Me", 501),
        ("DELETE", "/Users", 405), ("GET", f"/Users/{'a' * 1000}", 404),
    ):  # fmt: skip
        answer = await client.request(method, where)
        assert answer.status_code == status, (where, answer.text)
        assert answer.json()["status"] == str(status)
    assert (await client.get("/Users?filter=" + "a" * 9000)).status_code == 413
    # No place, and no time to wait for one; all that is asked before has come to its end.
    mounts = (route for route in console.app.routes if isinstance(route, Mount))
    (served,) = [each.app for each in mounts if each.path == endpoint.MOUNT]
    monkeypatch.setattr(served, "_places", asyncio.Semaphore(0))
    monkeypatch.setattr(endpoint, "SECONDS", 3.0)
    late = await client.get("/Users")
    assert (late.status_code, late.json()["status"]) == (503, "503")


async def test_nobody_else_gets_in(console: ConsoleApp, client: Client) -> None:
    owner = await console.owner()
    made = await owner.post("/tokens", json={"name": "ci", "rights": ["*:*"]})
    for credential in (None, "Bearer x", f"Bearer {made.json()['secret']}", "Basic YTpi"):
        headers = {} if credential is None else {"authorization": credential}
        del client.headers["authorization"]
        answer = await client.get("/Users", headers=headers)
        client.headers["authorization"] = "Bearer x"
        assert answer.status_code == 401, credential
        assert answer.headers["www-authenticate"].startswith("Bearer")
    # A browser's session is nobody here, and a provider's token nobody elsewhere.
    address = str(client.base_url).replace("/scim/v2/", "/scim/v2/Users")
    assert (await owner.get(address)).status_code == 401
