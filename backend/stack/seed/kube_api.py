"""A small client for creating objects in the stack's own cluster."""

import asyncio
from collections.abc import Iterable
from typing import Any, Self

import httpx2

from backend.stack.components.checks import tls
from backend.stack.components.context import Context
from backend.stack.errors import StackError

Object = dict[str, Any]

AT_ONCE = 24
LIMIT = 30.0
TRIES = 40
PAUSE = 0.5

KINDS = {
    "Namespace": ("api/v1", "namespaces", False),
    "Node": ("api/v1", "nodes", False),
    "Pod": ("api/v1", "pods", True),
    "Service": ("api/v1", "services", True),
    "ConfigMap": ("api/v1", "configmaps", True),
    "Secret": ("api/v1", "secrets", True),
    "PersistentVolume": ("api/v1", "persistentvolumes", False),
    "PersistentVolumeClaim": ("api/v1", "persistentvolumeclaims", True),
    "ResourceQuota": ("api/v1", "resourcequotas", True),
    "Deployment": ("apis/apps/v1", "deployments", True),
    "StatefulSet": ("apis/apps/v1", "statefulsets", True),
    "DaemonSet": ("apis/apps/v1", "daemonsets", True),
    "Job": ("apis/batch/v1", "jobs", True),
    "CronJob": ("apis/batch/v1", "cronjobs", True),
    "Ingress": ("apis/networking.k8s.io/v1", "ingresses", True),
    "NetworkPolicy": ("apis/networking.k8s.io/v1", "networkpolicies", True),
    "PodDisruptionBudget": ("apis/policy/v1", "poddisruptionbudgets", True),
    "StorageClass": ("apis/storage.k8s.io/v1", "storageclasses", False),
    "PriorityClass": ("apis/scheduling.k8s.io/v1", "priorityclasses", False),
    "CustomResourceDefinition": (
        "apis/apiextensions.k8s.io/v1",
        "customresourcedefinitions",
        False,
    ),
    "APIService": ("apis/apiregistration.k8s.io/v1", "apiservices", False),
    "ClusterRole": ("apis/rbac.authorization.k8s.io/v1", "clusterroles", False),
    "ClusterRoleBinding": ("apis/rbac.authorization.k8s.io/v1", "clusterrolebindings", False),
    "RoleBinding": ("apis/rbac.authorization.k8s.io/v1", "rolebindings", True),
    "Backup": ("apis/storage.example.org/v1", "backups", True),
}
"""Kind → API prefix, plural, namespaced."""


def collection_path(item: Object) -> str:
    """Give the path an object of this kind is created at."""
    prefix, plural, namespaced = KINDS[item["kind"]]
    if not namespaced:
        return f"/{prefix}/{plural}"
    return f"/{prefix}/namespaces/{item['metadata']['namespace']}/{plural}"


class KubeApi:
    """Creates and reads objects as the administrator."""

    def __init__(self, context: Context) -> None:
        client = context.kube_client("kube-seed", "craton-seed")
        self._client = httpx2.AsyncClient(
            base_url=context.url("kube-apiserver"),
            verify=tls(context.kube_ca.pair.cert, client),
            timeout=LIMIT,
            trust_env=False,
            limits=httpx2.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE),
        )
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, path: str) -> Object | None:
        """Read one object or list; None when there is none."""
        response = await self._client.get(path)
        if response.status_code == httpx2.codes.NOT_FOUND:
            return None
        _require(response, f"read {path}")
        found: Object = response.json()
        return found

    async def create(self, item: Object) -> bool:
        """Create an object; False when it was there already.

        Tried again for a while: a namespace's service account and a new custom
        resource appear a moment after the object they belong to.
        """
        path, name = collection_path(item), item["metadata"]["name"]
        for attempt in range(TRIES):
            async with self._gate:
                response = await self._client.post(path, json=item)
            if response.status_code == httpx2.codes.CONFLICT:
                return False
            if response.is_success:
                return True
            if response.status_code not in (403, 404, 429, 500, 503):
                break
            await asyncio.sleep(PAUSE * (1 + attempt / 10))
        _require(response, f"create {item['kind']} {name}")
        return True

    async def create_all(self, items: Iterable[Object]) -> None:
        """Create many, several at once; an error of one is raised when all were tried."""
        results = await asyncio.gather(
            *(self.create(item) for item in items), return_exceptions=True
        )
        for result in results:
            if isinstance(result, BaseException):
                raise result

    async def apply(self, item: Object) -> None:
        """Create or change an object by server-side apply, taking over its fields."""
        path = f"{collection_path(item)}/{item['metadata']['name']}"
        async with self._gate:
            response = await self._client.patch(
                path,
                params={"fieldManager": "craton-seed", "force": "true"},
                json=item,
                headers={"Content-Type": "application/apply-patch+yaml"},
            )
        _require(response, f"apply {path}")

    async def merge(self, path: str, change: Object) -> None:
        """Change these fields of the object at a path, whoever manages them."""
        response = await self._client.patch(
            path, json=change, headers={"Content-Type": "application/merge-patch+json"}
        )
        _require(response, f"change {path}")

    async def delete(self, item: Object) -> None:
        """Delete an object if it is there."""
        response = await self._client.delete(f"{collection_path(item)}/{item['metadata']['name']}")
        if response.status_code != httpx2.codes.NOT_FOUND:
            _require(response, f"delete {item['metadata']['name']}")


def _require(response: httpx2.Response, doing: str) -> None:
    if not response.is_success:
        raise StackError(
            f"the API server refused to {doing}: {response.status_code} {response.text[:300]}"
        )
