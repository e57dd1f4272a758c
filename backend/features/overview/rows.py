"""The row of the `problems` collection."""

from __future__ import annotations

from backend.live.row import Row
from integrations.contract import Severity

__all__ = ["ProblemRow"]


class ProblemRow(Row, frozen=True):
    """One cause of trouble at one thing.

    `rank` orders (0 is worst); `since` is Unix seconds, None when it was so before this
    console looked and nothing tells since when; `seen` is when it first saw it so. `reason` says
    why, the cause first; `cause` is its kind that others may share. The scope fields repeat those
    of the row it is about; `resource` is its plural in a cluster. A connection is no part of what
    it leads to: it has its `scope` in text. `guide` leads to what to do, step by step.
    """

    rank: int
    severity: Severity
    system: str
    kind: str
    name: str
    reason: str
    cause: str
    affects: str
    count: int
    since: float | None
    link: str
    collection: str
    target: str
    cluster: str = ""
    namespace: str = ""
    etcd: str = ""
    resource: str = ""
    scope: str = ""
    seen: float = 0.0
    guide: str = ""
