"""Trying a cluster before it is saved: version, identity, rights, clock, certificates."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final, Self

import httpx2
import msgspec

from integrations.caller import Caller, Impersonation
from integrations.contract import NotFound, UpstreamFailed
from integrations.failures import translated
from integrations.findings import Certificate, ProbeResult, Right
from integrations.guarded import GuardedTransport
from integrations.kubernetes.access import load_access
from integrations.kubernetes.auth.access import (
    Access,
    ClientCredential,
    StaticCredential,
    proxy_context,
    ssl_context,
)
from integrations.kubernetes.errors import from_response
from integrations.kubernetes.kinds import KINDS, ResourceKind
from integrations.kubernetes.metrics import METRICS
from integrations.kubernetes.settings import ConnectionSettings, RightsSource
from integrations.probing import Witness, certificates_in
from integrations.sending import send

__all__ = ["certificates", "probe"]

_SECONDS: Final = 15.0
_MAX_BYTES: Final = 1024 * 1024
_AT_ONCE: Final = 8
_VERBS: Final = ("list", "watch")
_FOR_BOTH: Final = (
    (
        "create",
        "authorization.k8s.io",
        "subjectaccessreviews",
        "every row of the cluster is hidden: its rights decide too, and cannot be asked for",
    ),
    (
        "impersonate",
        "",
        "users",
        "details and changes are refused, unless users are named one by one",
    ),
    (
        "impersonate",
        "",
        "groups",
        "details and changes are refused, unless groups are named one by one",
    ),
)
"""What a cluster that decides too is needed for: verb, group, resource, what is missing without."""


async def probe(settings: ConnectionSettings, as_: Caller | None = None) -> ProbeResult:
    """What a console with these settings would find, and what the cluster would let `as_` see,
    where it decides too. Raises `IntegrationError`."""
    upstream = f'Kubernetes "{settings.name}"'
    with translated(upstream):
        async with asyncio.timeout(_SECONDS):
            access = await asyncio.to_thread(load_access, settings, upstream)
            credential = await access.credentials.current()
            trust = await asyncio.to_thread(ssl_context, access, credential, upstream)
            witness = Witness(
                GuardedTransport(
                    upstream,
                    settings.networks,
                    verify=trust,
                    limits=httpx2.Limits(max_connections=_AT_ONCE),
                    listed=not settings.typed,
                    proxy=access.proxy,
                    proxy_verify=proxy_context(access),
                )
            )
            async with _Caller(upstream, access, credential, witness) as caller:
                found = await _look(caller, witness, access, credential)
                if settings.rights is RightsSource.BOTH:
                    deciding = await _decided(caller, as_)
                    return replace(found, rights=(*found.rights, *deciding))
                return found


def certificates(settings: ConnectionSettings) -> tuple[Certificate, ...]:
    """The certificates in the connection's own configuration. Blocking."""
    access = load_access(settings, f'Kubernetes "{settings.name}"')
    source = access.credentials
    return _own(
        access, source.known if isinstance(source, StaticCredential) else ClientCredential()
    )


class _Caller:
    """Authenticated calls over one transport."""

    def __init__(
        self, upstream: str, access: Access, credential: ClientCredential, transport: Witness
    ) -> None:
        self.upstream = upstream
        headers = [("user-agent", "craton"), ("accept", "application/json"), *access.headers]
        if credential.token:
            headers.append(("authorization", f"Bearer {credential.token}"))
        self._http = httpx2.AsyncClient(
            transport=transport,
            base_url=access.server,
            headers=headers,
            follow_redirects=False,
            trust_env=False,
            timeout=_SECONDS,
        )
        self._extensions = {"sni_hostname": access.server_name} if access.server_name else {}
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def get(self, path: str) -> Any:
        """The decoded answer."""
        return await self._send(self._http.build_request("GET", path, extensions=self._extensions))

    async def create(self, path: str, body: Any) -> Any:
        """The decoded answer to a POST (of reviews: nothing is stored)."""
        request = self._http.build_request("POST", path, json=body, extensions=self._extensions)
        return await self._send(request)

    async def _send(self, request: httpx2.Request) -> Any:
        async with self._gate:
            response = await send(self._http, request)
            try:
                data = bytearray()
                async for chunk in response.aiter_bytes():
                    data += chunk
                    if len(data) > _MAX_BYTES:
                        raise UpstreamFailed(self.upstream, "its answer is too large")
            finally:
                await response.aclose()
        if response.status_code >= 300:
            raise from_response(self.upstream, response.status_code, bytes(data))
        try:
            return msgspec.json.decode(bytes(data))
        except msgspec.DecodeError as error:
            raise UpstreamFailed(self.upstream, "it does not answer like Kubernetes") from error


