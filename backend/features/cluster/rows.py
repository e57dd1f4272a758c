"""Rows about clusters themselves. Times are Unix seconds."""

from __future__ import annotations

from backend.live.row import Row

__all__ = ["ClusterRow", "DefinitionRow", "LeaseRow", "NamespaceRow"]


class ClusterRow(Row, frozen=True):
    """A connected cluster. `status` is how true our picture is (``live``, ``stale``,
    ``connecting``, ``denied``); `failing` names the API server's checks that fail."""

    name: str
    cluster: str
    status: str
    healthy: bool
    reason: str
    version: str
    failing: tuple[str, ...]
    nodes: int
    pods: int
    since: float


class NamespaceRow(Row, frozen=True):
    """A namespace; `namespace` repeats the name, so that who may see it sees this row."""

    cluster: str
    namespace: str
    name: str
    status: str
    healthy: bool
    concern: int
    reason: str
    created: float
    labels: dict[str, str]


class LeaseRow(Row, frozen=True):
    """Who holds a lease; `renewed` is when it last said so, `duration` in seconds."""

    cluster: str
    namespace: str
    name: str
    holder: str
    renewed: float | None
    duration: int
    transitions: int
    created: float
    labels: dict[str, str]


class DefinitionRow(Row, frozen=True):
    """A custom resource definition. `kind` below the definition's own name. While `live`, changes
    of its objects are followed: `revision` is another number after each."""

    cluster: str
    name: str
    kind: str
    group: str
    scope: str
    versions: tuple[str, ...]
    status: str
    reason: str
    created: float
    labels: dict[str, str]
    live: bool = False
    revision: int = 0
