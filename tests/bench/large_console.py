"""A console process over a cluster that is only told of: 50,000 pods without a stack.

    python -m tests.bench.large_console --home <empty folder> [--pods 50000] [--churn 100]

For the browser's part of a large estate: the engine, the routes, the socket and the pages are the
console's own; what is made up is what a watch of the API server would have read. `--churn` changes
so many pods a second. Prints its address; the owner is the one of `tests.consoleprocess`.
"""

from __future__ import annotations

import argparse
import asyncio
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import uvicorn

from backend.app import create_app
from backend.connections.feeds import join
from backend.http.server import listen, server_config
from backend.settings import Settings
from backend.state import console_of
from integrations.contract import Feed, FeedState
from integrations.kubernetes.kinds import KINDS
from integrations.kubernetes.settings import ConnectionSettings
from tests.consoleprocess import OWNER, PASSWORD

CLUSTER = "large"
NAMESPACES = 20
NODES = 5_000


def pod(number: int, chance: random.Random, restarts: int = 0) -> dict[str, Any]:
    """One in a hundred does not run."""
    crashes = number % 100 == 0
    state: dict[str, Any] = {"running": {"startedAt": "2026-11-21T12:00:00Z"}}
    if crashes:
        state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting"}}
    name = f"service-{number % 1500:04}"
    owner = {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": name, "controller": True}
    return {
        "metadata": {
            "namespace": f"load-{number % NAMESPACES:02}",
            "name": f"{name}-{number:05}",
            "uid": f"{number:032x}",
            "creationTimestamp": f"2026-11-{1 + number % 20:02}T{number % 24:02}:00:00Z",
            "labels": {"app": name, "tier": ("web", "db", "batch")[number % 3]},
            "ownerReferences": [owner],
        },
        "spec": {
            "nodeName": f"worker-{chance.randrange(NODES):04}",
            "containers": [
                {
                    "name": "main",
                    "image": f"registry.test/team/{name}:1.{number % 9}.0",
                    "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}},
                }
            ],
        },
        "status": {
            "phase": "Running",
            "podIP": f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}",
            "qosClass": "Burstable",
            "conditions": [{"type": "Ready", "status": "False" if crashes else "True"}],
            "containerStatuses": [
                {"name": "main", "ready": not crashes, "restartCount": restarts, "state": state}
            ],
        },
    }


def node(number: int) -> dict[str, Any]:
    """One in five hundred is not ready."""
    ready = "False" if number % 500 == 499 else "True"
    return {
        "metadata": {
            "name": f"worker-{number:04}",
            "creationTimestamp": "2026-11-01T12:00:00Z",
            "labels": {"topology.kubernetes.io/zone": f"zone-{number % 3}"},
        },
        "status": {
            "allocatable": {"cpu": "8", "memory": "32Gi", "pods": "110"},
            "conditions": [{"type": "Ready", "status": ready}],
            "nodeInfo": {"osImage": "Flatcar 4459.2.1 (Oklo)", "kubeletVersion": "v1.36.3"},
        },
    }


class Large:
    """The made-up cluster behind the console's feeds."""

    def __init__(self, feeds: Mapping[str, Feed[Any]], pods: int) -> None:
        self._feeds, self._pods, self._chance = feeds, pods, random.Random(1)

    def fill(self) -> None:
        """Every kind is listed; there are machines and pods only."""
        for plural, feed in self._feeds.items():
            if plural in KINDS:
                feed.begin()
                if plural == "nodes":
                    for number in range(NODES):
                        feed.put(f"worker-{number:04}", _model("nodes", node(number)))
                if plural == "pods":
                    for number in range(self._pods):
                        self._put(number)
                feed.commit()
                feed.state(FeedState.LIVE)

    async def change(self, a_second: int) -> None:
        """Restart `a_second` pods each second, until cancelled."""
        while a_second:
            for _ in range(max(1, a_second // 10)):
                self._put(self._chance.randrange(self._pods), self._chance.randrange(1, 90))
            await asyncio.sleep(0.1)

    def _put(self, number: int, restarts: int = 0) -> None:
        found = pod(number, self._chance, restarts)
        meta = found["metadata"]
        self._feeds["pods"].put(f"{meta['namespace']}/{meta['name']}", _model("pods", found))


def _model(plural: str, manifest: dict[str, Any]) -> Any:
    return msgspec.convert(manifest, KINDS[plural].model, strict=False)


async def serve(home: Path, pods: int, churn: int) -> None:
    """Run until a signal."""
    secret = home / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o600)
    settings = Settings(
        home=home, port=0, bootstrap_admin=OWNER, bootstrap_password_file=secret,
        update_defaults=False,
    )  # fmt: skip
    app = create_app(settings)
    connections = console_of(app).connections
    told = ConnectionSettings(name=CLUSTER, in_cluster=True)
    factories = connections._factories["kubernetes"]
    large = Large(join(factory(told) for factory in factories), pods)
    listener = listen(settings.host, 0, print)
    server = uvicorn.Server(server_config(app, settings))
    running = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:
        await asyncio.sleep(0.05)
    large.fill()
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    changes = asyncio.create_task(large.change(churn))
    await running
    changes.cancel()


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--pods", type=int, default=50_000)
    parser.add_argument("--churn", type=int, default=0)
    options = parser.parse_args()
    asyncio.run(serve(options.home, options.pods, options.churn))


if __name__ == "__main__":
    main()
