"""The row of the Events page: what happened, from every system."""

from __future__ import annotations

import msgspec

__all__ = ["EventRow"]


class EventRow(msgspec.Struct, frozen=True, gc=False):
    """One event, or many equal ones counted. Times are Unix seconds.

    `source` names the system (``kubernetes``, ``etcd``) and `origin` the connection;
    `severity` is ``normal``, ``warning`` or ``error``. `cluster` is empty for events that
    belong to no Kubernetes cluster: those are seen by who may see the organisation.
    """

    key: str
    source: str
    origin: str
    cluster: str
    namespace: str
    severity: str
    reason: str
    object_kind: str
    object_name: str
    message: str
    count: int
    first: float
    last: float
    reporter: str
