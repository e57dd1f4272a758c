"""Demo workloads on the real nodes: each shows something that only real containers can."""

from backend.stack.nodes.demo_images import NOBODY
from backend.stack.nodes.plan import LABEL
from backend.stack.seed import manifests as make
from backend.stack.seed.manifests import App, Object

NAMESPACE = "demo"
ON_REAL_NODES = {LABEL: "true"}
TOLERATED = [{"key": LABEL, "operator": "Exists", "effect": "NoSchedule"}]
GRACE = 5
"""Seconds a container gets to stop: all of ours obey at once."""


def _app(name: str, image: str, replicas: int = 1, *, port: int | None = None) -> App:
    return App(
        NAMESPACE,
        name,
        f"demo/{image}",
        replicas,
        "10m",
        "32Mi",
        node_selector=ON_REAL_NODES,
        tolerations=TOLERATED,
        port=port,
    )


def _real(item: Object) -> Object:
    """What a container of ours needs to run for real: a user that exists, and little patience."""
    spec = item["spec"]["template"]["spec"]
    spec |= {"terminationGracePeriodSeconds": GRACE, "dnsPolicy": "Default"}
    for container in spec["containers"]:
        container["securityContext"] |= {"runAsUser": NOBODY}
        if "readinessProbe" in container:
            container["readinessProbe"] |= {"initialDelaySeconds": 1, "periodSeconds": 5}
    return item


def _spread(item: Object) -> Object:
    """Have its pods stand on different machines, of those that take pods."""
    item["spec"]["template"]["spec"]["topologySpreadConstraints"] = [
        {
            "maxSkew": 1,
            "topologyKey": "kubernetes.io/hostname",
            "whenUnsatisfiable": "DoNotSchedule",
            "nodeTaintsPolicy": "Honor",
            "labelSelector": item["spec"]["selector"],
        }
    ]
    return item


def namespace() -> Object:
    """Give the namespace."""
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": NAMESPACE,
            "labels": {"team": NAMESPACE},
            "annotations": {"description": "Real containers on the real nodes"},
        },
    }


def workloads(registry: str) -> list[Object]:
    """Give the demo's objects; images come from `registry` (host and port)."""
    web = _app("web", "web:1.0.0", 2, port=8080)
    guarded = _app("guarded", "web:1.0.0", 2, port=8080)
    logger = _app("logger", "logger:1.0.0")
    crasher = _app("crasher", "crasher:1.0.0")
    worker = _app("worker", "worker:1.0.0")
    return [
        _spread(_real(make.deployment(web, registry))),
        _spread(_real(make.deployment(guarded, registry))),
        _real(make.deployment(logger, registry)),
        _real(make.deployment(crasher, registry)),
        _real(make.job(worker, registry)),
        make.service(web),
        make.service(guarded),
        # As many as there are: nothing may be evicted until somebody scales up or eases the budget.
        make.disruption_budget(guarded, 2),
    ]
