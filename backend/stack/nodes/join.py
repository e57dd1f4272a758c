"""What makes a machine a member of the cluster, beside kubelet's own registration."""

import asyncio

from backend.stack.components.context import Context
from backend.stack.errors import StackError
from backend.stack.nodes.demo_images import IMAGES, PAUSE, build
from backend.stack.nodes.describe import write_cni
from backend.stack.nodes.plan import LABEL, NodePlan
from backend.stack.seed.kube_api import KubeApi, Object
from backend.stack.seed.push import Pusher

JOIN_LIMIT = 60.0
PAUSE_BETWEEN = 0.3
NOT_YET = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


async def _registered(api: KubeApi, name: str) -> Object:
    for _ in range(int(JOIN_LIMIT / PAUSE_BETWEEN)):
        found = await api.get(f"/api/v1/nodes/{name}")
        if found is not None:
            return found
        await asyncio.sleep(PAUSE_BETWEEN)
    raise StackError(
        f"{name} has not registered in {JOIN_LIMIT:.0f} s. Does a firewall of this machine keep "
        "what comes over its bridge from the API server?"
    )


async def join(context: Context, node: NodePlan) -> str:
    """Give a node that registered its pods' network and its role, and plug in its pods.

    The stack gives out the networks, not the controller manager: that one would stop at the
    simulated nodes, whose networks are outside of any range it could be given.
    """
    async with KubeApi(context) as api:
        found = await _registered(api, node.name)
        network = found["spec"].get("podCIDR")
        if not network:
            network = node.pod_network
            change = {"spec": {"podCIDR": network, "podCIDRs": [network]}}
            await api.merge(f"/api/v1/nodes/{node.name}", change)
        role = {"node-role.kubernetes.io/worker": ""}
        await api.merge(f"/api/v1/nodes/{node.name}", {"metadata": {"labels": role}})
    write_cni(node, network)
    return f"pods in {network}"


async def retire(context: Context, kept: set[str]) -> None:
    """Take real nodes out of the cluster that this start does not have."""
    async with KubeApi(context) as api:
        found = await api.get(f"/api/v1/nodes?labelSelector={LABEL}%3Dtrue") or {"items": []}
        for item in found["items"]:
            if item["metadata"]["name"] not in kept:
                await api.delete({"kind": "Node", "metadata": item["metadata"]})


async def push_pause(context: Context) -> None:
    """Push what every pod's namespaces are held by: without it no pod starts."""
    image = next(entry for entry in IMAGES if entry.reference == PAUSE)
    async with Pusher(context.url("registry", "http")) as pusher:
        await pusher.push(image.repository, image.tag, build(image))


async def wait_until_ready(context: Context, names: list[str], limit: float = JOIN_LIMIT) -> None:
    """Wait until Kubernetes says of every node that it is ready; StackError tells what is not."""
    waiting: dict[str, str] = dict.fromkeys(names, "not registered")
    async with KubeApi(context) as api:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + limit
        while waiting:
            for name in list(waiting):
                found = await api.get(f"/api/v1/nodes/{name}")
                waiting[name] = _why_not(found)
                if not waiting[name]:
                    del waiting[name]
            if waiting and loop.time() > deadline:
                raise StackError("; ".join(f"{name}: {why}" for name, why in waiting.items()))
            await asyncio.sleep(PAUSE_BETWEEN if waiting else 0)


def _why_not(node: Object | None) -> str:
    if node is None:
        return "not registered"
    conditions = node["status"].get("conditions", ())
    ready = next((one for one in conditions if one["type"] == "Ready"), {"status": "Unknown"})
    if ready["status"] != "True":
        return str(ready.get("message", "not ready"))
    # The controller manager takes away what kept pods off a little later.
    held = [taint["key"] for taint in node["spec"].get("taints", ()) if taint["key"] in NOT_YET]
    return ", ".join(held)
