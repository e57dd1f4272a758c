"""Pods of a test's own that do what it says: nothing, unless told otherwise."""

from __future__ import annotations

import json

from tests.integration.realnodes.cluster import pods_of
from tests.stackfixtures import RunningStack

__all__ = ["make_pod"]

SLEEPS = "trap 'exit 0' TERM; sleep 100000 & wait"


def make_pod(stack: RunningStack, namespace: str, name: str, script: str = SLEEPS) -> None:
    model = pods_of(stack, "logger")[0]["spec"]
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "restartPolicy": "Never",
            "nodeSelector": model["nodeSelector"],
            "tolerations": model["tolerations"],
            "terminationGracePeriodSeconds": 1,
            "containers": [
                {
                    "name": "c",
                    "image": model["containers"][0]["image"],
                    "command": ["sh", "-c", script],
                }
            ],
        },
    }
    stack.kubectl("create", "-f", "-", stdin=json.dumps(pod))
    stack.kubectl("wait", "-n", namespace, f"pod/{name}", "--for=condition=Ready", "--timeout=60s")
