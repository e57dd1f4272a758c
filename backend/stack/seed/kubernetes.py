"""First data of the cluster: machines, teams' workloads, and load if asked for."""

import asyncio
from urllib.parse import quote

from backend.stack.components.context import Context
from backend.stack.ports import HOST
from backend.stack.seed import custom, workloads
from backend.stack.seed.kube_api import KubeApi, Object
from backend.stack.seed.load import LOAD_LABEL, load_deployments, load_namespaces
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

    What people changed or deleted afterwards is left alone. A smaller size than before
    takes away machines and load that this created; namespaces stay, others may use them.
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
        load = load_deployments(
            context.options.pods - BASE_PODS - daemons, registry, context.options.nodes
        )
        await _load(api, load, tell)
        await _surplus(api, load, context.options.nodes, int(before.get("nodes", 0)), tell)
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


async def _load(api: KubeApi, items: list[Object], tell: Tell) -> None:
    await api.create_all(load_namespaces(items))
    for start in range(0, len(items), SLICE):
        tell(0.5 + 0.4 * start / len(items), f"creating deployment {start} of {len(items)}")
        await asyncio.gather(*(api.apply(item) for item in items[start : start + SLICE]))


async def _surplus(api: KubeApi, load: list[Object], nodes: int, before: int, tell: Tell) -> None:
    """Delete what an earlier, larger simulation had on top of this one."""
    selector = quote(f"{LOAD_LABEL}=true")
    held = await api.get(f"/apis/apps/v1/deployments?labelSelector={selector}") or {"items": []}
    wanted = {item["metadata"]["name"] for item in load}
    surplus = [
        {"kind": "Deployment", "metadata": item["metadata"]}
        for item in held["items"]
        if item["metadata"]["name"] not in wanted
    ]
    surplus += [node(number) for number in range(nodes, before)]
    for start in range(0, len(surplus), SLICE):
        tell(0.9 + 0.1 * start / len(surplus), f"deleting {start} of {len(surplus)}")
        await asyncio.gather(*(api.delete(item) for item in surplus[start : start + SLICE]))
