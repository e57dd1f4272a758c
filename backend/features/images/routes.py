"""`/api/v1/registries/…` and the webhook registries call."""

from __future__ import annotations

from typing import Annotated

import structlog
from fastapi import APIRouter, Path, Query, Request, Response

from auth import scope
from auth.principal import Principal
from auth.role import Verb
from auth.scope import Scope
from backend.connections.upstreams import Upstreams
from backend.errors import BadRequest, NotFoundProblem, PayloadTooLarge, Unauthenticated
from backend.features.images import service
from backend.features.images.deliveries import Deliveries
from backend.features.images.references import references
from backend.features.images.schemas import ImageView, References, RepositoryView
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Decides, Public, Requires, no_such
from backend.parts import part
from integrations.registry.integration import INTEGRATION as REGISTRY
from integrations.registry.models import is_repository
from integrations.registry.webhook import MAX_BODY, BadDelivery

__all__ = ["router"]

Name = Annotated[str, Path(max_length=63)]
Repository = Annotated[str, Query(max_length=255)]
Reference = Annotated[str, Query(max_length=140)]
_log = structlog.get_logger("craton.images")


router = APIRouter(tags=["images"], responses=answers(*UPSTREAM))
Connected = Annotated[Upstreams, part(Upstreams)]


async def repository_scope(caller: CurrentPrincipal, name: Name, repository: Repository) -> Scope:
    """Where the repository lies. A name that can be none is as missing as an invisible one."""
    if not is_repository(repository):
        raise NotFoundProblem(no_such("repository"))
    return scope.registry(caller.organisation, name, repository)


ReadsRepository = Requires("repository", Verb.GET, repository_scope)


@router.get("/registries/{name}/repository", dependencies=[ReadsRepository])
async def read_repository(
    name: Name, repository: Repository, upstreams: Connected
) -> RepositoryView:
    """One repository; its tags are looked at anew in the background."""
    return service.repository(upstreams.find(REGISTRY, name), repository)


@router.get("/registries/{name}/image", dependencies=[ReadsRepository])
async def read_image(
    name: Name, repository: Repository, reference: Reference, upstreams: Connected
) -> ImageView:
    """One tag or digest: platforms, configuration, layers, history, attachments."""
    return await service.image(upstreams.find(REGISTRY, name), repository, reference)


@router.get("/images/references")
async def list_references(
    caller: Annotated[Principal, Decides("each image, by the right to list its tag")],
    upstreams: Connected,
    text: Annotated[str, Query(max_length=255, description="What the name contains")] = "",
) -> References:
    """Images by the names they are pulled by, for inputs that take one: the first fifty."""
    return References(items=references(upstreams.all(REGISTRY), caller, text))


@router.post("/hooks/registry/{name}", dependencies=[Public], status_code=202)
async def receive_notifications(
    name: Name,
    request: Request,
    upstreams: Connected,
    deliveries: Annotated[Deliveries, part(Deliveries)],
) -> Response:
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


async def _body(request: Request) -> bytes:
    """The body, `MAX_BODY` bytes at most."""
    chunks, size = list[bytes](), 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > MAX_BODY:
            raise PayloadTooLarge(f"A delivery has at most {MAX_BODY} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)
