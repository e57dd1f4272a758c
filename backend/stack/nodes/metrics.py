"""metrics-server: measures the pods of the real nodes, for everybody who asks the cluster.

It runs beside the API server and not as a pod: nothing in this cluster routes to a service's
address. Its service is a name instead, which the API server looks up.
"""

import base64
from typing import Final

from backend.stack.components.checks import answers_ok, tls
from backend.stack.components.context import Context
from backend.stack.components.kubernetes import own_kubeconfig
from backend.stack.nodes.plan import LABEL
from backend.stack.ports import HOST
from backend.stack.process.service import ProcessSpec
from backend.stack.programs.locate import LocatedProgram
from backend.stack.seed.kube_api import KubeApi, Object

NAME: Final = "metrics-server"
RESOLUTION: Final = 15
"""Seconds between two rounds: kubelet itself looks no more often."""
_NAMESPACE: Final = "kube-system"
_GROUP: Final = "metrics.k8s.io"
_VERSION: Final = "v1beta1"


def metrics_server(context: Context, program: LocatedProgram) -> ProcessSpec:
    """Describe it; ready when it answers. By its own word it would be ready when it has measured
    pods, of which a real node may have none."""
    server = context.kube_server(NAME, f"{NAME}.{_NAMESPACE}.svc")
    client, authority = context.kube_client(f"{NAME}-client", f"system:{NAME}"), context.kube_ca
    kubeconfig = own_kubeconfig(context, NAME)
    argv = [
        str(program.path),
        f"--bind-address={HOST}",
        f"--secure-port={context.ports[NAME]}",
        f"--tls-cert-file={server.cert}",
        f"--tls-private-key-file={server.key}",
        f"--kubeconfig={kubeconfig}",
        f"--authentication-kubeconfig={kubeconfig}",
        f"--authorization-kubeconfig={kubeconfig}",
        f"--metric-resolution={RESOLUTION}s",
        # What is simulated has no kubelet.
        f"--node-selector={LABEL}=true",
        "--kubelet-preferred-address-types=InternalIP",
        "--kubelet-use-node-status-port",
        f"--kubelet-certificate-authority={authority.pair.cert}",
        f"--kubelet-client-certificate={client.cert}",
        f"--kubelet-client-key={client.key}",
        "--profiling=false",
    ]
    check = answers_ok(context.url(NAME) + "/livez", tls(authority.pair.cert), "ok")
    return ProcessSpec(NAME, argv, context.paths.logs / f"{NAME}.log", check)


async def announce(context: Context) -> str:
    """Let the API server pass on what is asked of metrics, and everybody who may view ask it."""
    async with KubeApi(context) as api:
        for item in (_service(context.ports[NAME]), _reader(), _api_service(context)):
            await api.apply(item)
    return f"every {RESOLUTION} s"


async def withdraw(context: Context) -> None:
    """Take it out of the cluster, where this start has none: an API that never answers keeps
    namespaces from being deleted."""
    async with KubeApi(context) as api:
        await api.delete(_api_service(context))


def _service(port: int) -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": NAME, "namespace": _NAMESPACE},
        "spec": {
            "type": "ExternalName",
            "externalName": "localhost",
            "ports": [{"name": "https", "port": port, "protocol": "TCP"}],
        },
    }


def _api_service(context: Context) -> Object:
    authority = context.kube_ca.pair.cert.read_bytes()
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": f"{_VERSION}.{_GROUP}"},
        "spec": {
            "service": {"name": NAME, "namespace": _NAMESPACE, "port": context.ports[NAME]},
            "group": _GROUP,
            "version": _VERSION,
            "caBundle": base64.b64encode(authority).decode(),
            "groupPriorityMinimum": 100,
            "versionPriority": 100,
        },
    }


def _reader() -> Object:
    metadata = {
        "name": "system:aggregated-metrics-reader",
        "labels": {
            f"rbac.authorization.k8s.io/aggregate-to-{role}": "true"
            for role in ("view", "edit", "admin")
        },
    }
    rule = {"apiGroups": [_GROUP], "resources": ["pods", "nodes"], "verbs": ["get", "list"]}
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": metadata,
        "rules": [rule],
    }
