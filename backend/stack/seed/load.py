"""More of the same, for sizes: many Deployments in many namespaces.

Every Deployment's pods name their node, a worker, so that they cost the
scheduler nothing: on two cores that halves the time until they run.
"""

from backend.stack.seed import manifests as make
from backend.stack.seed.manifests import App, Object
from backend.stack.seed.nodes import CONTROL_PLANE, node_name

PODS_PER_DEPLOYMENT = 25
PODS_PER_NAMESPACE = 2500
LOAD_LABEL = "craton-load"
"""Marks what a smaller simulation may delete again."""
IMAGES = ("shop/cart:1.9.0", "payments/api:4.2.1", "data/importer:0.9.1", "ml/inference:0.5.0")


def load_namespaces(deployments: list[Object]) -> list[Object]:
    """Give the namespaces of these Deployments."""
    names = dict.fromkeys(item["metadata"]["namespace"] for item in deployments)
    return [
        {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {"name": name, "labels": {"team": name}},
        }
        for name in names
    ]


def load_deployments(pods: int, registry: str, nodes: int) -> list[Object]:
    """Give Deployments with `pods` replicas in all (none for less than one), spread over
    the workers of `nodes`."""
    pods = max(0, pods)
    spaces = -(-pods // PODS_PER_NAMESPACE)
    count = max(spaces, -(-pods // PODS_PER_DEPLOYMENT))
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
        item["metadata"]["labels"] = {**item["metadata"]["labels"], LOAD_LABEL: "true"}
        item["spec"]["template"]["spec"]["nodeName"] = _worker(number, nodes)
        found.append(item)
    return found


def _worker(number: int, nodes: int) -> str:
    workers = nodes - CONTROL_PLANE
    return node_name(CONTROL_PLANE + number % workers if workers > 0 else 0)
