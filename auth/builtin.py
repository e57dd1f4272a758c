"""The roles every console has: fixed sets of rights, each written out but for the widest three.

A right on a kind that no feature has declared yet is kept and has no effect (`Role.idle`), so that
a role is right on the day the kind comes; it is named here, hence reviewed, before it opens
anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final

from auth.kinds import Catalogue, Kind
from auth.role import OPERATOR, OWNER, VIEWER, Role, compile_known
from auth.verb import EDIT, OPERATE, READ, VIEW, Verb

__all__ = ["AWAITED", "built_in"]

AWAITED: Final = frozenset({"installation", "pull-secret", "invoice"})
"""Kinds that built-in roles name and that have no page yet."""


def built_in(catalogue: Catalogue) -> dict[str, Role]:
    """The roles every console has, by id. Owner holds everything; operator and viewer nothing on
    sensitive kinds; each of the others what its work needs and no more."""
    return dict(_compiled(tuple(catalogue)))


@lru_cache(maxsize=8)
def _compiled(kinds: tuple[Kind, ...]) -> dict[str, Role]:
    catalogue = Catalogue(*kinds)
    wide = (
        Role(OWNER, "Owner", catalogue.pairs(frozenset(Verb), sensitive=True)),
        Role(OPERATOR, "Operator", catalogue.pairs(OPERATE)),
        Role(VIEWER, "Viewer", catalogue.pairs(VIEW)),
    )
    auditor = _rights({kind.name for kind in kinds if not kind.sensitive} | _GUARDED, READ)
    auditor.add(f"activity:{Verb.EXPORT}")
    written = _NARROW | {"auditor": ("Auditor", auditor)}
    narrow = [_role(name, *one, catalogue) for name, one in written.items()]
    return {role.id: role for role in (*wide, *narrow)}


def _role(name: str, title: str, rights: Iterable[str], catalogue: Catalogue) -> Role:
    """Verbs that a kind does not know are meant for none: only whole kinds are awaited."""
    role = compile_known(name, title, rights, catalogue)
    awaited = (right for right in role.idle if right.partition(":")[0] not in catalogue)
    return replace(role, idle=frozenset(awaited))


def _rights(kinds: Iterable[str], verbs: Iterable[Verb]) -> set[str]:
    return {f"{kind}:{verb.value}" for kind in kinds for verb in verbs}


_PEOPLE: Final = frozenset(
    {"user", "binding", "role", "team", "service-account", "token", "session", "identity-provider"}
)
_GUARDED: Final = _PEOPLE | {"activity", "cluster-access", "connection-settings"}
"""The sensitive kinds an auditor reads; none of them shows a secret to who may only read."""
_AROUND: Final = _rights(("connection", "event", "problem", "job"), READ) | {"saved-view:get"}
"""What tells how things are, for whatever work."""
_SHIPS: Final = frozenset({Verb.PULL, Verb.PUSH, Verb.PROMOTE})
_UPDATES: Final = ("application", "channel", "package", "group", "instance", "mirror")

_DEVELOPER: Final = (
    _rights(("namespace", "lease", "definition", "cluster", "machine", "repository", "tag"), READ)
    | _rights(("pod", "workload", "service", "volume", "configmap", "customresource"), READ | EDIT)
    | _rights(("secret",), READ | EDIT)
    | _rights(("pod",), {Verb.LOGS, Verb.EXEC, Verb.FORWARD, Verb.EVICT})
    | _rights(("workload",), {Verb.LOGS, Verb.PAUSE, Verb.SCALE, Verb.RESTART, Verb.ROLLBACK})
    | _rights(("repository", "tag"), {Verb.PULL})
    | {"job:cancel"}
    | _AROUND
)

_NARROW: Final[dict[str, tuple[str, set[str]]]] = {
    "developer": ("Developer", _DEVELOPER),
    "update-manager": (
        "Update manager",
        _rights([f"update-{one}" for one in _UPDATES], READ | EDIT)
        | _rights(("update-refused", "machine"), READ)
        | _rights(("update-channel", "update-group"), {Verb.PROMOTE})
        | {"update-group:pause", "job:cancel"}
        | _AROUND,
    ),
    "registry-manager": (
        "Registry manager",
        _rights(("repository", "tag"), READ | EDIT | _SHIPS) | {"job:cancel"} | _AROUND,
    ),
    "etcd-editor": (
        "etcd editor",
        _rights(("key",), READ | EDIT) | _rights(("etcdmember",), READ) | _AROUND,
    ),
    "installer": (
        "Installer",
        _rights(("installation",), READ | EDIT)
        | _rights(("machine", "cluster", "update-group", "update-instance"), READ)
        | {"pull-secret:get"}
        | _AROUND,
    ),
    "billing-viewer": ("Billing viewer", _rights(("plan", "invoice"), READ)),
    "billing-admin": ("Billing admin", _rights(("plan", "invoice"), READ | EDIT)),
    "licence-admin": (
        "Licence admin",
        _rights(("licence", "pull-secret"), READ | EDIT)
        | _rights(("plan",), READ)
        | {"pull-secret:reveal"},
    ),
    "access-admin": (
        "Access admin",
        _rights(_PEOPLE, READ | EDIT)
        | _rights(("activity", "problem"), READ)  # a break-glass account in use is a problem
        | _rights(("access-request",), READ | {Verb.APPROVE})
        | {"role:bind"},
    ),
}
