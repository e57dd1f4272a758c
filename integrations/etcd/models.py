"""Typed requests and answers of the v3 gateway.

The gateway drops unknown fields and enums silently (a misspelt `compare` writes without
its check), so requests exist only as these types. int64 values arrive as strings; member
ids exceed 2^53 and stay strings up to the browser. Absent means the default.
Keys are bytes here; msgspec speaks the gateway's standard base64 for them.
"""

from __future__ import annotations

from typing import Literal

import msgspec

EVERY_KEY = b"\0"
"""As `key` and `range_end` together: the whole key space."""


def prefix_end(prefix: bytes) -> bytes:
    """The end of the range that holds exactly the keys with `prefix`."""
    stripped = prefix.rstrip(b"\xff")
    if not stripped:
        return EVERY_KEY
    return stripped[:-1] + bytes((stripped[-1] + 1,))


def key_range(prefix: bytes) -> tuple[bytes, bytes]:
    """`key` and `range_end` for everything below `prefix` (empty: everything)."""
    return (prefix, prefix_end(prefix)) if prefix else (EVERY_KEY, EVERY_KEY)


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Base of every request body: only declared fields can be sent."""


class RangeRequest(Request, frozen=True, kw_only=True):
    """`kv/range`. `revision` 0 is the newest; `limit` 0 is no limit."""

    key: bytes
    range_end: bytes = b""
    limit: int = 0
    revision: int = 0
    serializable: bool = False
    keys_only: bool = False
    count_only: bool = False


class WatchCreate(Request, frozen=True, kw_only=True):
    """One watch inside a stream."""

    key: bytes
    range_end: bytes = b""
    start_revision: int = 0
    progress_notify: bool = False


class WatchRequest(Request, frozen=True, kw_only=True):
    """`watch`: opens one watch on the stream."""

    create_request: WatchCreate


class AlarmRequest(Request, frozen=True, kw_only=True):
    """`maintenance/alarm`; the action is the enum's name."""

    action: Literal["GET"]


class MemberListRequest(Request, frozen=True, kw_only=True):
    """`cluster/member/list`. Not linearizable: it must answer without a quorum too."""

    linearizable: bool = False


class StatusRequest(Request, frozen=True, kw_only=True):
    """`maintenance/status`."""


class HashKVRequest(Request, frozen=True, kw_only=True):
    """`maintenance/hashkv`: one member's hash of all keys up to `revision` (3.5.10 and newer)."""

    revision: int


class AuthStatusRequest(Request, frozen=True, kw_only=True):
    """`auth/status` (3.5 and newer)."""


class TimeToLiveRequest(Request, frozen=True, kw_only=True):
    """`lease/timetolive`."""

    ID: str


class AuthenticateRequest(Request, frozen=True, kw_only=True):
    """`auth/authenticate`: exchanges user and password for a token."""

    name: str
    password: str

    def __repr__(self) -> str:
        return f"AuthenticateRequest(name={self.name!r})"


class UserRequest(Request, frozen=True, kw_only=True):
    """`auth/user/get`: a user's roles; everybody may ask for their own."""

    name: str


class RoleRequest(Request, frozen=True, kw_only=True):
    """`auth/role/get`: what a role may do; everybody may ask for their own."""

    role: str


class UserResponse(msgspec.Struct, frozen=True):
    """The names of a user's roles."""

    roles: tuple[str, ...] = ()


class Permission(msgspec.Struct, frozen=True, rename={"kind": "permType"}):
    """What a role may do with a range of keys."""

    kind: str = "READ"
    key: bytes = b""
    range_end: bytes = b""


class RoleResponse(msgspec.Struct, frozen=True):
    """A role's permissions."""

    perm: tuple[Permission, ...] = ()


class Header(msgspec.Struct, frozen=True):
    """Who answered and at which revision."""

    cluster_id: str = ""
    member_id: str = ""
    revision: int = 0
    raft_term: int = 0


class KeyValue(msgspec.Struct, frozen=True):
    """One key with its metadata; `value` is empty when only keys were asked for."""

    key: bytes
    create_revision: int = 0
    mod_revision: int = 0
    version: int = 0
    value: bytes = b""
    lease: str = "0"


