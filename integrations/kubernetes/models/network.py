"""Services, endpoint slices and ingresses."""

from __future__ import annotations

import msgspec

from integrations.kubernetes.models.meta import Meta, Slim

__all__ = ["BalancedStatus", "EndpointSlice", "Ingress", "Service", "ServicePort"]


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
