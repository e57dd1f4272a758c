"""Reading one cluster's objects as a caller: the client's calls, bound to an identity."""

from __future__ import annotations

from typing import Any

from integrations.caller import Caller
from integrations.kubernetes.client import KubernetesClient, Whole
from integrations.kubernetes.decode import ListPage
from integrations.kubernetes.kinds import ResourceKind
from integrations.kubernetes.models.core import Event
from integrations.kubernetes.tables import TablePage

__all__ = ["ObjectReader"]


class ObjectReader:
    """Every call is made as `as_` (the connection itself when None). Raises `CallerDenied` for
    what the cluster does not let that person do."""

    def __init__(self, client: KubernetesClient, as_: Caller | None = None) -> None:
        self.client = client
        self._as = as_

    @property
    def cluster(self) -> str:
        """The connection's name."""
        return self.client.settings.name

    async def get(self, kind: ResourceKind, namespace: str, name: str) -> Any:
        """One object as `kind.model`."""
        return await self.client.get(kind, namespace, name, as_=self._as)

    async def list_page(
        self,
        kind: ResourceKind,
        namespace: str = "",
        *,
        limit: int,
        continue_: str = "",
        labels: str = "",
        fields: str = "",
        model: type[Any] | None = None,
    ) -> ListPage[Any]:
        """One page of objects."""
        return await self.client.list_page(
            kind,
            namespace,
            limit=limit,
            continue_=continue_,
            labels=labels,
            fields=fields,
            model=model,
            as_=self._as,
        )

    async def table_page(
        self,
        kind: ResourceKind,
        namespace: str = "",
        *,
        limit: int,
        continue_: str = "",
        whole: bool = False,
    ) -> TablePage:
        """One page of objects as the API server prints them."""
        return await self.client.table_page(
            kind, namespace, limit=limit, continue_=continue_, whole=whole, as_=self._as
        )

    async def read(self, kind: ResourceKind, namespace: str, name: str) -> Whole:
        """One object as the server has it and as `kind.model`."""
        return await self.client.read(kind, namespace, name, as_=self._as)

    async def document(self, kind: ResourceKind, namespace: str, name: str) -> dict[str, Any]:
        """One object with its values: `KubernetesClient.document`."""
        return await self.client.document(kind, namespace, name, as_=self._as)

    async def yaml(self, kind: ResourceKind, namespace: str, name: str) -> str:
        """One object as YAML."""
        return await self.client.yaml(kind, namespace, name, as_=self._as)

    async def events_of(self, namespace: str, name: str, uid: str = "") -> list[Event]:
        """The newest events about one object."""
        return await self.client.events_of(namespace, name, uid, as_=self._as)