async def _look(
    caller: _Caller, witness: Witness, access: Access, credential: ClientCredential
) -> ProbeResult:
    version = await caller.get("/version")
    git_version = version.get("gitVersion") if isinstance(version, dict) else None
    if not isinstance(git_version, str):
        raise UpstreamFailed(caller.upstream, "it does not answer like Kubernetes")
    identity, notes = await _identity(caller)
    rights = await asyncio.gather(
        *(_right(caller, kind) for kind in KINDS.values()), _measured(caller)
    )
    server = (witness.certificate,) if witness.certificate else ()
    if access.insecure:
        notes = (*notes, "The server's certificate is not verified.")
    return ProbeResult(
        version=git_version,
        identity=identity,
        rights=tuple(rights),
        latency=witness.latency,
        clock_skew=witness.clock_skew,
        certificates=(*server, *_own(access, credential)),
        notes=notes,
    )


async def _identity(caller: _Caller) -> tuple[str, tuple[str, ...]]:
    body = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    try:
        answer = await caller.create("/apis/authentication.k8s.io/v1/selfsubjectreviews", body)
    except NotFound:  # before 1.28
        return "", ("The server is too old to say who it takes the console for.",)
    user = answer.get("status", {}).get("userInfo", {})
    groups = [g for g in user.get("groups") or [] if g != "system:authenticated"]
    name = str(user.get("username", ""))
    notes = ("The console is a cluster administrator there; reading needs less.",)
    privileged = "system:masters" in groups
    named = f"{name} ({', '.join(groups)})" if groups else name
    return named, notes if privileged else ()


async def _right(caller: _Caller, kind: ResourceKind) -> Right:
    held = [await _allowed(caller, kind.group, kind.plural, verb) for verb in _VERBS]
    title = f"list and watch {kind.plural}"
    return Right(title, held=all(held), without=f"{kind.plural} stay empty")


async def _measured(caller: _Caller) -> Right:
    held = [await _allowed(caller, METRICS, plural, "list") for plural in ("nodes", "pods")]
    title = f"list nodes and pods of {METRICS}"
    return Right(title, held=all(held), without="nobody knows what they use")


async def _decided(caller: _Caller, as_: Caller | None) -> list[Right]:
    """What is needed where the cluster decides too, and what it says of the one who asks."""
    rights = await asyncio.gather(*(_deciding(caller, *needed) for needed in _FOR_BOTH))
    can_ask = rights[0].held
    if not can_ask or not isinstance(as_, Impersonation):
        return rights
    return [*rights, await _shown(caller, as_)]


async def _deciding(caller: _Caller, verb: str, group: str, resource: str, without: str) -> Right:
    held = await _allowed(caller, group, resource, verb)
    return Right(f"{verb} {resource}", held=held, without=without)


async def _shown(caller: _Caller, who: Impersonation) -> Right:
    """Whether who connects the cluster will see anything of it: of a cluster that nobody told of
    the console's groups all pages are empty, and nothing is broken."""
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SubjectAccessReview",
        "spec": {
            "user": who.user,
            "groups": list(who.groups),
            "resourceAttributes": {"verb": "list", "resource": "pods"},
        },
    }
    answer = await caller.create("/apis/authorization.k8s.io/v1/subjectaccessreviews", body)
    return Right(
        f"you there, as {who.user}: list pods",
        held=bool(answer.get("status", {}).get("allowed")),
        without="its pods are hidden from you until a role there is bound to you or to one of "
        f"your groups ({', '.join(who.groups) or 'none'})",
    )


async def _allowed(caller: _Caller, group: str, resource: str, verb: str) -> bool:
    attributes = {"group": group, "resource": resource, "verb": verb}
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answer = await caller.create(path, body)
    return bool(answer.get("status", {}).get("allowed"))


def _own(access: Access, credential: ClientCredential) -> tuple[Certificate, ...]:
    found: tuple[Certificate, ...] = ()
    if credential.certificate:
        pem = credential.certificate.decode("ascii", "replace")
        found += certificates_in(pem, "our client certificate")[:1]
    if access.ca:
        found += certificates_in(access.ca.decode("ascii", "replace"), "the CA")
    return found
