"""Fifty thousand believable pods, and what happens to them."""

from __future__ import annotations

import random

import msgspec

from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.row import Row
from backend.live.rowscope import Field, RowScope

__all__ = ["BENCH_PODS", "BenchPod", "changed", "make_pods", "questions"]

NAMESPACES = 200
NODES = 5000
PHASES = ("Running", "Running", "Running", "Running", "Pending", "Succeeded", "CrashLoopBackOff")


class BenchPod(Row, frozen=True):
    """As slim as the real pod row."""

    cluster: str
    namespace: str
    name: str
    phase: str
    ready: str
    restarts: int
    node: str | None
    owner: str
    image: str
    cpu: float
    memory: float
    created: float
    labels: dict[str, str]


BENCH_PODS = Collection(
    name="pods",
    title="Pods",
    kind="pod",
    row=BenchPod,
    scopes=(RowScope("cluster", Field("cluster"), "ns", Field("namespace")),),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("namespace", "Namespace", Type.TEXT, searched=True, facet=True),
        Column("phase", "Status", Type.STATUS, facet=True),
        Column("ready", "Ready", Type.TEXT),
        Column("restarts", "Restarts", Type.NUMBER),
        Column("node", "Node", Type.TEXT, searched=True, facet=True),
        Column("owner", "Owner", Type.TEXT, searched=True),
        Column("image", "Image", Type.TEXT, searched=True),
        Column("cpu", "CPU", Type.QUANTITY),
        Column("memory", "Memory", Type.BYTES),
        Column("created", "Age", Type.TIME),
        Column("labels", "Labels", Type.LABELS, default=False),
    ),
    default_sort=("namespace", "name"),
    where=("namespace",),
)


def make_pods(count: int, seed: int = 1) -> list[BenchPod]:
    """`count` pods, decoded from JSON so that no text is shared that a watch would not share."""
    chance = random.Random(seed)
    return msgspec.json.decode(
        msgspec.json.encode([_pod(i, chance) for i in range(count)]), type=list[BenchPod]
    )


def _pod(number: int, chance: random.Random) -> BenchPod:
    app = f"app-{number % 1500}"
    namespace = f"team-{number % NAMESPACES}"
    name = f"{app}-{chance.getrandbits(40):010x}-{number:05x}"
    return BenchPod(
        key=f"local/{namespace}/{name}",
        cluster="local",
        namespace=namespace,
        name=name,
        phase=chance.choice(PHASES),
        ready="1/1",
        restarts=chance.randrange(5),
        node=f"node-{chance.randrange(NODES)}",
        owner=f"ReplicaSet/{app}",
        image=f"registry.local/{app}:{number % 9}",
        cpu=chance.randrange(1000) / 1000,
        memory=float(chance.randrange(900) * 2**20),
        created=1_790_000_000 + chance.random() * 1e6,
        labels={"app": app, "team": namespace, "tier": chance.choice(("web", "db", "job"))},
    )


def changed(pod: BenchPod, chance: random.Random) -> BenchPod:
    """The pod after one event: mostly its status, sometimes its place."""
    kind = chance.randrange(10)
    replace = msgspec.structs.replace
    if kind < 4:
        return replace(pod, phase=chance.choice(PHASES))
    if kind < 7:
        return replace(pod, restarts=pod.restarts + 1, phase="CrashLoopBackOff")
    if kind < 9:
        return replace(pod, ready=chance.choice(("0/1", "1/1", "1/2")), cpu=chance.random())
    return replace(pod, node=f"node-{chance.randrange(NODES)}")


def questions(count: int) -> list[dict]:
    """`count` distinct queries as people ask them: mostly their namespace, some of the whole."""
    whole = [
        {},
        {"sort": ["-created"]},
        {"sort": ["-restarts"], "filter": ["phase!=Running"], "facet": ["phase", "namespace"]},
        {"sort": ["name"], "labels": "tier=web"},
        {"q": "app-77", "sort": ["-cpu"]},
    ]
    asked = whole[: max(1, count // 10)] if count < 50 else whole
    sorts = (["name"], ["-created"], ["-restarts"], ["phase", "name"], ["-memory"])
    filters = ("phase=Running", "phase=Pending", "phase!=Running", "restarts>2", "cpu>500m")
    for i in range(count - len(asked)):
        words = {"filter": [f"namespace=team-{i % NAMESPACES}"], "sort": sorts[i % 5]}
        if i % 3 == 0:
            words["filter"] = [f"node~node-{i % 97}", filters[i // 3 % 5]]
        elif i % 3 == 1:
            words["filter"].append(filters[i // 3 % 5])
        words["facet"] = ["phase"]
        asked.append(words)
    return asked
