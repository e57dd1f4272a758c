"""What the local cluster grants the console's users, who reach it by impersonation.

The console names roles as groups: ``craton:viewer`` for the whole cluster,
``craton:viewer:shop`` in one namespace (backend/connections/acting.py). Kubernetes' own
`view`, `edit` and `admin` do the rest; like them, a viewer may not read secrets.
"""

import asyncio
import contextlib

import httpx2

from backend.stack.components.context import Context
from backend.stack.errors import StackError
from backend.stack.seed import custom
from backend.stack.seed.kube_api import KubeApi, Object

LOOK_SECONDS = 5.0
READ = ["get", "list", "watch"]
WRITE = ["create", "delete", "deletecollection", "patch", "update"]
ROLES = {
    "viewer": ("view", "craton-viewer"),
    "developer": ("edit", "craton-viewer"),
    "operator": ("edit", "craton-viewer", "craton-operator"),
    "owner": ("admin", "craton-viewer", "craton-operator"),
}
"""Role of the console → cluster roles."""


def roles() -> list[Object]:
    """Give the cluster roles for what `view` and `edit` leave out."""
    return [
        _role(
            "craton-viewer",
            ("", ["events", "namespaces", "nodes", "persistentvolumes"], READ),
            ("apiextensions.k8s.io", ["customresourcedefinitions"], READ),
            ("coordination.k8s.io", ["leases"], READ),
            ("discovery.k8s.io", ["endpointslices"], READ),
            ("storage.k8s.io", ["storageclasses"], READ),
            (custom.GROUP, ["*"], READ),
        ),
        _role(
            "craton-operator",
            ("", ["nodes"], ["patch", "update"]),
            (custom.GROUP, ["*"], WRITE),
        ),
    ]


def _role(name: str, *rules: tuple[str, list[str], list[str]]) -> Object:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "ClusterRole",
        "metadata": {"name": name},
        "rules": [
            {"apiGroups": [group], "resources": resources, "verbs": verbs}
            for group, resources, verbs in rules
        ],
    }


def bindings(namespace: str = "") -> list[Object]:
    """Give the bindings of every role, in one namespace or in the whole cluster."""
    made = []
    for role, held in ROLES.items():
        whole = not namespace
        granted = ("cluster-admin",) if whole and role == "owner" else held
        made += [_binding(role, cluster_role, namespace) for cluster_role in granted]
    return made


def _binding(role: str, cluster_role: str, namespace: str) -> Object:
    group = f"craton:{role}:{namespace}" if namespace else f"craton:{role}"
    api = "rbac.authorization.k8s.io"
    metadata = {"name": f"craton-{role}-{cluster_role}"}
    if namespace:
        metadata["namespace"] = namespace
    return {
        "apiVersion": f"{api}/v1",
        "kind": "RoleBinding" if namespace else "ClusterRoleBinding",
        "metadata": metadata,
        "subjects": [{"kind": "Group", "name": group, "apiGroup": api}],
        "roleRef": {"kind": "ClusterRole", "name": cluster_role, "apiGroup": api},
    }


async def grant_cluster(api: KubeApi, known: set[str]) -> None:
    """Create what is missing for the whole cluster and for every namespace but the `known` ones,
    to which those of now are added."""
    await api.create_all([*roles(), *bindings()])
    await grant_namespaces(api, known)


async def grant_namespaces(api: KubeApi, known: set[str]) -> None:
    """Create what is missing in every namespace but the `known` ones, which it adds to."""
    found = await api.get("/api/v1/namespaces") or {"items": []}
    there = {
        item["metadata"]["name"]
        for item in found["items"]
        if item["metadata"].get("deletionTimestamp") is None
    }
    for name in sorted(there - known):
        await api.create_all(bindings(name))
    known &= there
    known |= there


async def keep_granting(context: Context, known: set[str]) -> None:
    """Do so for namespaces that are made later, until cancelled."""
    async with KubeApi(context) as api:
        while True:
            with contextlib.suppress(StackError, httpx2.HTTPError):
                await grant_namespaces(api, known)
            await asyncio.sleep(LOOK_SECONDS)
