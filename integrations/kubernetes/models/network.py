"""Services, endpoint slices and ingresses."""

from __future__ import annotations

from typing import Final

import msgspec

from integrations.kubernetes.models.meta import AnnotatedMeta, Meta, Slim

__all__ = ["BalancedStatus", "EndpointSlice", "Ingress", "Service", "ServicePort"]


class ServicePort(Slim):
    """One port of a service; `target_port` is a number or a name."""

    name: str = ""
    protocol: str = "TCP"
    app_protocol: str = ""
    port: int = 0
    target_port: int | str = 0
    node_port: int = 0

    @property
    def text(self) -> str:
        """``http 80:30080→8080/TCP``: its name, port, node port and target, as far as they tell
        more than the port."""
        name = f"{self.name} " if self.name else ""
        outside = f":{self.node_port}" if self.node_port else ""
        target = f"→{self.target_port}" if self.target_port not in {0, "", self.port} else ""
        return f"{name}{self.port}{outside}{target}/{self.protocol}"


class ServiceSpec(Slim):
    """What a service selects and offers."""

    type: str = ""
    cluster_ip: str = msgspec.field(default="", name="clusterIP")
    load_balancer_class: str = ""
    external_traffic_policy: str = ""
    session_affinity: str = ""
    publish_not_ready_addresses: bool = False
    external_name: str = ""
    external_ips: list[str] = msgspec.field(default_factory=list, name="externalIPs")
    ports: list[ServicePort] = []
    selector: dict[str, str] = {}

    @property
    def headless(self) -> bool:
        """Whether its name leads to the pods themselves: it has no address of its own."""
        return self.cluster_ip == "None"


class PointPort(Slim):
    """A port of a load balancer; `error` is why it does not serve it, in a word."""

    port: int = 0
    protocol: str = "TCP"
    error: str | None = None


class IngressPoint(Slim):
    """Where a load balancer listens."""

    ip: str = ""
    hostname: str = ""
    ports: list[PointPort] = []


class LoadBalancer(Slim):
    """The points of a load balancer."""

    ingress: list[IngressPoint] = []


class BalancedStatus(Slim):
    """Status of services and ingresses."""

    load_balancer: LoadBalancer = msgspec.field(default_factory=LoadBalancer)

    @property
    def addresses(self) -> list[str]:
        """The addresses or names of the load balancer, without points that have neither."""
        points = (point.ip or point.hostname for point in self.load_balancer.ingress)
        return [point for point in points if point]

    @property
    def port_errors(self) -> str:
        """What the load balancer says of ports that it does not serve; empty for nothing."""
        wrong = [port for point in self.load_balancer.ingress for port in point.ports if port.error]
        words = dict.fromkeys(f"port {p.port}/{p.protocol}: {p.error}" for p in wrong)
        return f"Its load balancer does not serve {'; '.join(words)}" if words else ""


class Service(Slim):
    """A service."""

    metadata: Meta = msgspec.field(default_factory=Meta)
    spec: ServiceSpec = msgspec.field(default_factory=ServiceSpec)
    status: BalancedStatus = msgspec.field(default_factory=BalancedStatus)

    @property
    def outside(self) -> list[str]:
        """Where it is reached from outside: its external addresses and its load balancer's."""
        return [*self.spec.external_ips, *self.status.addresses]

    @property
    def pending(self) -> bool:
        """Whether it has yet to be reached from outside, as kubectl says ``<pending>``: whoever
        has set external addresses waits for no load balancer."""
        return self.spec.type == "LoadBalancer" and not self.outside


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
    """Where a path of an ingress leads: to a service, or to any other object."""

    service: BackendService | None = None
    resource: BackendResource | None = None

    @property
    def text(self) -> str:
        """``web:http``, or ``Bucket.storage.example.com/assets``; empty for nowhere."""
        if self.service is not None:
            port = self.service.port.name or self.service.port.number
            return f"{self.service.name}:{port}" if port else self.service.name
        if self.resource is not None:
            group = f".{self.resource.api_group}" if self.resource.api_group else ""
            return f"{self.resource.kind}{group}/{self.resource.name}"
        return ""


class BackendPort(Slim):
    """The port of a service, by name or by number."""

    name: str = ""
    number: int = 0


class BackendService(Slim):
    """A service behind an ingress path."""

    name: str = ""
    port: BackendPort = msgspec.field(default_factory=BackendPort)


class BackendResource(Slim):
    """An object of another kind behind an ingress path."""

    api_group: str = ""
    kind: str = ""
    name: str = ""


class Path(Slim):
    """One path of a rule; `path_type` is ``Exact``, ``Prefix`` or ``ImplementationSpecific``."""

    path: str = ""
    path_type: str = ""
    backend: Backend = msgspec.field(default_factory=Backend)


class Http(Slim):
    """The paths of a rule."""

    paths: list[Path] = []


class Rule(Slim):
    """A host and its paths."""

    host: str = ""
    http: Http | None = None


class Tls(Slim):
    """Hosts with a certificate, which lies in a secret."""

    hosts: list[str] = []
    secret_name: str = ""


class IngressSpec(Slim):
    """What an ingress routes."""

    ingress_class_name: str = ""
    rules: list[Rule] = []
    tls: list[Tls] = []
    default_backend: Backend | None = None


class Ingress(Slim):
    """An ingress; its annotations may name its class, as they did before there was a field."""

    metadata: AnnotatedMeta = msgspec.field(default_factory=AnnotatedMeta)
    spec: IngressSpec = msgspec.field(default_factory=IngressSpec)
    status: BalancedStatus = msgspec.field(default_factory=BalancedStatus)

    @property
    def class_name(self) -> str:
        """The class that is to serve it; empty where the cluster's default does."""
        return self.spec.ingress_class_name or self.metadata.annotations.get(_CLASS, "")

    @property
    def backends(self) -> list[Backend]:
        """Every place it leads to, the default last."""
        found = [path.backend for rule in self.spec.rules if rule.http for path in rule.http.paths]
        if self.spec.default_backend is not None:
            found.append(self.spec.default_backend)
        return found


_CLASS: Final = "kubernetes.io/ingress.class"
