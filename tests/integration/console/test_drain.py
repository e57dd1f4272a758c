"""Draining a node of a real cluster: what it would do, the job, budgets, stopping, lost rights."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.consoleprocess import ConsoleProcess, Person
from tests.ownnode import budget, own_node, web
from tests.stackfixtures import RunningStack
from tests.waiting import until_sync

pytestmark = pytest.mark.timeout(300)

Object = dict[str, Any]


@dataclass
class Site:
    """A node of this test's own, and a namespace whose pods run there and nowhere else."""

    stack: RunningStack
    http: httpx2.Client
    name: str

    @property
    def path(self) -> str:
        return f"/clusters/local/nodes/-/{self.name}/drain"

    def apply(self, *objects: Object) -> None:
        document = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.stack.kubectl("apply", "-n", self.name, "-f", "-", stdin=json.dumps(document))

    def read(self, *words: str) -> Object:
        return json.loads(self.stack.kubectl("get", *words, "-n", self.name, "-o", "json"))

    def pods(self) -> list[str]:
        return [pod["metadata"]["name"] for pod in self.read("pods")["items"]]

    def uids(self) -> set[str]:
        return {pod["metadata"]["uid"] for pod in self.read("pods")["items"]}

    def entries(self) -> list[Object]:
        asked = {"filter": f"target={self.name}", "limit": 50}
        rows = self.http.get("/collections/activity", params=asked).json()["rows"]
        return [row for row in rows if row["action"] == "machine:drain"]

    def plan(self, **query: Any) -> Object:
        answer = self.http.get(self.path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(self, http: httpx2.Client | None = None, **body: Any) -> httpx2.Response:
        headers = {"If-Match": f'"{self.plan()["version"]}"'}
        return (http or self.http).post(self.path, json=body, headers=headers)

    def job(self, started: httpx2.Response) -> Object:
        assert started.status_code == 202, started.text
        return self.http.get(f"/jobs/{started.json()['job']}").json()

    def ready(self, count: int) -> None:
        until_sync(lambda: _ready(self.read("deployment", "web")) == count)


def _ready(deployment: Object) -> int:
    return int(deployment["status"].get("readyReplicas", 0))


@pytest.fixture
def site(stack: RunningStack, owner: Person) -> Iterator[Site]:
    with own_node(stack) as name:
        yield Site(stack, owner.http, name)


def test_pods_leave_a_node_and_it_stays_cordoned(site: Site) -> None:
    site.apply(web(3, site.name))
    site.ready(3)
    plan = site.plan()
    assert plan["counts"].get("evicted") == 3
    assert plan["cordoned"] is False
    started = site.start()
    until_sync(lambda: site.job(started)["state"] == "succeeded")
    job = site.job(started)
    assert job["done"] == job["total"] == 3
    assert json.loads(site.stack.kubectl("get", "node", site.name, "-o", "json"))["spec"][
        "unschedulable"
    ]
    assert not [pod for pod in site.plan()["pods"] if pod["fate"] != "stays"]
    assert {row["outcome"] for row in site.entries()} == {"begun", "success"}


def test_a_budget_is_told_before_waited_for_and_the_job_can_be_stopped(site: Site) -> None:
    site.apply(web(2, site.name), budget("all", minAvailable=2))
    site.ready(2)
    until_sync(lambda: site.read("pdb", "all")["status"].get("currentHealthy") == 2)
    plan = site.plan()
    assert plan["counts"].get("waits") == 2
    assert "needs 2 healthy pods and has 2" in plan["pods"][0]["why"]
    started = site.start()
    until_sync(lambda: "needs 2 healthy pods" in site.job(started)["stage"])
    assert sorted(site.pods()) == sorted(pod["name"] for pod in plan["pods"] if pod["budget"])
    again = site.start()
    assert again.status_code == 409, again.text
    assert site.plan()["running"] == started.json()["job"]
    site.http.post(f"/jobs/{started.json()['job']}/cancel")
    until_sync(lambda: site.job(started)["state"] == "cancelled")
    assert len(site.pods()) == 2
    assert site.plan()["cordoned"] is False
    # What was stopped asks nobody any more, also where it now could.
    uids = site.uids()
    site.apply(budget("all", minAvailable=0))
    until_sync(lambda: site.read("pdb", "all")["status"].get("disruptionsAllowed") == 2)
    time.sleep(8)
    assert site.uids() == uids
    rows = site.entries()
    assert [row["detail"] for row in rows if row["outcome"] == "failed"] == [
        "stopped; it takes pods again"
    ]
    # With room in the budget the next one goes through, by and by.
    site.apply(budget("all", minAvailable=1))
    finished = site.start()
    until_sync(lambda: site.job(finished)["state"] == "succeeded", 120)


def test_what_is_lost_is_asked_about_first(site: Site) -> None:
    site.apply(
        web(1, site.name, volumes=[{"name": "scratch", "emptyDir": {}}]),
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "alone"},
            "spec": {
                "nodeName": site.name,
                "containers": [{"name": "main", "image": "example.invalid/web:1"}],
            },
        },
    )
    site.ready(1)
    fates = {pod["fate"] for pod in site.plan()["pods"]}
    assert {"unmanaged", "local-data"} <= fates
    refused = site.start()
    assert refused.status_code == 409, refused.text
    assert {pod["fate"] for pod in refused.json()["pods"]} == {"unmanaged", "local-data"}
    assert "alone" in site.pods()
    started = site.start(local_data=True, unmanaged=True)
    until_sync(lambda: site.job(started)["state"] == "succeeded")
    assert "alone" not in site.pods()


