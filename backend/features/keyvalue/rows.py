"""Rows of the Key-value page."""

from __future__ import annotations

from backend.live.row import Row

__all__ = ["KeyRow", "MemberRow"]


class MemberRow(Row, frozen=True):
    """One etcd member. Sizes in bytes, latency in milliseconds, `seen` in Unix seconds.

    Numbers of a member that is down are its last known ones, from `seen`.
    """

    etcd: str
    name: str
    member_id: str
    endpoint: str
    role: str
    status: str
    healthy: bool
    reason: str
    version: str
    db_size: int | None
    db_in_use: int | None
    quota: int | None
    quota_used: float | None
    raft_term: int | None
    raft_index: int | None
    raft_lag: int | None
    latency: float | None
    alarms: tuple[str, ...]
    peer_urls: tuple[str, ...]
    seen: float | None


class KeyRow(Row, frozen=True):
    """One key, never its value. `folder` ends with its separator (empty at the root);
    `size` and `changed` are None until a change was seen."""

    etcd: str
    path: str
    folder: str
    name: str
    size: int | None
    version: int
    created_revision: int
    revision: int
    lease: str
    changed: float | None
