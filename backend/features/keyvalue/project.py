"""What the etcd integration tells → rows. Pure."""

from __future__ import annotations

import sys

from backend.features.keyvalue.rows import KeyRow, MemberRow
from integrations.etcd.index import KeyEntry, folder_of
from integrations.etcd.snapshot import MemberCondition, MemberState

__all__ = ["key_row", "lease_text", "member_row"]


def member_row(etcd: str, member: MemberState) -> MemberRow:
    """The row of a member of the connection `etcd`."""
    latency = None if member.latency is None else round(member.latency * 1000, 1)
    used = member.quota_used
    return MemberRow(
        key=f"{etcd}/{member.id}",
        etcd=etcd,
        name=member.name or member.id,
        member_id=member.id,
        endpoint=member.endpoint,
        role=member.role.value,
        status=member.condition.value,
        healthy=member.condition in {MemberCondition.HEALTHY, MemberCondition.UNKNOWN},
        reason=member.reason,
        version=member.version,
        db_size=member.db_size,
        db_in_use=member.db_in_use,
        quota=member.quota,
        quota_used=None if used is None else round(used, 2),
        raft_term=member.raft_term,
        raft_index=member.raft_index,
        raft_lag=member.raft_lag,
        latency=latency,
        alarms=member.alarms,
        peer_urls=member.peer_urls,
        seen=member.seen or None,
    )


def key_row(etcd: str, entry: KeyEntry) -> KeyRow:
    """The row of a key of the connection `etcd`; equal folders share one text."""
    folder = sys.intern(folder_of(entry.path))
    return KeyRow(
        key=f"{etcd}:{entry.path}",
        etcd=etcd,
        path=entry.path,
        folder=folder,
        name=entry.path[len(folder) :],
        size=entry.size,
        version=entry.version,
        created_revision=entry.create_revision,
        revision=entry.mod_revision,
        lease=lease_text(entry.lease),
        changed=entry.changed or None,
    )


def lease_text(lease: str) -> str:
    """A lease id as etcdctl writes it (hexadecimal); empty without one."""
    return f"{int(lease):016x}" if lease.isdigit() and lease != "0" else ""
