"""More of the same, for sizes: many Deployments in many namespaces.

Every Deployment's pods name their node, a worker, so that they cost the
scheduler nothing: on two cores that halves the time until they run.
"""

from backend.stack.seed import manifests as make
from backend.stack.seed.manifests import App, Object
from backend.stack.seed.nodes import CONTROL_PLANE, node_name

PODS_PER_DEPLOYMENT = 25
PODS_PER_NAMESPACE = 2500
IMAGES = ("shop/cart:1.9.0", "payments/api:4.2.1", "data/importer:0.9.1", "ml/inference:0.5.0")


def load_namespaces(pods: int) -> list[Object]:
    """Give the namespaces that many further pods are spread over."""
    count = -(-pods // PODS_PER_NAMESPACE)
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": f"load-{number:02d}", "labels": {"team": f"load-{number:02d}"}},
        }
        for number in range(count)
    ]


def load_deployments(pods: int, registry: str, nodes: int) -> list[Object]:
    """Give Deployments with `pods` replicas in all, spread over the workers of `nodes`."""
    spaces = len(load_namespaces(pods))
    count = max(spaces, -(-pods // PODS_PER_DEPLOYMENT)) if pods else 0
    found = []
    for number in range(count):
        replicas = pods // count + (1 if number < pods % count else 0)
        app = App(
            f"load-{number % spaces:02d}",
            f"service-{number:04d}",
            IMAGES[number % len(IMAGES)],
            replicas,
            "10m",
            "16Mi",
        )
        item = make.deployment(app, registry)
        item["spec"]["template"]["spec"]["nodeName"] = _worker(number, nodes)
        found.append(item)
    return found


def _worker(number: int, nodes: int) -> str:
    workers = nodes - CONTROL_PLANE
    return node_name(CONTROL_PLANE + number % workers if workers > 0 else 0)
