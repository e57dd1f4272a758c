"""First data of the real nodes: the demo's images and workloads."""

import asyncio

from backend.stack.components.context import Context
from backend.stack.nodes import demo
from backend.stack.nodes.demo_images import IMAGES, build
from backend.stack.nodes.join import wait_until_ready
from backend.stack.nodes.plan import FleetPlan
from backend.stack.ports import HOST
from backend.stack.seed import Seed
from backend.stack.seed.kube_api import KubeApi
from backend.stack.seed.push import Pusher
from backend.stack.seed.tell import Tell
from backend.stack.seed.workloads import SIMULATED

MARKER = "craton-demo"
VERSION = "1"


def demo_seed(fleet: FleetPlan) -> Seed:
    """Give the seed of these nodes."""

    async def run(context: Context, tell: Tell) -> None:
        await _seed(context, [node.name for node in fleet.nodes], tell)

    needs = tuple(f"flanneld-{node.number}" for node in fleet.nodes)
    return Seed("demo-data", "Demo workloads", (*needs, "kube-controller-manager"), run)


async def _seed(context: Context, names: list[str], tell: Tell) -> None:
    """Push and create what is missing, once; what people change or delete is left alone."""
    tell(None, "waiting for the real nodes")
    await wait_until_ready(context, names)
    async with KubeApi(context) as api:
        if await api.get(f"/api/v1/namespaces/kube-system/configmaps/{MARKER}"):
            return
        tell(0.2, "pushing images")
        await _push(context)
        tell(0.6, "creating workloads")
        await _keep_simulated(api)
        await api.create(demo.namespace())
        registry = f"{HOST}:{context.ports['registry']}"
        await api.create_all(demo.workloads(registry))
        await api.create(_marker())


async def _push(context: Context) -> None:
    async with Pusher(context.url("registry", "http")) as pusher:
        for image in IMAGES:
            if await pusher.tag_digest(image.repository, image.tag) is None:
                built = await asyncio.to_thread(build, image)
                await pusher.push(image.repository, image.tag, built)


async def _keep_simulated(api: KubeApi) -> None:
    """Keep the simulated daemons of a stack from before there were real nodes away from these."""
    path = "/apis/apps/v1/namespaces/platform/daemonsets"
    for item in (await api.get(path) or {"items": []})["items"]:
        if not item["spec"]["template"]["spec"].get("nodeSelector"):
            change = {"spec": {"template": {"spec": {"nodeSelector": SIMULATED}}}}
            await api.merge(f"{path}/{item['metadata']['name']}", change)


def _marker() -> dict[str, object]:
    metadata = {"name": MARKER, "namespace": "kube-system"}
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": metadata,
        "data": {"version": VERSION},
    }
