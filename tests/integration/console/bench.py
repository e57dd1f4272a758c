"""A namespace of a test's own on the shared stack, and somebody who acts in it."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.consoleprocess import Person
from tests.stackfixtures import RunningStack
from tests.waiting import until_sync

CLUSTER = "local"
IMAGE = "example.invalid/web"


@dataclass
class Bench:
    """A namespace of this test's own, and somebody who acts in it."""

    stack: RunningStack
    namespace: str
    http: httpx2.Client

    def apply(self, *objects: dict[str, Any]) -> None:
        document = {"apiVersion": "v1", "kind": "List", "items": list(objects)}
        self.stack.kubectl("apply", "-n", self.namespace, "-f", "-", stdin=json.dumps(document))

    def read(self, kind: str, name: str) -> dict[str, Any]:
        space = () if kind == "nodes" else ("-n", self.namespace)
        return json.loads(self.stack.kubectl("get", kind, name, *space, "-o", "json"))

    def at(self, kind: str, name: str) -> str:
        space = "-" if kind in {"nodes", "namespaces"} else self.namespace
        return f"/clusters/{CLUSTER}/{kind}/{space}/{name}"

    def state(self, kind: str, name: str) -> dict[str, Any]:
        answer = self.http.get(f"{self.at(kind, name)}/actions")
        assert answer.status_code == 200, answer.text
        return answer.json()

    def ask(
        self,
        kind: str,
        name: str,
        action: str,
        body: Any = None,
        *,
        version: str = "",
        **query: Any,
    ) -> httpx2.Response:
        version = version or self.state(kind, name)["version"]
        headers = {"If-Match": f'"{version}"'}
        path = f"{self.at(kind, name)}/{action}"
        return self.http.post(path, json=body or {}, headers=headers, params=query)

    def act(self, kind: str, name: str, action: str, body: Any = None, **more: Any) -> Any:
        answer = self.ask(kind, name, action, body, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def entries(self, name: str) -> list[dict[str, Any]]:
        wanted = {"filter": f"target={name}", "limit": 200}
        found = self.http.get("/collections/activity", params=wanted)
        assert found.status_code == 200, found.text
        space = f"/ns/{self.namespace}"
        return [row for row in found.json()["rows"] if row["scope"].endswith(space)]


def _granted(stack: RunningStack, namespace: str) -> str:
    return stack.kubectl("get", "rolebindings", "-n", namespace, "-o", "name")


@contextmanager
def own_bench(stack: RunningStack, owner: Person) -> Iterator[Bench]:
    """The namespace lasts as long as this."""
    namespace = f"operate-{uuid.uuid4().hex[:6]}"
    stack.kubectl("create", "namespace", namespace)
    # The stack grants the console's roles in a new namespace after seconds.
    until_sync(lambda: "craton-viewer-view" in _granted(stack, namespace))
    yield Bench(stack, namespace, owner.http)
    stack.kubectl("delete", "namespace", namespace, "--wait=false")


def workload(kind: str, name: str, image: str = f"{IMAGE}:1", **spec: Any) -> dict[str, Any]:
    labels = {"app": name}
    pod = {"containers": [{"name": "main", "image": image}]}
    template = {"metadata": {"labels": labels}, "spec": pod}
    return {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": name, "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


def cron(name: str) -> dict[str, Any]:
    pod = {"containers": [{"name": "main", "image": f"{IMAGE}:1"}], "restartPolicy": "Never"}
    job = {"template": {"spec": pod}}
    spec = {"schedule": "0 0 1 1 *", "jobTemplate": {"spec": job}}
    return {"apiVersion": "batch/v1", "kind": "CronJob", "metadata": {"name": name}, "spec": spec}
