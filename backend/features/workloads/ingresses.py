"""Ingresses ⋈ services: whether what an ingress leads to exists.

Nothing in the API says that a backend is missing: the controller answers every request with an
error, and the ingress looks as it always did.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from backend.features.workloads.collections_network import INGRESSES
from backend.features.workloads.known import Known, KnownFeed
from backend.features.workloads.project import TERMINATING
from backend.features.workloads.project_network import ingress_row
from backend.features.workloads.rows import IngressRow
from backend.live.derive import Derived, Foreign, Foreigns, One
from backend.live.row import Row
from backend.live.table import Table
from integrations.concern import Concern
from integrations.contract import Feed
from integrations.kubernetes.models.network import Ingress, Service

__all__ = ["Ingresses"]

_ELSEWHERE: Final = "use-annotation"
"""A port's name by which the AWS Load Balancer Controller takes the backend from an annotation of
that name: there need be no such service."""
_MOST: Final = 3


class _Backend(NamedTuple):
    """A service as an ingress names it, with a port by name or by number."""

    service: str
    port: str | int


class _Ingress(Row, frozen=True):
    """An ingress as it is, and the services it leads to."""

    row: IngressRow
    backends: tuple[_Backend, ...]


class _Service(Row, frozen=True):
    """A service there is; its ports by name and number, None where every port leads somewhere."""

    name: str
    ports: frozenset[str | int] | None


class Ingresses:
    """The ingresses of every cluster: `rows` is the collection's source."""

    def __init__(self) -> None:
        self._ingresses: Table[_Ingress] = Table("ingresses as they are")
        self._services: Table[_Service] = Table("services that ingresses name")
        self._known: Table[Known] = Table("clusters whose services are known")
        self.rows = Derived(
            INGRESSES,
            inputs=(
                One(self._ingresses),
                Foreigns(self._services, of=self._ingresses, by=_named),
                Foreign(self._known, of=self._ingresses, by=_cluster_of),
            ),
            row=_resolved,
        )

    def feeds(self, cluster: str) -> dict[str, Feed[Any]]:
        """The feeds that keep one cluster's ingresses, by kind."""
        within, name = ("cluster", cluster), f"kubernetes/{cluster}"
        service, ingress = partial(_service, cluster), partial(_ingress, cluster)
        services = self._services.feed(f"{name}/services", service, within=within)
        return {
            "ingresses": self._ingresses.feed(f"{name}/ingresses", ingress, within=within),
            "services": KnownFeed(services, self._known, cluster),
        }


def _service(cluster: str, found: Service) -> _Service:
    meta, spec = found.metadata, found.spec
    names: Iterator[str | int] = (port.name for port in spec.ports if port.name)
    ports = None if spec.external_name else frozenset((*names, *(p.port for p in spec.ports)))
    return _Service(f"{cluster}/{meta.namespace}/{meta.name}", meta.name, ports)


def _ingress(cluster: str, found: Ingress) -> _Ingress:
    row = ingress_row(cluster, found)
    named = (backend.service for backend in found.backends if backend.service)
    backends = (_Backend(to.name, to.port.name or to.port.number) for to in named)
    wanted = (backend for backend in backends if backend.port != _ELSEWHERE)
    return _Ingress(row.key, row, tuple(dict.fromkeys(wanted)))


def _named(ingress: _Ingress) -> Iterable[str]:
    place = f"{ingress.row.cluster}/{ingress.row.namespace}"
    return [f"{place}/{name}" for name in dict.fromkeys(to.service for to in ingress.backends)]


def _cluster_of(ingress: _Ingress) -> str:
    return ingress.row.cluster if ingress.backends else ""


def _resolved(
    _key: str, ingress: _Ingress | None, services: Sequence[_Service], known: Known | None
) -> IngressRow | None:
    if ingress is None:
        return None
    row = ingress.row
    if known is None or row.status == TERMINATING:
        return row
    there = {service.name: service for service in services}
    missing = list(dict.fromkeys(filter(None, (_missing(to, there) for to in ingress.backends))))
    if not missing:
        return msgspec.structs.replace(row, status=row.status or "Resolved")
    more = f"; {len(missing) - _MOST} more" if len(missing) > _MOST else ""
    return msgspec.structs.replace(
        row,
        status="Unresolved",
        healthy=False,
        concern=Concern.WARNING,
        reason=f"{'; '.join(missing[:_MOST])}{more}",
    )


def _missing(to: _Backend, there: dict[str, _Service]) -> str:
    """What is missing of a backend, in words."""
    service = there.get(to.service)
    if service is None:
        return f"There is no service {to.service}"
    if to.port and service.ports is not None and to.port not in service.ports:
        return f"Service {to.service} has no port {to.port}"
    return ""
