"""What the fake says of its kinds, in the form of servers that do not answer for all at once."""

from __future__ import annotations

from typing import Any

from integrations.kubernetes.fake.refusal import Refusal
from integrations.kubernetes.fake.store import Store

__all__ = ["discovered"]

_VERBS = ["create", "delete", "get", "list", "patch", "update", "watch"]


def discovered(store: Store, path: str) -> dict[str, Any] | None:
    """The answer to a question about groups or kinds; None for other paths."""
    match path.strip("/").split("/"):
        case ["api"]:
            return {"kind": "APIVersions", "versions": ["v1"]}
        case ["apis"]:
            names = sorted({group for group, _ in store.kinds} - {""})
            return {"kind": "APIGroupList", "groups": [_group(store, name) for name in names]}
        case ["apis", group]:
            return _group(store, group)
        case ["api", version]:
            return _kinds(store, "", version)
        case ["apis", group, version]:
            return _kinds(store, group, version)
        case _:
            return None


def _group(store: Store, name: str) -> dict[str, Any]:
    versions = [kind.version for (group, _), kind in store.kinds.items() if group == name]
    if not versions:
        raise Refusal(404, "NotFound", f"the group {name} is not served")
    return {"name": name, "preferredVersion": {"version": versions[0]}}


def _kinds(store: Store, group: str, version: str) -> dict[str, Any]:
    resources = [
        {
            "name": kind.plural,
            "kind": kind.kind,
            "namespaced": kind.namespaced,
            "verbs": _VERBS,
        }
        for kind in store.kinds.values()
        if (kind.group, kind.version) == (group, version)
    ]
    if not resources:
        raise Refusal(404, "NotFound", f"{group}/{version} is not served")
    return {"kind": "APIResourceList", "resources": resources}
