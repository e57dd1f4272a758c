"""What may be trusted at all: an issuer that can be asked, and claims that say who it is."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlsplit

from auth.oidc.problems import Rejected
from auth.principal import Principal
from auth.scope import cluster
from auth.verb import Verb
from auth.workload.rule import Condition, names_anybody
from backend.errors import FieldError, Unprocessable
from backend.features.trust.schemas import TrustRule
from backend.features.trust.sources import ClusterIssuer, Sources
from backend.providers.outward import Unreachable

__all__ = ["checked"]

_USUAL: Final = frozenset(
    {
        "https://kubernetes.default.svc",
        "https://kubernetes.default.svc.cluster.local",
        "https://kubernetes.default",
        "kubernetes.default.svc.cluster.local",
        "kubernetes.default.svc",
        "kubernetes.default",
        "kubernetes",
        "api",
    }
)
"""What API servers take tokens for that nobody asked for another audience."""


async def checked(caller: Principal, sources: Sources, body: TrustRule) -> dict[str, Any]:
    """The rule's columns. `Unprocessable`, at its field, for what may not be trusted."""
    if bool(body.issuer) == bool(body.cluster):
        raise _invalid("issuer", "give the issuer's address, or a connected cluster")
    found = ClusterIssuer(body.issuer)
    if body.cluster:
        found = await _of_cluster(caller, sources, body)
    elif message := _no_issuer(body.issuer) or sources.issuers.against(body.issuer):
        raise _invalid("issuer", message)
    if _of_every_pod(body.audience, found.issuer):
        raise _invalid(
            "audience",
            "this is the audience of tokens that every workload there has: choose one of your own, "
            "and ask for a token for it",
        )
    conditions = tuple(Condition(one.claim, one.pattern) for one in body.conditions)
    if names_anybody(found.issuer, conditions):
        raise _invalid(
            "conditions",
            "these hold for workloads of anybody at this issuer: say whose it is by sub, "
            "repository, project_path, namespace or the like, with a whole name before any * "
            "(acme/*, not acme*; organization:acme:*, not organization:*)",
        )
    return {
        **body.model_dump(),
        "issuer": found.issuer,
        "connection": found.connection,
        "leads": found.leads,
    }


async def _of_cluster(caller: Principal, sources: Sources, body: TrustRule) -> ClusterIssuer:
    where = cluster(caller.organisation, body.cluster)
    if not caller.policy.decide("cluster", Verb.GET, where).allowed:
        raise _invalid("cluster", "there is no such cluster, or you may not see it")
    try:
        return await sources.of_cluster(body.cluster)
    except (Unreachable, Rejected) as error:
        raise _invalid("cluster", f"who signs its tokens cannot be read: {error}") from error


def _of_every_pod(audience: str, issuer: str) -> bool:
    """Whether it is the issuer itself or an API server's usual one: a Kubernetes cluster's issuer
    may be given by its address as well."""
    return audience.rstrip("/").lower() in {issuer.rstrip("/").lower(), *_USUAL}


def _no_issuer(text: str) -> str:
    """What speaks against it as an issuer's name (OpenID Connect Discovery 1.0)."""
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"http", "https"} or not text.isascii() or " " in text:
        return "give the issuer's address, like https://gitlab.example"
    if parts.query or parts.fragment or parts.username or parts.password:
        return "an issuer has no query, no fragment, no user and no password"
    return ""


def _invalid(field: str, message: str) -> Unprocessable:
    errors: list[FieldError] = [{"field": field, "message": message}]
    return Unprocessable(f"{field}: {message}", errors=errors)
