"""Changing objects: typed verbs with preconditions, dry runs and the server's warnings.

Every call is made once (`ApiClient.request`) and names its field manager: without one the API
server would take our user agent for it. What the answers mean is in the reference of actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import msgspec

from integrations.caller import Caller
from integrations.contract import UpstreamFailed, UpstreamRefused
from integrations.kubernetes.api_client import ApiAnswer, Body
from integrations.kubernetes.client import KubernetesClient, accept_of
from integrations.kubernetes.kinds import KINDS, ResourceKind
from integrations.kubernetes.yamltext import encoded

__all__ = ["ObjectWriter", "PatchType", "Precondition", "Propagation", "Written"]

FIELD_MANAGER: Final = "craton"
_WHOLE: Final = KINDS["pods"]
"""A kind that is read as a whole."""
SUBRESOURCES: Final = frozenset({"", "scale", "status", "eviction", "ephemeralcontainers"})


class PatchType(StrEnum):
    """How a patch is read. Custom resources take no strategic merge."""

    STRATEGIC = "application/strategic-merge-patch+json"
    MERGE = "application/merge-patch+json"
    JSON = "application/json-patch+json"
    APPLY = "application/apply-patch+yaml"


class Propagation(StrEnum):
    """What becomes of an object's dependents. Without one a job leaves its pods behind."""

    BACKGROUND = "Background"
    FOREGROUND = "Foreground"
    ORPHAN = "Orphan"


@dataclass(frozen=True, slots=True)
class Precondition:
    """Only this very object, in this very version; an empty one is not asked for."""

    uid: str = ""
    resource_version: str = ""

    def fields(self) -> dict[str, str]:
        """As `DeleteOptions` have it."""
        named = {"uid": self.uid, "resourceVersion": self.resource_version}
        return {name: value for name, value in named.items() if value}


@dataclass(frozen=True, slots=True)
class Written:
    """What the API server says it has now: the object, or a `Status` once it is gone."""

    object: dict[str, Any]
    warnings: tuple[str, ...] = ()
    audit_id: str = ""


