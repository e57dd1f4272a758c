"""`/api/v1/registries/…` and the webhook registries call."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request, Response

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from backend.connections.upstreams import Upstreams
from backend.errors import BadRequest, NotFoundProblem, PayloadTooLarge, Unauthenticated
from backend.features.images import service
from backend.features.images.deliveries import Deliveries
from backend.features.images.schemas import ImageView, RepositoryView
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Public, require
from integrations.registry.connection import RegistryConnection
from integrations.registry.integration import INTEGRATION as REGISTRY
from integrations.registry.models import is_repository
from integrations.registry.webhook import MAX_BODY, BadDelivery

__all__ = ["router"]

Name = Annotated[str, Path(max_length=63)]
Repository = Annotated[str, Query(max_length=255)]
Reference = Annotated[str, Query(max_length=140)]
_log = structlog.get_logger("craton.images")
_HIDDEN = "There is no such repository, or you may not see it."


def router(upstreams: Upstreams, deliveries: Deliveries) -> APIRouter:
    """The routes over the running connections."""
    routes = APIRouter(tags=["images"], responses=answers(*UPSTREAM))

    def connection(caller: Principal, name: str, repository: str) -> RegistryConnection:
        """Decided first, so that an invisible repository equals a missing one."""
        if not is_repository(repository):
            raise NotFoundProblem(_HIDDEN)
        where = scope.registry(caller.organisation, name, repository)
        require(caller, "repository", Verb.GET, where, _HIDDEN)
        return upstreams.find(REGISTRY, name)

    @routes.get("/registries/{name}/repository")
    async def one_repository(
        name: Name, repository: Repository, caller: CurrentPrincipal
    ) -> RepositoryView:
        """One repository; its tags are looked at anew in the background."""
        return service.repository(connection(caller, name, repository), repository)

    @routes.get("/registries/{name}/image")
    async def image(
        name: Name, repository: Repository, reference: Reference, caller: CurrentPrincipal
    ) -> ImageView:
        """One tag or digest: platforms, configuration, layers, history, attachments."""
        return await service.image(connection(caller, name, repository), repository, reference)

    @routes.post("/hooks/registry/{name}", dependencies=[Public], status_code=202)
    async def hook(name: Name, request: Request) -> Response:
        """Notifications of a registry, guarded by its secret (``Authorization: Bearer``).

        An unknown registry and a wrong secret look the same. Answered at once: deliveries
        are serial, and failures make the registry back off.
        """
        found = upstreams.get(REGISTRY, name)
        header = request.headers.get("authorization", "")
        if found is None or not found.authorised(header):
            raise Unauthenticated("This webhook needs the secret configured for the registry.")
        body = await _body(request)
        try:
            changes = found.read(request.headers.get("content-type", ""), body)
        except BadDelivery as error:
            _log.warning("delivery of a registry refused", registry=name, reason=str(error))
            raise BadRequest(f"This is no delivery of a registry: {error}.") from error
        await deliveries.tell(name, changes)
        return Response(status_code=202)

    return routes


async def _body(request: Request) -> bytes:
    """The body, `MAX_BODY` bytes at most."""
    chunks, size = list[bytes](), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise PayloadTooLarge(f"A delivery has at most {MAX_BODY} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)
