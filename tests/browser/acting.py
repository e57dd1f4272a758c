"""A namespace of a test's own, with a deployment that the test acts on in the browser."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.stackfixtures import RunningStack

IMAGE = "example.invalid/web"


@dataclass
class Shop:
    """A namespace of this test's own with a deployment ``web``."""

    stack: RunningStack
    namespace: str

    def apply(self, image: str, replicas: int = 2) -> None:
        labels = {"app": "web"}
        pod = {"containers": [{"name": "main", "image": image}]}
        template = {"metadata": {"labels": labels}, "spec": pod}
        deployment = {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "web", "labels": labels},
            "spec": {
                "replicas": replicas,
                "selector": {"matchLabels": labels},
                "template": template,
            },
        }
        text = json.dumps(deployment)
        self.stack.kubectl("apply", "-n", self.namespace, "-f", "-", stdin=text)

    def read(self, kind: str, name: str) -> dict[str, Any]:
        return json.loads(self.stack.kubectl("get", kind, name, "-n", self.namespace, "-o", "json"))

    @property
    def path(self) -> str:
        return f"/clusters/local/deployments/{self.namespace}/web"


@contextmanager
def own_shop(stack: RunningStack) -> Iterator[Shop]:
    """It lasts as long as this."""
    namespace = f"acting-{uuid.uuid4().hex[:6]}"
    stack.kubectl("create", "namespace", namespace)
    made = Shop(stack, namespace)
    made.apply(f"{IMAGE}:1")
    yield made
    stack.kubectl("delete", "namespace", namespace, "--wait=false")
