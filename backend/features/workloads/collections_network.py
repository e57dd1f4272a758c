"""Collections of services, endpoint slices, ingresses, volumes and claims."""

from __future__ import annotations

from typing import Final

from backend.connections.resources import reviewed
from backend.features.workloads.collections import HEAD, NAMESPACED, TAIL
from backend.features.workloads.rows import (
    ClaimRow,
    EndpointSliceRow,
    IngressRow,
    ServiceRow,
    VolumeRow,
)
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["CLAIMS", "ENDPOINT_SLICES", "INGRESSES", "SERVICES", "VOLUMES"]

_JUDGED: Final = (
    Column("healthy", "Healthy", Type.BOOL, facet=True, default=False),
    Column("concern", "Concern", Type.NUMBER, default=False),
)

SERVICES: Final = Collection(
    name="services",
    title="Services",
    kind="service",
    row=ServiceRow,
    scopes=(NAMESPACED,),
    columns=(
        *HEAD,
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("readiness", "Ready", Type.TEXT, sortable=False),
        Column("type", "Type", Type.TEXT, facet=True),
        Column("ip", "Cluster IP", Type.TEXT, searched=True),
        Column("addresses", "Outside", Type.LIST, searched=True),
        Column("ports", "Ports", Type.LIST, facet=True),
        Column("pending", "Waits for a load balancer", Type.BOOL, facet=True, default=False),
        *_JUDGED,
        *TAIL,
    ),
    default_sort=("concern", "namespace", "name"),
    where=("namespace", "cluster"),
    place=30,
    reviewed=reviewed("services"),
)

ENDPOINT_SLICES: Final = Collection(
    name="endpointslices",
    title="Endpoint slices",
    kind="service",
    row=EndpointSliceRow,
    scopes=(NAMESPACED,),
    columns=(
        *HEAD,
        Column("service", "Service", Type.TEXT, facet=True, searched=True),
        Column("ready", "Ready", Type.NUMBER),
        Column("endpoints", "Endpoints", Type.NUMBER),
        Column("addresses", "Addresses", Type.LIST, searched=True),
        Column("ports", "Ports", Type.LIST, default=False),
        Column("address_type", "Address type", Type.TEXT, facet=True, default=False),
        *TAIL,
    ),
    default_sort=("namespace", "name"),
    where=("namespace", "cluster"),
    place=70,
    reviewed=reviewed("endpointslices"),
)

INGRESSES: Final = Collection(
    name="ingresses",
    title="Ingresses",
    kind="service",
    row=IngressRow,
    scopes=(NAMESPACED,),
    columns=(
        *HEAD,
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("hosts", "Hosts", Type.LIST, searched=True),
        Column("paths", "Paths", Type.LIST, searched=True),
        Column("services", "Services", Type.LIST, facet=True, searched=True, default=False),
        Column("backends", "Backends", Type.LIST, facet=True, searched=True, default=False),
        Column("addresses", "Addresses", Type.LIST, searched=True),
        Column("ingress_class", "Class", Type.TEXT, facet=True),
        Column("tls", "TLS", Type.BOOL, facet=True),
        *_JUDGED,
        *TAIL,
    ),
    default_sort=("concern", "namespace", "name"),
    where=("namespace", "cluster"),
    place=30,
    reviewed=reviewed("ingresses"),
)

VOLUMES: Final = Collection(
    name="persistentvolumes",
    title="Persistent volumes",
    kind="volume",
    row=VolumeRow,
    scopes=(RowScope("cluster", Field("cluster")),),
    columns=(
        HEAD[0],
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True, default=False),
        Column("capacity", "Capacity", Type.BYTES),
        Column("claim", "Claim", Type.TEXT, searched=True),
        Column("storage_class", "Storage class", Type.TEXT, facet=True),
        Column("access_modes", "Access modes", Type.LIST, facet=True),
        Column("reclaim_policy", "Reclaim policy", Type.TEXT, facet=True),
        Column("driver", "Driver", Type.TEXT, facet=True, searched=True),
        Column("handle", "Handle", Type.TEXT, searched=True, default=False),
        *_JUDGED,
        *TAIL,
    ),
    default_sort=("concern", "name"),
    where=("cluster",),
    place=40,
    reviewed=reviewed("persistentvolumes"),
)

CLAIMS: Final = Collection(
    name="persistentvolumeclaims",
    title="Persistent volume claims",
    kind="volume",
    row=ClaimRow,
    scopes=(NAMESPACED,),
    columns=(
        *HEAD,
        Column("status", "Status", Type.STATUS, facet=True),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("volume", "Volume", Type.TEXT, searched=True),
        Column("capacity", "Capacity", Type.BYTES),
        Column("requested", "Requested", Type.BYTES),
        Column("storage_class", "Storage class", Type.TEXT, facet=True),
        Column("access_modes", "Access modes", Type.LIST, facet=True, default=False),
        *_JUDGED,
        *TAIL,
    ),
    default_sort=("concern", "namespace", "name"),
    where=("namespace", "cluster"),
    place=40,
    reviewed=reviewed("persistentvolumeclaims"),
)
