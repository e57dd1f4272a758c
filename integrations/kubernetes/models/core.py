"""Nodes, namespaces, events, leases and custom resource definitions."""

from __future__ import annotations

from datetime import datetime

import msgspec

from integrations.kubernetes.models.meta import AnnotatedMeta, Condition, Meta, Slim

__all__ = [
    "CustomResourceDefinition",
    "Event",
    "Lease",
    "Namespace",
    "Node",
    "Taint",
]


class NodeInfo(Slim):
    """What the kubelet says about its machine."""

    machine_id: str = msgspec.field(default="", name="machineID")
    system_uuid: str = msgspec.field(default="", name="systemUUID")
    boot_id: str = msgspec.field(default="", name="bootID")
    kernel_version: str = ""
    os_image: str = ""
    container_runtime_version: str = ""
    kubelet_version: str = ""
    operating_system: str = ""
    architecture: str = ""


class Address(Slim):
    """One address of a node: `type` is InternalIP, ExternalIP or Hostname."""

    type: str = ""
    address: str = ""


class Taint(Slim):
    """A taint that repels pods."""

    key: str = ""
    value: str = ""
    effect: str = ""


class NodeSpec(Slim):
    """What was asked of the node."""

    unschedulable: bool = False
    taints: list[Taint] = []
    pod_cidr: str = msgspec.field(default="", name="podCIDR")
    provider_id: str = msgspec.field(default="", name="providerID")


class NodeStatus(Slim):
    """What the node is; quantities in text."""

    capacity: dict[str, str] = {}
    allocatable: dict[str, str] = {}
    conditions: list[Condition] = []
    addresses: list[Address] = []
    node_info: NodeInfo = msgspec.field(default_factory=NodeInfo)


class Node(Slim):
    """A node."""

    metadata: AnnotatedMeta = msgspec.field(default_factory=AnnotatedMeta)
    spec: NodeSpec = msgspec.field(default_factory=NodeSpec)
    status: NodeStatus = msgspec.field(default_factory=NodeStatus)


class NamespaceStatus(Slim):
    """``Active`` or ``Terminating``, and what hinders termination."""

    phase: str = ""
    conditions: list[Condition] = []


class NamespaceSpec(Slim):
    """What must be done before a namespace is gone."""

    finalizers: list[str] = []


class Namespace(Slim):
    """A namespace."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: NamespaceSpec = msgspec.field(default_factory=NamespaceSpec)
    status: NamespaceStatus = msgspec.field(default_factory=NamespaceStatus)


class ResourceQuotaStatus(Slim):
    """What a namespace may use at most, and uses."""

    hard: dict[str, str] = {}
    used: dict[str, str] = {}


class ResourceQuota(Slim):
    """A quota of a namespace."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    status: ResourceQuotaStatus = msgspec.field(default_factory=ResourceQuotaStatus)


class Reference(Slim):
    """The object an event is about."""

    api_version: str = ""
    kind: str = ""
    namespace: str = ""
    name: str = ""
    uid: str = ""
    field_path: str = ""


class EventSource(Slim):
    """Who reported, the older form."""

    component: str = ""
    host: str = ""


class Series(Slim):
    """How often, the newer form."""

    count: int = 0
    last_observed_time: datetime | None = None


class Event(Slim):
    """A core/v1 event: also what events.k8s.io/v1 stores."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    involved_object: Reference = msgspec.field(default_factory=Reference)
    reason: str = ""
    message: str = ""
    type: str = ""
    count: int = 0
    source: EventSource = msgspec.field(default_factory=EventSource)
    reporting_component: str = ""
    first_timestamp: datetime | None = None
    last_timestamp: datetime | None = None
    event_time: datetime | None = None
    series: Series | None = None


class LeaseSpec(Slim):
    """Who holds a lease and until when."""

    holder_identity: str = ""
    lease_duration_seconds: int = 0
    acquire_time: datetime | None = None
    renew_time: datetime | None = None
    lease_transitions: int = 0


class Lease(Slim):
    """A lease."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: LeaseSpec = msgspec.field(default_factory=LeaseSpec)


class Names(Slim):
    """The names of a custom kind."""

    kind: str = ""
    plural: str = ""
    short_names: list[str] = []


class Scale(Slim):
    """Where a custom kind that can be scaled says how many there are."""

    spec_replicas_path: str = ""
    status_replicas_path: str = ""


class Subresources(Slim):
    """What else of a custom kind has an address of its own."""

    scale: Scale | None = None


class Printed(Slim):
    """A column that a custom kind prints of its objects."""

    name: str = ""
    type: str = ""
    json_path: str = ""


class DefinitionVersion(Slim):
    """One version of a custom kind."""

    name: str = ""
    served: bool = False
    storage: bool = False
    deprecated: bool = False
    subresources: Subresources = msgspec.field(default_factory=Subresources)
    additional_printer_columns: list[Printed] = []

    @property
    def text(self) -> str:
        """``v1 (stored)``, ``v1alpha1 (not served, deprecated)``."""
        marks = (
            ("stored", self.storage),
            ("not served", not self.served),
            ("deprecated", self.deprecated),
        )
        said = ", ".join(word for word, holds in marks if holds)
        return f"{self.name} ({said})" if said else self.name


class DefinitionSpec(Slim):
    """A custom kind; `scope` is ``Namespaced`` or ``Cluster``."""

    group: str = ""
    scope: str = ""
    names: Names = msgspec.field(default_factory=Names)
    versions: list[DefinitionVersion] = []


class ConditionsStatus(Slim):
    """A status of which only the conditions matter."""

    conditions: list[Condition] = []


class CustomResourceDefinition(Slim):
    """A custom resource definition (its schemas are skipped)."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: DefinitionSpec = msgspec.field(default_factory=DefinitionSpec)
    status: ConditionsStatus = msgspec.field(default_factory=ConditionsStatus)
