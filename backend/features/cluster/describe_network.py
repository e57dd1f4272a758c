"""What a detail page says of services and ingresses. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from backend.features.cluster.words import StatusSummary
from integrations.kubernetes.models.network import Ingress, Rule, Service

__all__ = ["describe_ingress", "describe_service"]


def describe_service(service: Service) -> StatusSummary:
    """Where it listens, and where it leads."""
    spec = service.spec
    ports = ", ".join(port.text for port in spec.ports)
    outside, pending = service.outside, service.pending
    trouble = "No load balancer has given it an address yet" if pending else ""
    trouble = trouble or service.status.port_errors
    return StatusSummary(
        "Pending" if pending else "Port not served" if trouble else "",
        False if trouble else None,
        trouble or _sentence(service, ports),
        (
            ("Type", spec.type),
            ("Cluster IP", "None: it is headless" if spec.headless else spec.cluster_ip),
            ("External name", spec.external_name),
            ("External addresses", ", ".join(outside) or ("pending" if pending else "")),
            ("Load balancer class", spec.load_balancer_class),
            *(("Port", port.text) for port in spec.ports),
            ("Traffic from outside", spec.external_traffic_policy),
            ("Session affinity", spec.session_affinity.replace("None", "")),
            ("Names pods before they are ready", "yes" if spec.publish_not_ready_addresses else ""),
        ),
    )


def _sentence(service: Service, ports: str) -> str:
    spec = service.spec
    if spec.type == "ExternalName":
        return f"Is another name for {spec.external_name}"
    chosen = ", ".join(f"{k}={v}" for k, v in spec.selector.items())
    to = f"pods with {chosen}" if chosen else "endpoints that somebody else sets"
    if spec.headless:
        return f"Headless: its name leads to {to}"
    return f"Sends {ports or 'its traffic'} to {to}"


def describe_ingress(ingress: Ingress) -> StatusSummary:
    """Which requests it takes, and where it sends them."""
    spec = ingress.spec
    hosts = ", ".join(dict.fromkeys(rule.host or "*" for rule in spec.rules))
    default = spec.default_backend.text or "nowhere" if spec.default_backend else ""
    sentence = f"Routes {hosts or 'every host'}"
    if not spec.rules and default:
        sentence = f"Sends everything to {default}"
    trouble = ingress.status.port_errors
    return StatusSummary(
        "Port not served" if trouble else "",
        False if trouble else None,
        trouble or sentence,
        (
            ("Class", ingress.class_name or "that of the cluster's default"),
            *(fact for rule in spec.rules for fact in _routes(rule)),
            ("Everything else", default),
            *(("TLS", _tls(tls.hosts, tls.secret_name)) for tls in spec.tls),
            ("Address", ", ".join(ingress.status.addresses) or "none yet"),
        ),
    )


def _routes(rule: Rule) -> Iterator[tuple[str, str]]:
    host = rule.host or "Every host"
    for path in rule.http.paths if rule.http else ():
        kind = f" ({path.path_type})" if path.path_type else ""
        yield (host, f"{path.path or '/'}{kind} → {path.backend.text or 'nowhere'}")
    if not (rule.http and rule.http.paths):
        yield (host, "everything → the default backend")


def _tls(hosts: list[str], secret: str) -> str:
    names = ", ".join(hosts) or "every host"
    return f"{names}, with secret {secret}" if secret else names
