"""The kinds the console watches, and how each is addressed and decoded."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from integrations.kubernetes.models import core, meta, network, pods, storage, workloads

__all__ = ["KINDS", "METADATA_ONLY", "ResourceKind", "group_of", "kind_of"]


@dataclass(frozen=True, slots=True)
class ResourceKind:
    """One kind of object. `plural` is its name in URLs and in this console.

    `metadata_only` kinds are only ever asked for as PartialObjectMetadata: their values
    (secrets, configuration) never enter this process.
    """

    plural: str
    kind: str
    group: str
    version: str
    model: type[Any]
    namespaced: bool = True
    metadata_only: bool = False
    definition: core.CustomResourceDefinition | None = field(default=None, compare=False)

    @property
    def custom(self) -> bool:
        """Whether nothing here knows its documents: most such kinds are added by custom resource
        definitions, some Kubernetes brings along (NetworkPolicy, Role)."""
        return self.model is meta.Metadata and not self.metadata_only

    @property
    def address(self) -> str:
        """Its name in the addresses of pages: that of a custom kind has its group, if any."""
        return f"{self.plural}.{self.group}" if self.custom and self.group else self.plural

    @property
    def api_version(self) -> str:
        """``v1`` or ``group/version``."""
        return f"{self.group}/{self.version}" if self.group else self.version

    def path(self, namespace: str = "", name: str = "") -> str:
        """The URL path of the collection (all namespaces when empty) or of one object."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        inside = f"/namespaces/{namespace}" if namespace and self.namespaced else ""
        return f"{root}{inside}/{self.plural}" + (f"/{name}" if name else "")


def _kinds() -> list[ResourceKind]:
    return [
        ResourceKind("nodes", "Node", "", "v1", core.Node, namespaced=False),
        ResourceKind("namespaces", "Namespace", "", "v1", core.Namespace, namespaced=False),
        ResourceKind("pods", "Pod", "", "v1", pods.Pod),
        ResourceKind("deployments", "Deployment", "apps", "v1", workloads.Deployment),
        ResourceKind("replicasets", "ReplicaSet", "apps", "v1", workloads.ReplicaSet),
        ResourceKind("statefulsets", "StatefulSet", "apps", "v1", workloads.StatefulSet),
        ResourceKind("daemonsets", "DaemonSet", "apps", "v1", workloads.DaemonSet),
        ResourceKind("jobs", "Job", "batch", "v1", workloads.Job),
        ResourceKind("cronjobs", "CronJob", "batch", "v1", workloads.CronJob),
        ResourceKind("services", "Service", "", "v1", network.Service),
        ResourceKind(
            "endpointslices", "EndpointSlice", "discovery.k8s.io", "v1", network.EndpointSlice
        ),
        ResourceKind("ingresses", "Ingress", "networking.k8s.io", "v1", network.Ingress),
        ResourceKind(
            "persistentvolumes",
            "PersistentVolume",
            "",
            "v1",
            storage.PersistentVolume,
            namespaced=False,
        ),
        ResourceKind(
            "persistentvolumeclaims",
            "PersistentVolumeClaim",
            "",
            "v1",
            storage.PersistentVolumeClaim,
        ),
        ResourceKind("configmaps", "ConfigMap", "", "v1", meta.Metadata, metadata_only=True),
        ResourceKind("secrets", "Secret", "", "v1", meta.Metadata, metadata_only=True),
        ResourceKind("events", "Event", "", "v1", core.Event),
        ResourceKind("leases", "Lease", "coordination.k8s.io", "v1", core.Lease),
        ResourceKind(
            "customresourcedefinitions",
            "CustomResourceDefinition",
            "apiextensions.k8s.io",
            "v1",
            core.CustomResourceDefinition,
            namespaced=False,
        ),
    ]


KINDS: Final = {kind.plural: kind for kind in _kinds()}
"""Every watched kind, by plural."""

METADATA_ONLY: Final = frozenset({"configmaps", "secrets"})
"""Resources of the core group whose values must not be read for any caller."""


_BY_NAME: Final = {(kind.group, kind.kind): kind for kind in KINDS.values()}


def group_of(api_version: str) -> str:
    """The API group of an ``apiVersion``: ``apps`` of ``apps/v1``, empty for ``v1``."""
    return api_version.rpartition("/")[0]


def kind_of(api_version: str, name: str) -> ResourceKind | None:
    """The watched kind called `name` in the group of `api_version`; None for others, and for
    those of other groups that are called alike."""
    return _BY_NAME.get((group_of(api_version), name))
