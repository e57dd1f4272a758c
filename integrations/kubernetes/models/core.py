"""Nodes, namespaces, services, endpoints, events, leases, definitions, ingresses."""

from __future__ import annotations

from datetime import datetime

import msgspec

from integrations.kubernetes.models.meta import AnnotatedMeta, Condition, Meta, Slim

__all__ = [
    "CustomResourceDefinition",
    "EndpointSlice",
    "Event",
    "Ingress",
    "Lease",
    "Namespace",
    "Node",
    "Service",
]


class NodeInfo(Slim):
    """What the kubelet says about its machine."""

    machine_id: str = msgspec.field(default="", name="machineID")
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


class Namespace(Slim):
    """A namespace."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    status: NamespaceStatus = msgspec.field(default_factory=NamespaceStatus)


class ServicePort(Slim):
    """One port of a service; `target_port` is a number or a name."""

    name: str = ""
    protocol: str = "TCP"
    port: int = 0
    target_port: int | str = 0
    node_port: int = 0


class ServiceSpec(Slim):
    """What a service selects and offers."""

    type: str = ""
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    external_name: str = ""
    external_ips: list[str] = msgspec.field(default_factory=list, name="externalIPs")
    ports: list[ServicePort] = []
    selector: dict[str, str] = {}


class IngressPoint(Slim):
    """Where a load balancer listens."""

    ip: str = ""
    hostname: str = ""


class LoadBalancer(Slim):
    """The points of a load balancer."""

    ingress: list[IngressPoint] = []


class BalancedStatus(Slim):
    """Status of services and ingresses."""

    load_balancer: LoadBalancer = msgspec.field(default_factory=LoadBalancer)


class Service(Slim):
    """A service."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: ServiceSpec = msgspec.field(default_factory=ServiceSpec)
    status: BalancedStatus = msgspec.field(default_factory=BalancedStatus)


class EndpointConditions(Slim):
    """`ready` None means unknown, to be read as ready."""

    ready: bool | None = None


class Endpoint(Slim):
    """Addresses behind a service."""

    addresses: list[str] = []
    conditions: EndpointConditions = msgspec.field(default_factory=EndpointConditions)


class EndpointPort(Slim):
    """A port of all endpoints of a slice."""

    name: str = ""
    protocol: str = "TCP"
    port: int | None = None


class EndpointSlice(Slim):
    """A slice of a service's endpoints."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    address_type: str = ""
    endpoints: list[Endpoint] = []
    ports: list[EndpointPort] = []


class Backend(Slim):
    """Where a path of an ingress leads."""

    service: BackendService | None = None


class BackendService(Slim):
    """A service behind an ingress path."""

    name: str = ""


class Path(Slim):
    """One path of a rule."""

    path: str = ""
    backend: Backend = msgspec.field(default_factory=Backend)


class Http(Slim):
    """The paths of a rule."""

    paths: list[Path] = []


class Rule(Slim):
    """A host and its paths."""

    host: str = ""
    http: Http | None = None


class Tls(Slim):
    """Hosts with a certificate."""

    hosts: list[str] = []


class IngressSpec(Slim):
    """What an ingress routes."""

    ingress_class_name: str = ""
    rules: list[Rule] = []
    tls: list[Tls] = []
    default_backend: Backend | None = None


class Ingress(Slim):
    """An ingress."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: IngressSpec = msgspec.field(default_factory=IngressSpec)
    status: BalancedStatus = msgspec.field(default_factory=BalancedStatus)


class Reference(Slim):
    """The object an event is about."""

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


class DefinitionVersion(Slim):
    """One version of a custom kind."""

    name: str = ""
    served: bool = False
    storage: bool = False
    deprecated: bool = False


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
