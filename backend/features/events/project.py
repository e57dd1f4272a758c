"""Kubernetes and etcd events → rows. Pure."""

from __future__ import annotations

from sys import intern
from typing import Final

from backend.features.events.rows import EventRow
from integrations.etcd.changes import EtcdEvent
from integrations.kubernetes.kinds import group_of
from integrations.kubernetes.models.core import Event
from integrations.kubernetes.summaries.events import (
    event_count,
    event_severity,
    event_times,
    impossible_time,
)

__all__ = ["etcd_event_row", "event_row", "last_seen"]

_MESSAGE: Final = 2000
_ERRORS: Final = frozenset(
    {"OOMKilling", "SystemOOM", "NodeNotReady", "FailedMount", "Evicted", "KernelDeadlock"}
)


def last_seen(event: Event) -> float:
    """When it last happened (Unix seconds)."""
    return event_times(event).last


def event_row(cluster: str, event: Event) -> EventRow:
    """The row of a Kubernetes event."""
    about, times = event.involved_object, event_times(event)
    severity = event_severity(event)
    if severity == "warning" and event.reason in _ERRORS:
        severity = "error"
    return EventRow(
        key=f"kubernetes/{cluster}/{event.metadata.namespace}/{event.metadata.name}",
        source="kubernetes",
        origin=cluster,
        cluster=cluster,
        namespace=event.metadata.namespace or about.namespace,
        # An event about a cluster-scoped object is kept in some namespace (often default),
        # but it is the object's place that decides who may see it.
        place=about.namespace,
        severity=severity,
        type=event.type,
        reason=event.reason,
        object_kind=about.kind,
        object_group=intern(group_of(about.api_version)),
        object_name=about.name,
        message=event.message[:_MESSAGE],
        count=event_count(event),
        first=times.first,
        last=times.last,
        stated=impossible_time(event),
        reporter=event.reporting_component or event.source.component,
    )


def etcd_event_row(name: str, event: EtcdEvent) -> EventRow:
    """The row of something that happened to an etcd cluster or one of its members."""
    return EventRow(
        key=f"etcd/{name}/{event.key}",
        source="etcd",
        origin=name,
        cluster="",
        namespace="",
        severity=event.severity,
        reason=event.reason,
        object_kind="etcd member" if event.member else "etcd cluster",
        object_group="",
        object_name=event.member or name,
        message=event.message[:_MESSAGE],
        count=1,
        first=event.at,
        last=event.at,
        reporter="craton",
        etcd=name,
    )
