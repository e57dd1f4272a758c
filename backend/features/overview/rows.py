"""The row of the `problems` collection."""

from __future__ import annotations

import msgspec

__all__ = ["ProblemRow"]


class ProblemRow(msgspec.Struct, frozen=True):
    """One cause of trouble. `rank` orders (0 is worst); `since` is Unix seconds, when this
    console first saw it. The scope fields repeat those of the row it is about."""

    key: str
    rank: int
    severity: str
    system: str
    title: str
    affects: str
    count: int
    since: float
    link: str
    collection: str
    target: str
    cluster: str = ""
    namespace: str = ""
    etcd: str = ""
