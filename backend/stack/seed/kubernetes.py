"""First data of the cluster: machines, teams' workloads, and load if asked for."""

import asyncio

from backend.stack.components.context import Context
from backend.stack.ports import HOST
from backend.stack.seed import custom, workloads
from backend.stack.seed.kube_api import KubeApi, Object
from backend.stack.seed.load import load_deployments, load_namespaces
from backend.stack.seed.nodes import CONTROL_PLANE, node
from backend.stack.seed.tell import Tell

MARKER = "craton-seed"
VERSION = "1"
BASE_PODS = 56
"""Pods of the believable workloads without those of the two daemon sets."""
SLICE = 200
PLACING_TRIES = 150
PLACING_PAUSE = 0.2


def _marker(context: Context) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": MARKER, "namespace": "kube-system"},
        "data": {
            "version": VERSION,
            "nodes": str(context.options.nodes),
            "pods": str(context.options.pods),
        },
    }


async def seed_kubernetes(context: Context, tell: Tell) -> None:
    """Create what is missing, once for each size of the simulation.

    What people changed or deleted afterwards is left alone. A smaller size
    than before takes nothing away.
    """
    async with KubeApi(context) as api:
        wanted = _marker(context)
        known = await api.get(f"/api/v1/namespaces/kube-system/configmaps/{MARKER}")
        before = known["data"] if known else {}
        if before == wanted["data"]:
            return
        await _nodes(api, context.options.nodes, tell)
        registry = f"{HOST}:{context.ports['registry']}"
        if before.get("version") != VERSION:
            await _workloads(api, registry, context.options.large, tell)
        daemons = 2 * (CONTROL_PLANE if context.options.large else context.options.nodes)
        await _load(api, context, registry, context.options.pods - BASE_PODS - daemons, tell)
        await api.apply(wanted)


async def _nodes(api: KubeApi, count: int, tell: Tell) -> None:
    for start in range(0, count, SLICE):
        tell(0.5 * start / count, f"creating node {start} of {count}")
        await api.create_all(node(number) for number in range(start, min(count, start + SLICE)))


async def _workloads(api: KubeApi, registry: str, large: bool, tell: Tell) -> None:
    tell(0.5, "creating workloads")
    await api.create_all(workloads.namespaces())
    await api.create_all([*workloads.foundations(), custom.definition()])
    await api.create_all(workloads.workloads(registry, few_daemons=large))
    await api.create_all(custom.objects())
    tell(0.5, "waiting for a pod to run that is then held while it is deleted")
    held = workloads.to_be_held()
    await _placed(api, held)
    await api.delete(held)


async def _placed(api: KubeApi, pod: Object) -> None:
    """Wait until the pod is on a node: one deleted before that counts as failed at once.

    A scheduler that is still starting is waited for, but not for ever.
    """
    meta = pod["metadata"]
    path = f"/api/v1/namespaces/{meta['namespace']}/pods/{meta['name']}"
    for _ in range(PLACING_TRIES):
        found = await api.get(path)
        if found is None or found["spec"].get("nodeName"):
            return
        await asyncio.sleep(PLACING_PAUSE)


async def _load(api: KubeApi, context: Context, registry: str, pods: int, tell: Tell) -> None:
    if pods <= 0:
        return
    await api.create_all(load_namespaces(pods))
    items = load_deployments(pods, registry, context.options.nodes)
    for start in range(0, len(items), SLICE):
        tell(0.5 + 0.5 * start / len(items), f"creating {pods} more pods")
        await asyncio.gather(*(api.apply(item) for item in items[start : start + SLICE]))
