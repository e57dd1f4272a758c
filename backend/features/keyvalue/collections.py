"""The collections `etcd-members` and `keys`."""

from __future__ import annotations

from typing import Final

from backend.features.keyvalue.rows import KeyRow, MemberRow
from backend.live.collection import Collection
from backend.live.column import Column, Type
from backend.live.rowscope import Field, RowScope

__all__ = ["KEYS", "MEMBERS"]

_SCOPE: Final = RowScope("etcd", Field("etcd"))
_KEY: Final = RowScope("etcd", Field("etcd"), "key", Field("path", split="/", empty=True))

MEMBERS: Final = Collection(
    name="etcd-members",
    title="etcd members",
    kind="etcdmember",
    row=MemberRow,
    scopes=(_SCOPE,),
    columns=(
        Column("name", "Name", Type.TEXT, searched=True),
        Column("etcd", "etcd", Type.TEXT, facet=True, searched=True),
        Column("status", "Status", Type.STATUS, facet=True),
        Column("role", "Role", Type.TEXT, facet=True),
        Column("version", "Version", Type.TEXT, facet=True),
        Column("db_size", "Database", Type.BYTES),
        Column("quota_used", "Quota used", Type.PERCENT),
        Column("raft_lag", "Raft lag", Type.NUMBER),
        Column("latency", "Latency (ms)", Type.NUMBER),
        Column("alarms", "Alarms", Type.LIST),
        Column("reason", "Reason", Type.TEXT, searched=True),
        Column("endpoint", "Endpoint", Type.TEXT, searched=True),
        Column("seen", "Last seen", Type.TIME),
        Column("db_in_use", "In use", Type.BYTES, default=False),
        Column("quota", "Quota", Type.BYTES, default=False),
        Column("raft_term", "Raft term", Type.NUMBER, default=False),
        Column("raft_index", "Raft index", Type.NUMBER, default=False),
        Column("member_id", "Member id", Type.TEXT, searched=True, default=False),
        Column("peer_urls", "Peer URLs", Type.LIST, default=False),
    ),
    default_sort=("etcd", "name"),
    where=("etcd",),
)

KEYS: Final = Collection(
    name="keys",
    title="Keys",
    kind="key",
    row=KeyRow,
    scopes=(_KEY,),
    columns=(
        Column("path", "Key", Type.TEXT, searched=True),
        Column("folder", "Folder", Type.TEXT, default=False),
        Column("name", "Name", Type.TEXT, default=False),
        Column("size", "Size", Type.BYTES),
        Column("version", "Version", Type.NUMBER),
        Column("revision", "Revision", Type.NUMBER),
        Column("created_revision", "Created at revision", Type.NUMBER, default=False),
        Column("lease", "Lease", Type.TEXT),
        Column("changed", "Last change seen", Type.TIME),
        Column("etcd", "etcd", Type.TEXT, facet=True),
    ),
    default_sort=("etcd", "path"),
    label="path",
    where=("etcd",),
)
