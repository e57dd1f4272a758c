"""Services, endpoint slices, ingresses, volumes and claims → rows. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Final, TypeVar

import msgspec

from backend.features.workloads.project import born, key, leaving
from backend.features.workloads.rows import (
    ClaimRow,
    EndpointSliceRow,
    IngressRow,
    ServiceRow,
    VolumeRow,
)
from integrations.concern import Concern
from integrations.kubernetes.models.meta import seconds
from integrations.kubernetes.models.network import (
    BalancedStatus,
    EndpointSlice,
    Ingress,
    Service,
)
from integrations.kubernetes.models.storage import PersistentVolume, PersistentVolumeClaim
from integrations.kubernetes.quantity import parse_quantity
from integrations.kubernetes.summaries.deletion import hindrances, still_there

__all__ = ["claim_row", "endpoint_slice_row", "ingress_row", "service_row", "volume_row"]

N = TypeVar("N", ServiceRow, IngressRow)
MAX_ADDRESSES: Final = 20
_VOLUMES: Final = {
    "Bound": Concern.FINE,
    "Available": Concern.FINE,
    "Pending": Concern.PROGRESS,
    "Released": Concern.HELD,
    "Failed": Concern.ERROR,
}
_CLAIMS: Final = {
    "Bound": (Concern.FINE, ""),
    "Pending": (Concern.PROGRESS, "Waits for a volume"),
    "Lost": (Concern.ERROR, "Its volume is gone"),
    "Terminating": (Concern.PROGRESS, "Is being deleted"),
}
_SERVICE: Final = "kubernetes.io/service-name"


def service_row(cluster: str, service: Service) -> ServiceRow:
    """The row of a service."""
    meta, spec = service.metadata, service.spec
    outside = service.outside
    if spec.external_name:
        outside.append(spec.external_name)
    row = ServiceRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        type=spec.type,
        ip=spec.cluster_ip,
        addresses=tuple(outside),
        ports=tuple(port.text for port in spec.ports),
        selector=spec.selector,
        created=born(meta),
        labels=meta.labels,
        pending=service.pending,
    )
    row = _unserved(row, service.status)
    return leaving(row, service) if meta.deletion_timestamp is not None else row


def _unserved(row: N, status: BalancedStatus) -> N:
    """The row, with what its load balancer says of ports that it does not serve."""
    if not status.port_errors:
        return row
    return msgspec.structs.replace(
        row,
        status="Port not served",
        healthy=False,
        concern=Concern.WARNING,
        reason=status.port_errors,
    )


def endpoint_slice_row(cluster: str, found: EndpointSlice) -> EndpointSliceRow:
    """The row of an endpoint slice, with its first twenty addresses."""
    meta = found.metadata
    # Unknown readiness is to be read as ready (the API's own rule).
    ready = [e for e in found.endpoints if e.conditions.ready is not False]
    addresses = (address for e in found.endpoints for address in e.addresses)
    return EndpointSliceRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        service=meta.labels.get(_SERVICE, ""),
        address_type=found.address_type,
        ready=len(ready),
        endpoints=len(found.endpoints),
        addresses=tuple(islice(addresses, MAX_ADDRESSES)),
        ports=tuple(f"{p.port}/{p.protocol}" for p in found.ports if p.port is not None),
        created=born(meta),
        labels=meta.labels,
    )


def ingress_row(cluster: str, ingress: Ingress) -> IngressRow:
    """The row of an ingress."""
    meta, spec = ingress.metadata, ingress.spec
    backends = ingress.backends
    services = [backend.service.name for backend in backends if backend.service]
    addresses = tuple(ingress.status.addresses)
    row = IngressRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        ingress_class=ingress.class_name,
        hosts=tuple(dict.fromkeys(rule.host or "*" for rule in spec.rules)) or ("*",),
        paths=tuple(_routes(ingress))[:MAX_ADDRESSES],
        services=tuple(dict.fromkeys(services)),
        backends=tuple(dict.fromkeys(filter(None, (b.text for b in backends)))),
        addresses=addresses,
        tls=bool(spec.tls),
        created=born(meta),
        labels=meta.labels,
    )
    row = _unserved(row, ingress.status)
    return leaving(row, ingress) if meta.deletion_timestamp is not None else row


def _routes(ingress: Ingress) -> Iterator[str]:
    """``shop.example/cart (Prefix) → cart:http``, and what becomes of everything else."""
    for rule in ingress.spec.rules:
        for path in rule.http.paths if rule.http else ():
            kind = f" ({path.path_type})" if path.path_type else ""
            to = path.backend.text or "nowhere"
            yield f"{rule.host or '*'}{path.path or '/'}{kind} → {to}"
    if ingress.spec.default_backend is not None:
        yield f"everything else → {ingress.spec.default_backend.text or 'nowhere'}"


def volume_row(cluster: str, volume: PersistentVolume) -> VolumeRow:
    """The row of a persistent volume."""
    meta, spec = volume.metadata, volume.spec
    claim = spec.claim_ref
    leaving = still_there(volume, meta)
    held = bool(leaving and hindrances(volume, meta))
    phase = volume.status.phase or "Unknown"
    concern = Concern.WARNING if held else _VOLUMES.get(volume.status.phase, Concern.WARNING)
    return VolumeRow(
        key=key(cluster, meta),
        cluster=cluster,
        name=meta.name,
        status="Terminating" if leaving else phase,
        healthy=phase != "Failed" and not held,
        concern=concern,
        reason=leaving or volume.status.message or volume.status.reason,
        capacity=parse_quantity(spec.capacity.get("storage", "0")),
        access_modes=tuple(spec.access_modes),
        reclaim_policy=spec.persistent_volume_reclaim_policy,
        storage_class=spec.storage_class_name,
        claim=f"{claim.namespace}/{claim.name}" if claim else "",
        created=born(meta),
        labels=meta.labels,
        driver=spec.source.driver,
        handle=spec.source.handle,
        since=seconds(volume.status.last_phase_transition_time) if phase == "Failed" else None,
    )


def claim_row(cluster: str, claim: PersistentVolumeClaim) -> ClaimRow:
    """The row of a claim."""
    meta, spec, status = claim.metadata, claim.spec, claim.status
    leaving = still_there(claim, meta)
    word = "Terminating" if leaving else status.phase or "Unknown"
    concern, reason = _CLAIMS.get(word, (Concern.WARNING, ""))
    if word == "Pending" and spec.volume_name:
        reason = f"Waits for volume {spec.volume_name}, which it names"
    if leaving and hindrances(claim, meta):
        concern = Concern.WARNING
    got = status.capacity.get("storage")
    return ClaimRow(
        key=key(cluster, meta),
        cluster=cluster,
        namespace=meta.namespace,
        name=meta.name,
        status=word,
        healthy=concern >= Concern.PROGRESS,
        concern=concern,
        reason=leaving or reason,
        volume=spec.volume_name,
        requested=parse_quantity(spec.resources.requests.get("storage", "0")),
        capacity=parse_quantity(got) if got else None,
        access_modes=tuple(status.access_modes or spec.access_modes),
        storage_class=spec.storage_class_name,
        created=born(meta),
        labels=meta.labels,
        since=seconds(meta.creation_timestamp) if word == "Pending" else None,
    )
