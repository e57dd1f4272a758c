"""Members of etcd that live on a machine: draining says what becomes of their quorum."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from auth import scope
from auth.principal import Principal
from auth.verb import Verb
from backend.connections.upstreams import Upstreams
from backend.features.cluster.operate.drain.schemas import EtcdBeside
from integrations.etcd.integration import INTEGRATION as ETCD
from integrations.etcd.snapshot import MemberCondition, MemberState

__all__ = ["etcd_beside"]


def etcd_beside(upstreams: Upstreams, caller: Principal, node: dict[str, Any]) -> list[EtcdBeside]:
    """The members at one of the node's addresses, of the etcd clusters the caller may see."""
    addresses = set(_addresses(node))
    found = []
    for name, connection in upstreams.all(ETCD).items():
        where = scope.etcd(caller.organisation, name)
        state = connection.state
        if state is None or not caller.policy.decide("etcdmember", Verb.LIST, where).allowed:
            continue
        voters = [member for member in state.members if member.voter]
        found += [
            _beside(name, member, voters)
            for member in state.members
            if addresses & set(_hosts([*member.peer_urls, *member.client_urls, member.endpoint]))
        ]
    return found


def _beside(cluster: str, member: MemberState, voters: list[MemberState]) -> EtcdBeside:
    healthy = [one for one in voters if one.condition is MemberCondition.HEALTHY]
    left = [one for one in healthy if one.id != member.id]
    return EtcdBeside(
        cluster=cluster,
        member=member.name or member.id,
        voters=len(voters),
        healthy=len(healthy),
        keeps=len(left) > len(voters) // 2,
    )


def _addresses(node: dict[str, Any]) -> Iterator[str]:
    yield str((node.get("metadata") or {}).get("name") or "")
    for one in (node.get("status") or {}).get("addresses") or []:
        yield str(one.get("address") or "")


def _hosts(urls: Iterable[str]) -> Iterator[str]:
    for url in urls:
        host = urlsplit(url if "//" in url else f"//{url}").hostname
        if host:
            yield host
