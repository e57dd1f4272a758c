"""How fast a watch stream of 50,000 pods becomes rows, and in how much memory.

    python -m tests.bench.watch_bench                      a generated stream
    python -m tests.bench.watch_bench --file pods.jsonl    a recorded one
    python -m tests.bench.watch_bench --record KUBECONFIG --file pods.jsonl

The generated stream repeats the shape of real pods of the local stack (managedFields and
all, some 3.4 KB each); a recorded one is what the API server sent, byte for byte. Neither is
kept in the repository. Each measure runs in a process of its own, so that peak memory is its
own; the stream is read from disk in 64 KiB chunks as a socket would give it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import async_sessionmaker

from backend.features.machines import Machines
from backend.features.workloads import WorkloadSources
from integrations.contract import FeedState
from integrations.kubernetes import KINDS, ConnectionSettings, KubernetesClient
from integrations.kubernetes.decode import Decoders, EventLine, Mark
from integrations.kubernetes.models.meta import key_of
from integrations.lines import Lines

CHUNK = 64 * 1024
LIMIT = 8 * 1024 * 1024


class Nobody:
    """A feed nobody reads."""

    def put(self, key: str, value: Any) -> None: ...

    def delete(self, key: str) -> None: ...

    def begin(self) -> None: ...

    def commit(self) -> None: ...

    def state(self, state: FeedState, message: str = "") -> None: ...


class Both:
    """Pods as the running console has them: their rows, machines and workloads."""

    def __init__(self) -> None:
        pods = WorkloadSources().feeds("bench")["pods"]
        self._feeds = (pods, Machines(async_sessionmaker()).feeds("bench")["pods"])

    def put(self, key: str, value: Any) -> None:
        for feed in self._feeds:
            feed.put(key, value)


def events(path: Path) -> Iterator[EventLine[Any] | Mark]:
    lines, decoders = Lines(LIMIT), Decoders(KINDS["pods"].model)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for line in lines.feed(chunk):
                event = decoders.event(line)
                if isinstance(event, (EventLine, Mark)):
                    yield event


def split_only(path: Path) -> int:
    lines, count = Lines(LIMIT), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            count += len(lines.feed(chunk))
    return count


def decode_only(path: Path) -> int:
    return sum(isinstance(event, EventLine) for event in events(path))


def into_rows(path: Path) -> int:
    return _into(path, Both())


def rows_twice(path: Path) -> int:
    """The second pass is a relist: every row again, nothing different."""
    both = Both()
    _into(path, both)
    return _into(path, both)


def _into(path: Path, feed: Any) -> int:
    return asyncio.run(_watch(path, feed))


async def _watch(path: Path, feed: Any) -> int:
    """On a loop, as in the console, where derived rows are made between two reads."""
    count = 0
    lines, decoders = Lines(LIMIT), Decoders(KINDS["pods"].model)
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            for line in lines.feed(chunk):
                event = decoders.event(line)
                if isinstance(event, EventLine):
                    feed.put(key_of(event.object.metadata), event.object)
                    count += 1
            await asyncio.sleep(0)
    return count


MEASURES: dict[str, Callable[[Path], int]] = {
    "cut into lines": split_only,
    "decoded": decode_only,
    "rows of pods, machines, workloads": into_rows,
    "the same with a relist after it (twice the events)": rows_twice,
}


def measure(name: str, path: Path, answer: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started, cpu = time.perf_counter(), time.process_time()
    count = MEASURES[name](path) * (2 if name.startswith("the same") else 1)
    wall, cpu = time.perf_counter() - started, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    answer.put((count, wall, cpu, peak / 1024))


def generate(path: Path, pods: int) -> None:
    rng = random.Random(7)
    with path.open("w") as file:
        for number in range(pods):
            file.write(json.dumps({"type": "ADDED", "object": sample(number, rng)}) + "\n")
        annotations = {"k8s.io/initial-events-end": "true"}
        metadata = {"resourceVersion": "9", "annotations": annotations}
        file.write(json.dumps({"type": "BOOKMARK", "object": {"metadata": metadata}}) + "\n")


def sample(number: int, rng: random.Random) -> dict[str, Any]:
    app, space = f"app-{number % 105}", f"team-{number % 20}"
    name = f"{app}-6d4cf56db6-{number:05x}"
    at = f"2026-11-21T12:{number % 60:02}:00Z"
    labels = {"app": app, "pod-template-hash": "6d4cf56db6", "team": space, "tier": "backend"}
    fields = {f"f:{word}": {"f:sub": {}, "f:name": {}, ".": {}} for word in labels}
    managed = [
        {
            "manager": manager,
            "operation": "Update",
            "apiVersion": "v1",
            "time": at,
            "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:labels": fields}, "f:spec": {"f:containers": fields}},
        }
        for manager in ("kube-controller-manager", "kwok")
    ]
    conditions = [
        {"type": kind, "status": "True", "lastProbeTime": None, "lastTransitionTime": at}
        for kind in ("Initialized", "Ready", "ContainersReady", "PodScheduled")
    ]
    crashing = rng.random() < 0.01
    state = (
        {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 40s"}}
        if crashing
        else {"running": {"startedAt": at}}
    )
    resources = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "256Mi"}}
    owner = {
        "apiVersion": "apps/v1",
        "kind": "ReplicaSet",
        "name": f"{app}-6d4cf56db6",
        "uid": f"0b9f7a52-0000-4000-8000-{number % 105:012}",
        "controller": True,
        "blockOwnerDeletion": True,
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "generateName": f"{app}-6d4cf56db6-",
            "namespace": space,
            "uid": f"1b9f7a52-0000-4000-8000-{number:012}",
            "resourceVersion": str(1000 + number),
            "creationTimestamp": at,
            "labels": labels,
            "ownerReferences": [owner],
            "managedFields": managed,
        },
        "spec": {
            "nodeName": f"node-{number % 5000:04}",
            "serviceAccountName": "default",
            "restartPolicy": "Always",
            "terminationGracePeriodSeconds": 30,
            "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler",
            "tolerations": [
                {"key": f"node.kubernetes.io/{k}", "operator": "Exists", "effect": "NoExecute"}
                for k in ("not-ready", "unreachable")
            ],
            "containers": [
                {
                    "name": "main",
                    "image": f"registry.local/{space}/{app}:1.4.2",
                    "imagePullPolicy": "IfNotPresent",
                    "resources": resources,
                    "terminationMessagePath": "/dev/termination-log",
                }
            ],
        },
        "status": {
            "phase": "Running",
            "podIP": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
            "hostIP": "10.20.0.4",
            "qosClass": "Burstable",
            "startTime": at,
            "conditions": conditions,
            "containerStatuses": [
                {
                    "name": "main",
                    "image": f"registry.local/{space}/{app}:1.4.2",
                    "imageID": f"registry.local/{space}/{app}@sha256:{number % 105:064x}",
                    "ready": not crashing,
                    "started": True,
                    "restartCount": 3 if crashing else 0,
                    "state": state,
                    "lastState": {},
                }
            ],
        },
    }


async def record(kubeconfig: Path, path: Path) -> None:
    client = KubernetesClient(ConnectionSettings(name="bench", kubeconfig=kubeconfig))
    params = {
        "sendInitialEvents": "true",
        "resourceVersionMatch": "NotOlderThan",
        "allowWatchBookmarks": "true",
    }
    lines = Lines(LIMIT)
    with path.open("wb") as file:
        async with client.watch(KINDS["pods"], params) as chunks:
            async for chunk in chunks:
                for line in lines.feed(chunk):
                    file.write(line + b"\n")
                    if line.startswith(b'{"type":"BOOKMARK"') and b"initial-events-end" in line:
                        await client.aclose()
                        return


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--record", type=Path, metavar="KUBECONFIG")
    parser.add_argument("--pods", type=int, default=50_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.file or Path(folder) / "pods.jsonl"
        if options.record:
            asyncio.run(record(options.record, path))
        source = f"recorded ({path.name})"
        if not options.file:
            generate(path, options.pods)
            source = "generated"
        size = path.stat().st_size
        print(f"stream: {source}, {size / 1e6:.0f} MB")
        print(f"{'':52}{'events/s':>10}{'MB/s':>8}{'s':>7}{'peak MiB':>10}")
        context = multiprocessing.get_context("spawn")
        for name in MEASURES:
            answer: Any = context.Queue()
            process = context.Process(target=measure, args=(name, path, answer))
            process.start()
            count, _wall, cpu, peak = answer.get()
            process.join()
            times = 2 if name.startswith("the same") else 1
            rate = f"{count / cpu:10,.0f}{times * size / 1e6 / cpu:8.0f}"
            print(f"{name:52}{rate}{cpu:7.2f}{peak:10.0f}")


if __name__ == "__main__":
    main()
