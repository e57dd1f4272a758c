"""A console connected to a real etcd cluster of a test's own, and its owner."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.consoleprocess import OWNER, ConsoleProcess, Person, launch_console
from tests.ownetcd import OwnEtcd, own_etcd
from tests.waiting import until_sync

Object = dict[str, Any]


@dataclass
class Site:
    """The cluster, the console and the owner's hands."""

    etcd: OwnEtcd
    console: ConsoleProcess
    http: httpx2.Client

    def plan(self, runbook: str, **query: str) -> Object:
        answer = self.http.get(f"/etcd/own/runbooks/{runbook}", params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def start(
        self, runbook: str, http: httpx2.Client | None = None, version: str = "", **body: Any
    ) -> httpx2.Response:
        headers = {"If-Match": f'"{version or self.plan(runbook)["version"]}"'}
        path = f"/etcd/own/runbooks/{runbook}"
        return (http or self.http).post(path, json=body, headers=headers)

    def begun(self, runbook: str, **body: Any) -> str:
        started = self.start(runbook, **body)
        assert started.status_code == 202, started.text
        return started.json()["job"]

    def view(self, runbook: str, job: str) -> Object:
        answer = self.http.get(f"/etcd/own/runbooks/{runbook}/jobs/{job}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ended(self, runbook: str, job: str, state: str = "succeeded") -> Object:
        over = {"succeeded", "failed", "cancelled"}
        until_sync(lambda: self.view(runbook, job)["state"] in over, 120)
        found = self.view(runbook, job)
        assert found["state"] == state, found
        return found

    def entries(self) -> list[Object]:
        asked = {"filter": "target=own", "limit": 100, "sort": "at"}
        rows = self.http.get("/collections/activity", params=asked).json()["rows"]
        return [row for row in rows if row["action"] == "etcdmember:maintain"]

    def watched(self) -> None:
        """Wait until the console knows the members."""
        known = {"limit": 10}
        until_sync(
            lambda: (
                self.http.get("/collections/etcd-members", params=known).json()["total"]
                == len(self.etcd.cluster._processes)
            )
        )

    def unbind(self, person: Person) -> None:
        asked = {"filter": f"subject={json.dumps(person.login)}", "limit": 5}
        for row in self.http.get("/collections/bindings", params=asked).json()["rows"]:
            assert self.http.delete(f"/bindings/{row['key']}").status_code == 204


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Callable[..., Site]]:
    """A factory of sites: how many members, and further arguments of etcd."""
    with ExitStack() as stack:

        def make(size: int = 3, *args: str, changes: str = "allowed") -> Site:
            etcd = stack.enter_context(own_etcd(tmp_path / "etcd", size, args))
            etcd.changes = changes
            console = launch_console(tmp_path / "console", None, environment=etcd.environment)
            stack.callback(console.stop)
            person = stack.enter_context(console.signed_in(OWNER, console.password))
            made = Site(etcd, console, person.http)
            made.watched()
            return made

        yield make
