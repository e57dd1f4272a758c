"""The row of the Events page: what happened, from every system."""

from __future__ import annotations

from backend.live.row import Row
from integrations.kubernetes.summaries.events import EventSeverity

__all__ = ["EventRow"]


class EventRow(Row, frozen=True):
    """One event, or many equal ones counted. Times are Unix seconds.

    `source` names the system (``kubernetes``, ``etcd``) and `origin` the connection;
    `severity` is ``normal``, ``warning``, ``error``, or ``unknown`` where the reporter's `type` is
    none that Kubernetes knows. `namespace` is where the event is kept, `place` where its object
    lies (empty: the cluster). `stated` is the time its reporter gave, if that cannot be.
    `cluster`, `etcd` or `registry` names the connection by its system, which places the event in
    the estate. `object_group` is the API group of the object's kind, empty for the core's and
    where the reporter left it out.
    """

    source: str
    origin: str
    cluster: str
    namespace: str
    severity: EventSeverity
    reason: str
    object_kind: str
    object_group: str
    object_name: str
    message: str
    count: int
    first: float
    last: float
    reporter: str
    type: str = ""
    place: str = ""
    stated: float | None = None
    etcd: str = ""
    registry: str = ""
