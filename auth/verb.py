"""Verbs: what can be done to a thing (identity reference, section 2.1)."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

__all__ = ["EDIT", "OPERATE", "READ", "VIEW", "Verb"]


class Verb(StrEnum):
    """One word of a right. Which verbs a kind knows is said by its `auth.kinds.Kind`."""

    GET = "get"
    LIST = "list"
    WATCH = "watch"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    LOGS = "logs"
    EXEC = "exec"
    FORWARD = "forward"
    REVEAL = "reveal"
    PUSH = "push"
    PULL = "pull"
    PROMOTE = "promote"
    PAUSE = "pause"
    SCALE = "scale"
    RESTART = "restart"
    ROLLBACK = "rollback"
    CORDON = "cordon"
    DRAIN = "drain"
    EVICT = "evict"
    CANCEL = "cancel"
    TEST = "test"
    APPROVE = "approve"
    BIND = "bind"
    ESCALATE = "escalate"
    IMPERSONATE = "impersonate"
    EXPORT = "export"
    MAINTAIN = "maintain"
    SNAPSHOT = "snapshot"


READ: Final = frozenset({Verb.GET, Verb.LIST, Verb.WATCH})
"""Look at it, alone or in a list, once or live."""

VIEW: Final = READ | {Verb.LOGS, Verb.PULL}
"""What the built-in viewer does: Kubernetes' `view` holds ``pods/log`` too."""

EDIT: Final = frozenset({Verb.CREATE, Verb.UPDATE, Verb.DELETE})
"""Make, change and remove it."""

OPERATE: Final = (
    VIEW
    | EDIT
    | frozenset(
        {
            Verb.EXEC,
            Verb.FORWARD,
            Verb.PUSH,
            Verb.PROMOTE,
            Verb.PAUSE,
            Verb.SCALE,
            Verb.RESTART,
            Verb.ROLLBACK,
            Verb.CORDON,
            Verb.DRAIN,
            Verb.EVICT,
            Verb.CANCEL,
            Verb.TEST,
            Verb.EXPORT,
        }
    )
)
"""What the built-in operator does. Left out: `reveal` (secrets in clear), `snapshot` (a whole
store, secrets too), `maintain` (what can stop a store, or lose what it keeps), `approve`, and what
moves rights themselves (`bind`, `escalate`, `impersonate`)."""
