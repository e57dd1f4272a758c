"""Who signs the tokens of a cluster's service accounts: asked of the cluster itself, because its
issuer's address is often not one that anybody else can reach."""

from __future__ import annotations

import json
from typing import Any, Final, NamedTuple

from integrations.contract import UpstreamFailed
from integrations.kubernetes.calling import DISCOVERY
from integrations.kubernetes.client import KubernetesClient

__all__ = ["TokenIssuer", "token_issuer"]

KEYS: Final = "/openid/v1/jwks"
_SECONDS: Final = 10.0
_MOST: Final = 1024 * 1024


class TokenIssuer(NamedTuple):
    """Both documents as the API server has them: discovery, and the set of public keys."""

    discovery: Any
    keys: Any


async def token_issuer(client: KubernetesClient) -> TokenIssuer:
    """Raises `IntegrationError`; `UpstreamDenied` where the connection's credential may not read
    them (the cluster role system:service-account-issuer-discovery lets it)."""
    return TokenIssuer(await _read(client, DISCOVERY), await _read(client, KEYS))


async def _read(client: KubernetesClient, path: str) -> Any:
    body = await client.api.get(
        path, accept="application/json, application/jwk-set+json", deadline=_SECONDS,
        max_bytes=_MOST,
    )  # fmt: skip
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise UpstreamFailed(client.upstream, f"what {path} answered is no JSON") from None