class ObjectWriter:
    """Writes one cluster's objects. Raises `Conflict` when a precondition does not hold,
    `Invalid` with the fields that are wrong, `CallerDenied` when the person may not."""

    def __init__(self, client: KubernetesClient) -> None:
        self._client = client

    async def create(
        self,
        kind: ResourceKind,
        namespace: str,
        manifest: dict[str, Any],
        *,
        as_: Caller | None,
        dry_run: bool = False,
    ) -> Written:
        """A new object; `Conflict` when there is one of that name."""
        path = self._client.list_path(kind, namespace)
        return await self._send(kind, "POST", path, manifest, as_=as_, dry_run=dry_run)

    async def replace(
        self,
        kind: ResourceKind,
        namespace: str,
        name: str,
        manifest: dict[str, Any],
        *,
        as_: Caller | None,
        dry_run: bool = False,
    ) -> Written:
        """The whole object anew; its `resourceVersion` guards against lost updates and must be
        there."""
        if not (manifest.get("metadata") or {}).get("resourceVersion"):
            raise UpstreamRefused(
                self._client.upstream, "a replacement needs the resourceVersion that was read"
            )
        path = self._client.object_path(kind, namespace, name)
        return await self._send(kind, "PUT", path, manifest, as_=as_, dry_run=dry_run)

    async def patch(
        self,
        kind: ResourceKind,
        namespace: str,
        name: str,
        change: Any,
        type_: PatchType,
        *,
        as_: Caller | None,
        subresource: str = "",
        force: bool = False,
        dry_run: bool = False,
    ) -> Written:
        """Change parts. `force` (apply only) takes fields that others manage."""
        path = self._below(kind, namespace, name, subresource)
        extra = {"force": "true"} if force and type_ is PatchType.APPLY else {}
        return await self._send(
            kind, "PATCH", path, change, as_=as_, type_=type_, dry_run=dry_run, extra=extra
        )

    async def scale(
        self,
        kind: ResourceKind,
        namespace: str,
        name: str,
        replicas: int,
        *,
        as_: Caller | None,
        resource_version: str = "",
        dry_run: bool = False,
    ) -> Written:
        """Set the number of replicas, by the subresource that every scalable kind has."""
        change: dict[str, Any] = {"spec": {"replicas": replicas}}
        if resource_version:
            change["metadata"] = {"resourceVersion": resource_version}
        return await self.patch(
            kind, namespace, name, change, PatchType.MERGE,
            as_=as_, subresource="scale", dry_run=dry_run,
        )  # fmt: skip

    async def delete(
        self,
        kind: ResourceKind,
        namespace: str,
        name: str,
        *,
        as_: Caller | None,
        precondition: Precondition = Precondition(),
        propagation: Propagation = Propagation.BACKGROUND,
        grace_seconds: int | None = None,
        dry_run: bool = False,
    ) -> Written:
        """Ask for an object's end. An object with a `deletionTimestamp` is not gone yet."""
        options: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": propagation.value,
        }
        if fields := precondition.fields():
            options["preconditions"] = fields
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        if dry_run:
            options["dryRun"] = ["All"]
        path = self._client.object_path(kind, namespace, name)
        answer = await self._client.api.request(
            "DELETE", path,
            body=Body(msgspec.json.encode(options)), accept=accept_of(kind), as_=as_,
        )  # fmt: skip
        return self._written(kind, answer)

    async def evict(
        self,
        pods: ResourceKind,
        namespace: str,
        name: str,
        *,
        as_: Caller | None,
        uid: str = "",
        grace_seconds: int | None = None,
        dry_run: bool = False,
    ) -> Written:
        """Ask a pod to leave; `BudgetExceeded` when a disruption budget is against it."""
        options: dict[str, Any] = {"preconditions": {"uid": uid}} if uid else {}
        if grace_seconds is not None:
            options["gracePeriodSeconds"] = grace_seconds
        eviction = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name, "namespace": namespace},
            "deleteOptions": options,
        }
        path = self._below(pods, namespace, name, "eviction")
        return await self._send(pods, "POST", path, eviction, as_=as_, dry_run=dry_run)

    async def _send(
        self,
        kind: ResourceKind,
        method: str,
        path: str,
        document: Any,
        *,
        as_: Caller | None,
        dry_run: bool,
        type_: PatchType | None = None,
        extra: dict[str, str] | None = None,
    ) -> Written:
        params = {"fieldManager": FIELD_MANAGER, "fieldValidation": "Strict", **(extra or {})}
        if dry_run:
            params["dryRun"] = "All"
        body = Body(encoded(document), type_.value if type_ else "application/json")
        answer = await self._client.api.request(
            method, path, params, body=body, accept=accept_of(kind), as_=as_
        )
        return self._written(kind, answer)

    def _below(self, kind: ResourceKind, namespace: str, name: str, subresource: str) -> str:
        if subresource not in SUBRESOURCES:
            raise UpstreamRefused(self._client.upstream, f"there is no {subresource!r} to change")
        path = self._client.object_path(kind, namespace, name)
        return f"{path}/{subresource}" if subresource else path

    def _written(self, kind: ResourceKind, answer: ApiAnswer) -> Written:
        try:
            found = msgspec.json.decode(answer.body, type=dict[str, Any]) if answer.body else {}
        except msgspec.DecodeError as error:
            raise UpstreamFailed(
                self._client.upstream, "answered a change with something unreadable"
            ) from error
        if not isinstance(found.get("metadata", {}), dict):
            raise UpstreamFailed(self._client.upstream, "answered a change with no object")
        if accept_of(kind) != accept_of(_WHOLE):
            # Whatever it sends: values of these kinds do not enter this process.
            kept = ("apiVersion", "kind", "metadata", "status", "details")
            found = {name: found[name] for name in kept if name in found}
        return Written(found, answer.warnings, answer.audit_id)
