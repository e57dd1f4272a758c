"""Where the keys of a rule's issuer are read: at its address, or from a connected cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from auth.oidc.metadata import read_signing
from auth.oidc.problems import Rejected
from auth.oidc.signatures import read_keys
from auth.workload.token import is_issuer
from backend.connections.manager import ConnectionManager
from backend.connections.upstreams import Upstreams
from backend.db.trust import TrustRecord
from backend.providers.issuers import Issuers, Published, Source
from backend.providers.outward import Unreachable
from integrations.contract import IntegrationError
from integrations.kubernetes.client import KubernetesClient
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.issuer import leads_to, token_issuer

__all__ = ["ClusterIssuer", "Sources"]

_CHANGED: Final = "save the rule again: the connection has changed"


@dataclass(frozen=True, slots=True)
class ClusterIssuer:
    """What a cluster calls itself in its tokens, which connection said so, and to which API server
    that led (a fingerprint)."""

    issuer: str
    connection: str = ""
    leads: str = ""


@dataclass(frozen=True, slots=True)
class _Cluster:
    """A connected cluster as it is now."""

    name: str
    client: KubernetesClient
    version: str
    connection: str


class Sources:
    """One a process."""

    def __init__(
        self, issuers: Issuers, connections: ConnectionManager, upstreams: Upstreams
    ) -> None:
        self.issuers = issuers
        self._connections = connections
        self._upstreams = upstreams

    async def of_cluster(self, name: str) -> ClusterIssuer:
        """What the cluster says of itself now. Raises `Unreachable` and `Rejected`."""
        found = self._cluster(name)
        leads = await _leads(found)
        published = await self.issuers.published(_source(found, leads), fresh=True)
        return ClusterIssuer(published.issuer, found.connection, leads)

    async def verify(self, token: str, rule: TrustRecord) -> dict[str, Any]:
        """The claims of a token that the rule's issuer signed. Raises `Unreachable`, `Rejected`;
        the latter, too, where the rule's connection is not what it was when the rule was saved."""
        if not rule.cluster:
            return await self.issuers.verify(token, self.issuers.at(rule.issuer))
        found = self._cluster(rule.cluster)
        leads = await _leads(found)
        if (found.connection, leads) != (rule.connection, rule.leads):
            raise Rejected(_CHANGED)
        source = _source(found, leads, rule.issuer)
        return await self.issuers.verify(token, source)

    def _cluster(self, name: str) -> _Cluster:
        declared = self._connections.find(KUBERNETES.kind, name)
        connection = self._upstreams.get(KUBERNETES, name)
        if declared is None or connection is None:
            raise Unreachable(f"there is no cluster called {name} that is connected")
        record = declared.record
        version = f"{record.origin.value}:{record.id}:{record.version}"
        return _Cluster(name, connection.client, version, record.id or record.origin.value)


async def _leads(found: _Cluster) -> str:
    try:
        return await leads_to(found.client)
    except IntegrationError as error:
        raise Unreachable(str(error)) from error


def _source(cluster: _Cluster, leads: str, wanted: str = "") -> Source:
    """The cluster's keys, as read of the API server with that fingerprint and of no other; of the
    issuer that is `wanted`, where one is."""

    async def read() -> Published:
        try:
            found = await token_issuer(cluster.client)
        except IntegrationError as error:
            raise Unreachable(str(error)) from error
        if found.leads != leads:
            raise Rejected(_CHANGED)
        issuer = found.discovery.get("issuer") if isinstance(found.discovery, dict) else None
        if not is_issuer(issuer):
            raise Rejected("the cluster does not say who signs its tokens")
        if wanted and issuer != wanted:
            raise Rejected(f"the cluster calls itself {issuer[:200]} by now: save the rule again")
        _, algorithms = read_signing(issuer, found.discovery)
        return Published(issuer, read_keys(found.keys), algorithms)

    return Source(("cluster", cluster.name, cluster.version, leads, wanted), read)
