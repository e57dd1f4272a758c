"""Who signs the tokens of a cluster's service accounts: asked of the cluster itself, because its
issuer's address is often not one that anybody else can reach."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final, NamedTuple

from integrations.contract import UpstreamFailed
from integrations.guarded import proxy_name
from integrations.kubernetes.auth.access import Access, certificates_of
from integrations.kubernetes.calling import DISCOVERY
from integrations.kubernetes.client import KubernetesClient

__all__ = ["TokenIssuer", "destination", "leads_to", "token_issuer"]

KEYS: Final = "/openid/v1/jwks"
_SECONDS: Final = 10.0
_MOST: Final = 1024 * 1024


class TokenIssuer(NamedTuple):
    """Both documents as the API server has them, discovery and the set of public keys, and to
    which API server (`destination`) the connection led while they were read."""

    discovery: Any
    keys: Any
    leads: str


async def token_issuer(client: KubernetesClient) -> TokenIssuer:
    """Raises `IntegrationError`; `UpstreamDenied` where the connection's credential may not read
    them (the cluster role system:service-account-issuer-discovery lets it)."""
    leads = await leads_to(client)
    discovery, keys = await _read(client, DISCOVERY), await _read(client, KEYS)
    if await leads_to(client) != leads:
        raise UpstreamFailed(client.upstream, "its configuration changed at this moment")
    return TokenIssuer(discovery, keys, leads)


async def leads_to(client: KubernetesClient) -> str:
    """`destination` of what the connection's calls use now. Raises `IntegrationError`."""
    return destination(await client.api.leads())


def destination(access: Access) -> str:
    """A fingerprint of which API server it is: its address, the way there and what it is verified
    by. The console's own credential is no part of it, so that a renewed one changes nothing."""
    told = {
        "server": access.server,
        "name": access.server_name or "",
        "proxy": proxy_name(access.proxy),
        "insecure": access.insecure,
        "ca": None if access.ca is None else certificates_of(access.ca),
    }
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


async def _read(client: KubernetesClient, path: str) -> Any:
    body = await client.api.get(
        path, accept="application/json, application/jwk-set+json", deadline=_SECONDS,
        max_bytes=_MOST,
    )  # fmt: skip
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise UpstreamFailed(client.upstream, f"what {path} answered is no JSON") from None
