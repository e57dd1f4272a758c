"""Saved views: one's own, shared ones, guarded against each other's changes, on record."""

from __future__ import annotations

import pytest

from auth.scope import namespace, organisation
from auth.verb import Verb
from backend.features.views.rights import KINDS
from tests.console import ConsoleApp

MAIN = organisation("main")
PODS = {"collection": "pods", "name": "Failing", "search": "filter=healthy%3Dfalse&sort=-restarts"}


async def listed(caller, collection: str = "pods") -> list[dict]:
    answer = await caller.get("/views", params={"collection": collection})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_private_view_is_its_owners_alone(console: ConsoleApp) -> None:
    ada = await console.member("ada", ("viewer", MAIN))
    bob = await console.member("bob", ("operator", MAIN))
    made = await ada.post("/views", json=PODS)
    assert made.status_code == 201, made.text
    view = made.json()
    assert (view["own"], view["owner"], view["search"]) == (True, "ada", PODS["search"])
    assert await listed(ada) == [view]
    assert await listed(bob) == await listed(ada, "workloads") == []
    path, stamp = f"/views/{view['id']}", {"if-match": '"1"'}
    assert (await bob.patch(path, json={"name": "x"}, headers=stamp)).status_code == 404
    assert (await bob.delete(path, headers=stamp)).status_code == 404
    assert (await ada.post("/views", json=PODS)).status_code == 409
    assert (await ada.delete(path)).status_code == 428
    assert (await ada.delete(path, headers=stamp)).status_code == 204
    assert await listed(ada) == []


async def test_sharing_needs_the_right_and_reaches_who_may_list_the_table(
    console: ConsoleApp,
) -> None:
    ada = await console.member("ada", ("viewer", MAIN))
    bob = await console.member("bob", ("operator", MAIN))
    near = await console.member("near", ("viewer", namespace("main", "local", "web")))
    nobody = await console.member("nobody")
    refused = await ada.post("/views", json={**PODS, "shared": True})
    assert (refused.status_code, refused.json()["needs"]["verb"]) == (403, "create")
    view = (await bob.post("/views", json={**PODS, "shared": True})).json()
    for caller in (ada, near):
        assert [(one["id"], one["own"]) for one in await listed(caller)] == [(view["id"], False)]
    assert (await nobody.get("/views", params={"collection": "pods"})).status_code == 404
    path, stamp = f"/views/{view['id']}", {"if-match": '"1"'}
    for caller, status in ((ada, 403), (nobody, 404)):
        assert (await caller.patch(path, json={"name": "x"}, headers=stamp)).status_code == status
        assert (await caller.delete(path, headers=stamp)).status_code == status
    mine = (await ada.post("/views", json=PODS)).json()
    shared = await ada.patch(f"/views/{mine['id']}", json={"shared": True}, headers=stamp)
    assert shared.status_code == 403


async def test_of_two_changes_of_one_version_the_second_is_told_the_first(
    console: ConsoleApp,
) -> None:
    bob = await console.member("bob", ("operator", MAIN))
    eve = await console.member("eve", ("operator", MAIN))
    view = (await bob.post("/views", json={**PODS, "shared": True})).json()
    path, stamp = f"/views/{view['id']}", {"if-match": '"1"'}
    first = await eve.patch(path, json={"name": "In trouble"}, headers=stamp)
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (first.json()["changed_by"], first.json()["owner"]) == ("eve", "bob")
    second = await bob.patch(path, json={"search": "q=web"}, headers=stamp)
    assert (second.status_code, second.json()["current"]["name"]) == (412, "In trouble")
    other = (await bob.post("/views", json={**PODS, "name": "Other"})).json()
    taken = await bob.patch(
        f"/views/{other['id']}", json={"name": "In trouble"}, headers={"if-match": '"1"'}
    )
    assert taken.status_code == 409
    assert (await eve.delete(path, headers={"if-match": '"2"'})).status_code == 204
    owner = await console.owner()
    entries = (await owner.get("/collections/activity")).json()["rows"]
    told = [(e["actor"], e["action"]) for e in entries if e["target_kind"] == "saved-view"]
    assert told[:3] == [
        ("eve", "saved-view:delete"),
        ("bob", "saved-view:create"),
        ("eve", "saved-view:update"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"search": "row=x"}, "search"),
        ({"search": "q=" + "x" * 4096}, "search"),
        ({"name": " "}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"owner": "eve"}, "owner"),
    ],
)
async def test_what_a_view_cannot_be(console: ConsoleApp, change: dict, field: str) -> None:
    ada = await console.member("ada", ("viewer", MAIN))
    answer = await ada.post("/views", json={**PODS, **change})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    absent = await ada.post("/views", json={**PODS, "collection": "nothing"})
    assert absent.status_code == 404


async def test_what_one_keeps_of_a_table_that_is_no_longer_ones_can_be_removed(
    console: ConsoleApp,
) -> None:
    ada = await console.member("ada", ("viewer", MAIN))
    bob = await console.member("bob", ("operator", MAIN))
    mine = (await ada.post("/views", json=PODS)).json()
    other = (await ada.post("/views", json={**PODS, "collection": "services"})).json()
    shared = (await bob.post("/views", json={**PODS, "shared": True})).json()
    owner = await console.owner()
    for row in (await owner.get("/collections/bindings")).json()["rows"]:
        if row["subject"] == "ada":
            assert (await owner.delete(f"/bindings/{row['key']}")).status_code == 204
    assert (await ada.get("/views", params={"collection": "pods"})).status_code == 404
    kept = await ada.get("/views")
    assert (kept.status_code, kept.json()) == (200, [mine, other])
    stamp = {"if-match": '"1"'}
    assert (await ada.delete(f"/views/{shared['id']}", headers=stamp)).status_code == 404
    assert (await ada.delete(f"/views/{mine['id']}", headers=stamp)).status_code == 204
    assert (await ada.get("/views")).json() == [other]


def test_only_what_a_route_asks_for_is_a_right() -> None:
    asked = {Verb.GET, Verb.CREATE, Verb.UPDATE, Verb.DELETE}
    assert {kind.name: kind.verbs for kind in KINDS} == {"saved-view": asked}


async def test_views_go_with_their_owner(console: ConsoleApp) -> None:
    bob = await console.member("bob", ("operator", MAIN))
    await bob.post("/views", json={**PODS, "shared": True})
    owner = await console.owner()
    users = (await owner.get("/collections/users", params={"filter": "login=bob"})).json()["rows"]
    assert (await owner.delete(f"/users/{users[0]['key']}")).status_code == 204
    assert await listed(owner) == []
