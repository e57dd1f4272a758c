"""Building Kubernetes objects of the believable workloads."""

from dataclasses import dataclass, field
from typing import Any

from backend.stack.components.stages import PREFIX
from backend.stack.seed.catalogue import REPOSITORIES, build

Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class App:
    """One application of a team: its image, size and how its pods behave.

    `behaviour` and `notes` become the annotations `components.stages` explains.
    """

    team: str
    name: str
    image: str
    replicas: int = 1
    cpu: str = "100m"
    memory: str = "128Mi"
    behaviour: str | None = None
    notes: dict[str, str] = field(default_factory=dict)
    node_selector: dict[str, str] = field(default_factory=dict)
    tolerations: list[Object] = field(default_factory=list)
    init: str | None = None
    sidecar: str | None = None
    port: int | None = 8080
    claim: str | None = None
    priority: str | None = None

    @property
    def labels(self) -> dict[str, str]:
        """The recommended labels."""
        return {
            "app.kubernetes.io/name": self.name,
            "app.kubernetes.io/part-of": self.team,
            "app.kubernetes.io/version": self.image.rpartition(":")[2],
            "team": self.team,
        }

    @property
    def selector(self) -> dict[str, str]:
        """The labels its pods are selected by."""
        return {"app.kubernetes.io/name": self.name}


def meta(app: App, name: str | None = None, **more: Any) -> Object:
    """Give the metadata of an object of an app."""
    return {"name": name or app.name, "namespace": app.team, "labels": app.labels, **more}


def image_id(registry: str, image: str) -> str | None:
    """Give what a node would report: the digest the tag resolves to in the registry."""
    name, _, tag = image.rpartition(":")
    for repository in REPOSITORIES:
        if repository.name == name and tag in repository.versions:
            return f"{registry}/{name}@{build(name, tag).digest}"
    return None


def _container(app: App, registry: str, name: str, image: str) -> Object:
    container: Object = {
        "name": name,
        "image": f"{registry}/{image}",
        "resources": {
            "requests": {"cpu": app.cpu, "memory": app.memory},
            "limits": {"memory": app.memory},
        },
        "securityContext": {"allowPrivilegeEscalation": False, "runAsNonRoot": True},
    }
    if app.port and name == app.name:
        container["ports"] = [{"name": "http", "containerPort": app.port}]
        container["readinessProbe"] = {"httpGet": {"path": "/ready", "port": "http"}}
    if app.claim and name == app.name:
        container["volumeMounts"] = [{"name": app.claim, "mountPath": "/data"}]
    return container


def pod_template(app: App, registry: str, **spec: Any) -> Object:
    """Give the pod template of an app; `spec` are further fields of the pod's spec."""
    named = {app.name: app.image}
    if app.sidecar:
        named["proxy"] = app.sidecar
    inits = {"prepare": app.init} if app.init else {}
    annotations = {f"{PREFIX}/{key}": value for key, value in app.notes.items()}
    if app.behaviour:
        annotations[f"{PREFIX}/behaviour"] = app.behaviour
    for container, image in {**named, **inits}.items():
        resolved = image_id(registry, image)
        if resolved:
            annotations[f"image-id.{PREFIX}/{container}"] = resolved
    body: Object = {
        "containers": [_container(app, registry, name, image) for name, image in named.items()],
        "automountServiceAccountToken": False,
        **spec,
    }
    if inits:
        body["initContainers"] = [
            _container(app, registry, name, image) for name, image in inits.items()
        ]
    optional = {
        "nodeSelector": app.node_selector,
        "tolerations": app.tolerations,
        "priorityClassName": app.priority,
    }
    body |= {name: value for name, value in optional.items() if value}
    return {"metadata": {"labels": app.labels, "annotations": annotations}, "spec": body}


def deployment(app: App, registry: str) -> Object:
    """Give a Deployment."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": meta(app),
        "spec": {
            "replicas": app.replicas,
            "selector": {"matchLabels": app.selector},
            "template": pod_template(app, registry),
        },
    }


def stateful_set(app: App, registry: str, storage: str | None = None) -> Object:
    """Give a StatefulSet, with a claim of `storage` per pod if wanted."""
    spec: Object = {
        "replicas": app.replicas,
        "serviceName": app.name,
        "podManagementPolicy": "Parallel",
        "selector": {"matchLabels": app.selector},
        "template": pod_template(app, registry),
    }
    if storage and app.claim:
        claim = {
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "local-disk",
            "resources": {"requests": {"storage": storage}},
        }
        spec["volumeClaimTemplates"] = [
            {"metadata": {"name": app.claim, "labels": app.labels}, "spec": claim}
        ]
    return {"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": meta(app), "spec": spec}


def daemon_set(app: App, registry: str) -> Object:
    """Give a DaemonSet."""
    spec = {"selector": {"matchLabels": app.selector}, "template": pod_template(app, registry)}
    return {"apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": meta(app), "spec": spec}


def job_spec(app: App, registry: str, **more: Any) -> Object:
    """Give the spec of a Job."""
    template = pod_template(app, registry, restartPolicy="Never")
    return {"backoffLimit": 2, "template": template, **more}


def job(app: App, registry: str, **more: Any) -> Object:
    """Give a Job."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": meta(app),
        "spec": job_spec(app, registry, **more),
    }


def cron_job(app: App, registry: str, schedule: str, **more: Any) -> Object:
    """Give a CronJob that keeps its last two successes and last failure."""
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": meta(app),
        "spec": {
            "schedule": schedule,
            "concurrencyPolicy": "Forbid",
            "successfulJobsHistoryLimit": 2,
            "failedJobsHistoryLimit": 1,
            "jobTemplate": {"spec": job_spec(app, registry)},
            **more,
        },
    }


def bare_pod(app: App, registry: str, **metadata: Any) -> Object:
    """Give a Pod that nothing owns."""
    template = pod_template(app, registry, restartPolicy="Never")
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], **meta(app), **metadata},
        "spec": template["spec"],
    }


def service(app: App, *, headless: bool = False) -> Object:
    """Give the Service of an app."""
    spec: Object = {
        "selector": app.selector,
        "ports": [{"name": "http", "port": 80, "targetPort": "http"}],
    }
    if headless:
        spec["clusterIP"] = "None"
    return {"apiVersion": "v1", "kind": "Service", "metadata": meta(app), "spec": spec}


def ingress(app: App, host: str, path: str = "/") -> Object:
    """Give the Ingress of an app."""
    backend = {"service": {"name": app.name, "port": {"name": "http"}}}
    rule = {
        "host": host,
        "http": {"paths": [{"path": path, "pathType": "Prefix", "backend": backend}]},
    }
    spec = {"ingressClassName": "gateway", "tls": [{"hosts": [host]}], "rules": [rule]}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "Ingress",
        "metadata": meta(app),
        "spec": spec,
    }


def disruption_budget(app: App, available: int) -> Object:
    """Give the PodDisruptionBudget of an app."""
    spec = {"minAvailable": available, "selector": {"matchLabels": app.selector}}
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta(app),
        "spec": spec,
    }


def config_map(app: App, name: str, data: dict[str, str]) -> Object:
    """Give a ConfigMap."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": meta(app, name), "data": data}


def secret(app: App, name: str, data: dict[str, str], kind: str = "Opaque") -> Object:
    """Give a Secret with example values."""
    metadata = meta(app, name)
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": metadata,
        "type": kind,
        "stringData": data,
    }