def test_two_budgets_about_a_pod_are_told_and_nothing_begins(site: Site) -> None:
    site.apply(web(1, site.name), budget("one", minAvailable=0), budget("two", minAvailable=0))
    site.ready(1)
    assert site.plan()["counts"].get("never") == 1
    assert site.start().status_code == 409
    assert len(site.pods()) == 1


def test_it_stops_when_who_started_it_may_not_any_more(
    site: Site, server: ConsoleProcess, owner: Person, member: Callable[..., Person]
) -> None:
    site.apply(web(1, site.name), budget("all", minAvailable=1))
    site.ready(1)
    until_sync(lambda: site.read("pdb", "all")["status"].get("currentHealthy") == 1)
    person = member(("operator", "org/main/cluster/local"))
    started = site.start(person.http)
    until_sync(lambda: "waits" in site.job(started)["stage"])
    asked = {"filter": f"subject={json.dumps(person.login)}", "limit": 5}
    (binding,) = owner.http.get("/collections/bindings", params=asked).json()["rows"]
    removed = owner.http.delete(f"/bindings/{binding['key']}")
    assert removed.status_code == 204, removed.text
    until_sync(lambda: site.job(started)["state"] == "failed")
    assert "may not drain machines there any more" in site.job(started)["error"]
    assert len(site.pods()) == 1


def test_who_may_not_drain_learns_nothing(site: Site, member: Callable[..., Person]) -> None:
    stranger = member(("viewer", "org/main/etcd/local"))
    viewer = member(("viewer", "org/main/cluster/local"))
    assert stranger.http.get(site.path).status_code == 404
    assert viewer.http.get(site.path).status_code == 403
    assert site.start(viewer.http).status_code == 403


def test_it_stops_when_somebody_uncordons_the_node_or_it_is_another(site: Site) -> None:
    site.apply(web(1, site.name), budget("all", minAvailable=1))
    site.ready(1)
    until_sync(lambda: site.read("pdb", "all")["status"].get("currentHealthy") == 1)
    started = site.start()
    until_sync(lambda: "needs 1 healthy pods" in site.job(started)["stage"])
    site.stack.kubectl("uncordon", site.name)
    until_sync(lambda: site.job(started)["state"] == "failed")
    assert "uncordoned" in site.job(started)["error"]
    assert len(site.pods()) == 1
    assert "failed" in {row["outcome"] for row in site.entries()}