class RangeResponse(msgspec.Struct, frozen=True):
    """A page of keys. `count` is all keys in the range, whatever the limit."""

    header: Header = Header()
    kvs: tuple[KeyValue, ...] = ()
    more: bool = False
    count: int = 0


class Member(msgspec.Struct, frozen=True):
    """One member as the cluster's own list has it; `name` is empty until it first starts."""

    ID: str
    name: str = ""
    peerURLs: tuple[str, ...] = ()  # noqa: N815 the gateway's spelling
    clientURLs: tuple[str, ...] = ()  # noqa: N815 the gateway's spelling
    isLearner: bool = False  # noqa: N815 the gateway's spelling


class MemberListResponse(msgspec.Struct, frozen=True):
    """Members in the cluster's order."""

    header: Header = Header()
    members: tuple[Member, ...] = ()


class StatusResponse(msgspec.Struct, frozen=True, rename="camel"):
    """What one member says of itself. `errors` names alarms and a missing leader.

    `leader` is ``"0"`` without one; `db_size_quota` is 0 before 3.6.
    """

    header: Header = Header()
    version: str = ""
    db_size: int = 0
    leader: str = "0"
    raft_index: int = 0
    raft_term: int = 0
    raft_applied_index: int = 0
    errors: tuple[str, ...] = ()
    db_size_in_use: int = 0
    is_learner: bool = False
    db_size_quota: int = 0


class Alarm(msgspec.Struct, frozen=True, rename={"member": "memberID"}):
    """An alarm raised by a member: ``NOSPACE`` or ``CORRUPT``."""

    member: str = "0"
    alarm: str = "NONE"


class AlarmResponse(msgspec.Struct, frozen=True):
    """All alarms that are raised."""

    alarms: tuple[Alarm, ...] = ()


class HashKVResponse(msgspec.Struct, frozen=True):
    """The hash, comparable between members whose `compact_revision` is the same."""

    header: Header = Header()
    hash: int = 0
    compact_revision: int = 0


class AuthStatusResponse(msgspec.Struct, frozen=True):
    """Whether etcd's own authentication is on."""

    enabled: bool = False


class TimeToLiveResponse(msgspec.Struct, frozen=True, rename={"ttl": "TTL"}):
    """Seconds left and granted; `ttl` is -1 for a lease that does not exist."""

    ttl: int = -1
    grantedTTL: int = 0  # noqa: N815 the gateway's spelling


class AuthenticateResponse(msgspec.Struct, frozen=True):
    """The token for the ``Authorization`` header, bare."""

    token: str = ""

    def __repr__(self) -> str:
        return "AuthenticateResponse(token=…)"


class EtcdError(msgspec.Struct, frozen=True):
    """An error, unary or inside a stream. v1 names the code `grpc_code` in streams."""

    code: int = 0
    grpc_code: int = 0
    message: str = ""
    error: str | None = None

    @property
    def status(self) -> int:
        """The gRPC status code."""
        return self.grpc_code or self.code

    @property
    def text(self) -> str:
        """What etcd said."""
        return self.message or self.error or ""


class WatchedKey(msgspec.Struct, frozen=True):
    """A key in a watch event. The value stays the undecoded JSON text: only its size is
    wanted, and values are not to be kept."""

    key: bytes
    create_revision: int = 0
    mod_revision: int = 0
    version: int = 0
    lease: str = "0"
    value: msgspec.Raw = msgspec.Raw(b'""')

    @property
    def size(self) -> int:
        """Bytes of the value, computed from the length of its base64 text."""
        quoted = bytes(self.value)
        text = quoted[1:-1]
        return len(text) // 4 * 3 - text[-2:].count(b"=")


class WatchEvent(msgspec.Struct, frozen=True):
    """A put (the default type) or a delete."""

    kv: WatchedKey
    type: Literal["PUT", "DELETE"] = "PUT"


class WatchResponse(msgspec.Struct, frozen=True):
    """One line's result. Failures arrive as `canceled` with HTTP 200 and an open stream."""

    header: Header = Header()
    watch_id: int = 0
    created: bool = False
    canceled: bool = False
    compact_revision: int = 0
    cancel_reason: str = ""
    events: tuple[WatchEvent, ...] = ()


class WatchLine(msgspec.Struct, frozen=True):
    """One line of a watch: a result or an error."""

    result: WatchResponse | None = None
    error: EtcdError | None = None
