"""More of the same, for sizes: many Deployments in many namespaces."""

from backend.stack.seed import manifests as make
from backend.stack.seed.manifests import App, Object

PODS_PER_DEPLOYMENT = 480
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


def load_deployments(pods: int, registry: str) -> list[Object]:
    """Give Deployments with `pods` replicas in all."""
    spaces = len(load_namespaces(pods))
    count = max(spaces, -(-pods // PODS_PER_DEPLOYMENT)) if pods else 0
    found = []
    for number in range(count):
        replicas = pods // count + (1 if number < pods % count else 0)
        app = App(
            f"load-{number % spaces:02d}",
            f"service-{number:03d}",
            IMAGES[number % len(IMAGES)],
            replicas,
            "10m",
            "16Mi",
        )
        found.append(make.deployment(app, registry))
    return found
