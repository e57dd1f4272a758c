"""Services ⋈ their endpoint slices: whether anything answers behind a service."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from backend.features.workloads.collections_network import SERVICES
from backend.features.workloads.project import TERMINATING
from backend.features.workloads.project_network import endpoint_slice_row, service_row
from backend.features.workloads.rows import EndpointSliceRow, ServiceRow
from backend.live.derive import Derived, Input, One
from backend.live.table import Table
from integrations.concern import Concern
from integrations.contract import Feed

__all__ = ["Services"]


class Services:
    """The services of every cluster: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._services: Table[ServiceRow] = Table("services as they are")
        self._slices: Table[EndpointSliceRow] = Table("slices of services")
        self.rows = Derived(
            SERVICES,
            inputs=(One(self._services), Input(self._slices, by=_service)),
            row=_reached,
        )

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one cluster's services, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        service, slices = partial(service_row, cluster), partial(endpoint_slice_row, cluster)
        return {
            "services": self._services.feed(f"{name}/services", service, within=within),
            "endpointslices": self._slices.feed(f"{name}/endpointslices", slices, within=within),
        }


def _service(found: EndpointSliceRow) -> tuple[str, ...]:
    return (f"{found.cluster}/{found.namespace}/{found.service}",) if found.service else ()


def _reached(
    _key: str, row: ServiceRow | None, slices: Sequence[EndpointSliceRow]
) -> ServiceRow | None:
    """A service without a selector is somebody else's to fill, an external name is only a
    name: of neither is it said whether something answers, nor of one that goes."""
    if row is None:
        return None
    if row.type == "ExternalName" or row.status == TERMINATING:
        return row
    if not row.selector:
        return _waiting(row) if row.pending else row
    ready, endpoints = _counts(slices)
    if ready:
        readiness = f"{ready}/{endpoints}"
        if row.pending:
            return msgspec.structs.replace(_waiting(row), readiness=readiness)
        status = row.status or "Reachable"
        return msgspec.structs.replace(row, status=status, readiness=readiness)
    word, concern = "Unreachable", Concern.ERROR
    reason = f"None of its {endpoints} endpoints is ready"
    if endpoints == 1:
        reason = "Its only endpoint is not ready"
    if endpoints == 0:
        word, concern = "No endpoints", Concern.WARNING
        reason = "No pod that runs has the labels it selects"
    return msgspec.structs.replace(
        row,
        status=word,
        healthy=False,
        concern=concern,
        reason=f"{reason}; it waits for a load balancer too" if row.pending else reason,
        readiness=f"0/{endpoints}",
    )


def _waiting(row: ServiceRow) -> ServiceRow:
    """As ``kubectl get`` says it: its external address is pending."""
    reason = "No load balancer has given it an address yet"
    return msgspec.structs.replace(
        row, status="Pending", reason=reason, healthy=False, concern=Concern.WARNING
    )


def _counts(slices: Sequence[EndpointSliceRow]) -> tuple[int, int]:
    """Ready and all, of the address type that has most: of a service with two, each pod has an
    endpoint in both."""
    sums: dict[str, tuple[int, int]] = {}
    for found in slices:
        ready, endpoints = sums.get(found.address_type, (0, 0))
        sums[found.address_type] = (ready + found.ready, endpoints + found.endpoints)
    return max(sums.values(), default=(0, 0))
