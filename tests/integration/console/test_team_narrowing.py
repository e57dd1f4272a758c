"""On the real estate: what each of two teams owns, in every list, file and open table."""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.consoleprocess import Person
from tests.integration.console.conftest import OpenTab
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)

LOCAL = "org/main/cluster/local"
SHOP, PAYMENTS = f"{LOCAL}/ns/shop", f"{LOCAL}/ns/payments"
REGISTRY, ETCD = "org/main/registry/local", "org/main/etcd/local"
NAMESPACED = ("pods", "workloads", "services", "configmaps")
ELSEWHERE = ("machines", "repositories", "tags", "keys", "etcd-members", "groups")
"""Nothing of these lies in a namespace."""


class Team:
    """A team of this test's own."""

    def __init__(self, owner: Person, word: str) -> None:
        self.owner = owner
        self.name = f"{word}-{uuid.uuid4().hex[:8]}"
        answer = owner.http.post("/teams", json={"name": self.name})
        assert answer.status_code == 201, answer.text

    def own(self, *scopes: str, **more: Any) -> None:
        version = self.owner.http.get(f"/teams/{self.name}").headers["etag"]
        body = {"scopes": scopes, **more}
        answer = self.owner.http.patch(
            f"/teams/{self.name}", json=body, headers={"If-Match": version}
        )
        assert answer.status_code == 200, answer.text

    def rows(self, collection: str, person: Person | None = None, **query: Any) -> dict[str, Any]:
        asked = {"team": self.name, "limit": 1000, **query}
        answer = (person or self.owner).http.get(f"/collections/{collection}", params=asked)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()
        assert body["total"] == len(body["rows"])
        return body


@pytest.fixture
def teams(owner: Person) -> Iterator[tuple[Team, Team]]:
    """One of the namespace payments, one of the namespace shop."""
    made = Team(owner, "pay"), Team(owner, "sell")
    made[0].own(PAYMENTS)
    made[1].own(SHOP)
    yield made
    for team in made:
        assert owner.http.delete(f"/teams/{team.name}").status_code == 204


async def found_by(owner: Person, team: str, name: str) -> set[str]:
    """The namespaces of the workloads that the palette finds; a busy console is asked again."""
    found: set[str] = set()

    def answered() -> bool:
        answer = owner.http.get("/search", params={"team": team, "q": name})
        hits = answer.json()["results"] if answer.is_success else []
        found.update(hit["at"]["namespace"] for hit in hits if hit["collection"] == "workloads")
        return bool(found)

    await until(answered)
    return found


async def test_every_list_and_file(owner: Person, teams: tuple[Team, Team]) -> None:
    for team, namespace in zip(teams, ("payments", "shop"), strict=True):
        for name in NAMESPACED:
            found = team.rows(name, facet="namespace")
            assert {row["namespace"] for row in found["rows"]} == {namespace}, name
            assert found["facets"]["namespace"] == [
                {"value": namespace, "count": found["total"]}
            ], name
        assert [row["name"] for row in team.rows("namespaces")["rows"]] == [namespace]
        for name in ("problems", "events"):
            rows = team.rows(name)["rows"]
            assert all(row["namespace"] == namespace for row in rows), name
        for name in ELSEWHERE:
            assert team.rows(name)["total"] == 0, name
        asked = {"team": team.name, "format": "csv", "cols": "namespace"}
        file = owner.http.get("/collections/workloads", params=asked)
        lines = list(csv.reader(io.StringIO(file.text)))[1:]
        assert lines
        assert {line[0] for line in lines} == {namespace}
        some = team.rows("workloads", filter="kind=Deployment")["rows"][0]
        assert await found_by(owner, team.name, some["name"]) == {namespace}


def test_repositories_and_keys(owner: Person, teams: tuple[Team, Team]) -> None:
    team, _ = teams
    some = owner.http.get("/collections/repositories", params={"limit": 1}).json()["rows"][0]
    team.own(f"{REGISTRY}/repo/{some['name']}", ETCD)
    assert [row["name"] for row in team.rows("repositories")["rows"]] == [some["name"]]
    assert {row["repository"] for row in team.rows("tags")["rows"]} == {some["name"]}
    assert team.rows("etcd-members")["total"] > 0
    assert team.rows("pods")["total"] == 0
    overview = owner.http.get("/overview", params={"team": team.name}).json()
    states = {system["name"]: system for system in overview["systems"]}
    assert states["kubernetes"]["sentence"] == "The team owns nothing here that you may see."
    assert states["registry"]["counts"]["repositories"] == 1


async def test_an_open_table_follows_and_never_shows_more(
    member: Any, teams: tuple[Team, Team], tab: OpenTab
) -> None:
    team, _ = teams
    person = member(("viewer", SHOP))
    team.own(PAYMENTS, members=[person.login])
    socket = await tab(person)
    table = await socket.subscribe("pods", "pods", team=team.name, facet=["namespace"])

    def shown() -> set[str]:
        return {row["namespace"] for row in table.rows}

    await socket.until(lambda: table.snapshots > 0, what="the first answer")
    assert (shown(), table.total, table.error) == (set(), 0, None), "payments is not theirs to see"
    team.own(SHOP)
    await socket.until(lambda: shown() == {"shop"}, what="what the team owns now")
    assert [entry["value"] for entry in table.facets["namespace"]] == ["shop"]
    team.own(LOCAL)
    whole = await socket.subscribe("whole", "pods")
    await socket.until(lambda: table.keys == whole.keys and whole.keys != [], what="the same rows")
    assert shown() == {"shop"}
    team.own(members=[])
    await socket.until(lambda: table.error is not None, what="one who belongs to it no longer")
    assert table.error is not None
    assert table.error["status"] == 404
    socket.assert_as_described()
