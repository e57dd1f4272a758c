"""Where the keys of a rule's issuer are read: at its address, or from a connected cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auth.oidc.metadata import read_signing
from auth.oidc.problems import Rejected
from auth.oidc.signatures import read_keys
from backend.connections.manager import ConnectionManager
from backend.connections.upstreams import Upstreams
from backend.db.trust import TrustRecord
from backend.providers.issuers import Issuers, Published, Source
from backend.providers.outward import Unreachable
from integrations.contract import IntegrationError
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.issuer import token_issuer

__all__ = ["ClusterIssuer", "Sources"]


@dataclass(frozen=True, slots=True)
class ClusterIssuer:
    """What a cluster calls itself in its tokens, and which connection said so."""

    issuer: str
    connection: str


class Sources:
    """One a process."""

    def __init__(
        self, issuers: Issuers, connections: ConnectionManager, upstreams: Upstreams
    ) -> None:
        self.issuers = issuers
        self._connections = connections
        self._upstreams = upstreams

    def of(self, rule: TrustRecord) -> Source:
        """Where a rule's issuer publishes. Raises `Unreachable` where its connection is gone."""
        if not rule.cluster:
            return self.issuers.at(rule.issuer)
        source, connection = self._cluster(rule.cluster)
        if connection != rule.connection:
            raise Unreachable(
                f"the connection {rule.cluster} is another one than when the rule was saved: look "
                "at the rule, and save it again"
            )
        return source

    async def of_cluster(self, name: str) -> ClusterIssuer:
        """What the cluster says of itself now. Raises `Unreachable` and `Rejected`."""
        source, connection = self._cluster(name)
        published = await self.issuers.published(source, fresh=True)
        return ClusterIssuer(published.issuer, connection)

    async def verify(self, token: str, rule: TrustRecord) -> dict[str, Any]:
        """The claims of a token that the rule's issuer signed. Raises `Unreachable`, `Rejected`."""
        source = self.of(rule)
        if rule.cluster:
            published = await self.issuers.published(source)
            if published.issuer != rule.issuer:
                raise Rejected(
                    f"the cluster calls itself {published.issuer[:200]} by now: save the rule again"
                )
        return await self.issuers.verify(token, source)

    def _cluster(self, name: str) -> tuple[Source, str]:
        declared = self._connections.find(KUBERNETES.kind, name)
        connection = self._upstreams.get(KUBERNETES, name)
        if declared is None or connection is None:
            raise Unreachable(f"there is no cluster called {name} that is connected")
        client = connection.client

        async def read() -> Published:
            try:
                found = await token_issuer(client)
            except IntegrationError as error:
                raise Unreachable(str(error)) from error
            issuer = found.discovery.get("issuer") if isinstance(found.discovery, dict) else None
            if not isinstance(issuer, str) or not 0 < len(issuer) <= 512:
                raise Rejected("the cluster does not say who signs its tokens")
            _, algorithms = read_signing(issuer, found.discovery)
            return Published(issuer, read_keys(found.keys), algorithms)

        record = declared.record
        version = f"{record.origin.value}:{record.id}:{record.version}"
        return Source(("cluster", name, version), read), record.id or record.origin.value
