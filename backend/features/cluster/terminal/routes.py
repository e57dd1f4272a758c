"""`/api/v1/clusters/{cluster}/exec/{namespace}/{pod}`: a terminal in a container."""

from __future__ import annotations

import asyncio
from typing import Annotated, Final

from fastapi import APIRouter, Path, WebSocket
from pydantic import BaseModel, ConfigDict

from auth import scope
from auth.principal import Principal
from auth.scope import Scope
from auth.verb import Verb
from backend.audit import Origin, Refusals
from backend.connections.acting import kubernetes_caller
from backend.connections.upstreams import Upstreams
from backend.errors import Problem
from backend.features.cluster.service import missing_alike
from backend.features.cluster.terminal.containers import (
    TerminalContainer,
    containers_in,
    default_of,
)
from backend.features.cluster.terminal.counted import Terminals
from backend.features.cluster.terminal.frames import (
    Open,
    Refused,
    encoded,
    read_frame,
)
from backend.features.cluster.terminal.opening import Opening, Spot
from backend.features.cluster.terminal.page import WebPage
from backend.http.denial import Denial
from backend.http.documented import UPSTREAM, answers
from backend.http.guard import CurrentPrincipal, Requires
from backend.http.sockets import SessionSockets
from backend.identity.credentials import Identities
from backend.live.closing import Close, CloseCode
from backend.parts import part, parts_of
from backend.settings import Settings
from integrations.caller import Impersonation
from integrations.kubernetes import KINDS
from integrations.kubernetes.integration import INTEGRATION as KUBERNETES
from integrations.kubernetes.reader import ObjectReader

__all__ = ["router"]

FIRST_SECONDS: Final = 10.0
Name = Annotated[str, Path(max_length=253)]
_HERE: Final = "/{namespace}/{pod}"

router = APIRouter(
    tags=["kubernetes: terminal"], prefix="/clusters/{cluster}/exec", responses=answers(*UPSTREAM)
)


async def at_namespace(caller: CurrentPrincipal, cluster: Name, namespace: Name) -> Scope:
    """Where the pod lies."""
    return scope.namespace(caller.organisation, cluster, namespace)


class TerminalView(BaseModel):
    """Where a terminal can be opened. `user` is who the cluster takes the caller for, empty where
    the console's own rights decide."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    containers: list[TerminalContainer]
    default: str
    user: str


@router.get(_HERE)
async def read_terminal(
    caller: Annotated[Principal, Requires("pod", Verb.EXEC, at_namespace, "pod")],
    upstreams: Annotated[Upstreams, part(Upstreams)],
    *,
    cluster: Name,
    namespace: Name,
    pod: Name,
) -> TerminalView:
    """The containers of a pod in which a terminal can be opened; it is opened by a WebSocket to
    this address (backend/features/cluster/terminal/README.md)."""
    connection = upstreams.find(KUBERNETES, cluster)
    as_ = kubernetes_caller(caller, connection.settings, namespace)
    with missing_alike():
        whole = await ObjectReader(connection.client, as_).read(KINDS["pods"], namespace, pod)
    found = containers_in(whole.raw)
    user = as_.user if isinstance(as_, Impersonation) else ""
    return TerminalView(containers=found, default=default_of(whole.raw, found), user=user)


@router.websocket(_HERE)
async def open_terminal(websocket: WebSocket, cluster: str, namespace: str, pod: str) -> None:
    """The terminal itself. A foreign origin is refused before the handshake; every other refusal
    is a frame after it, since a browser shows no other."""
    parts = parts_of(websocket)
    sockets = SessionSockets(parts.get(Settings), parts.get(Identities))
    caller = await sockets.authenticate(websocket)
    if caller == CloseCode.NO_RIGHT:
        await websocket.close(CloseCode.NO_RIGHT)
        return
    await websocket.accept()
    page = WebPage(websocket)
    if not isinstance(caller, Principal):
        await page.close(caller, "sign in again")
        return
    try:
        asked = await _first(page)
        if asked is not None:
            with parts.get(Terminals).one(caller.id):
                await Opening(websocket, page, caller, Spot(cluster, namespace, pod)).run(asked)
            await page.close(1000)
    except Close as close:
        await page.close(close.code, close.reason)
    except Problem as problem:
        if isinstance(problem.denial, Denial):
            origin = Origin.of(caller).over(websocket)
            denial = problem.denial
            await parts.get(Refusals).record(origin, denial.verb.value, denial.target)
        await page.text(encoded(Refused(problem.body())))
        await page.close(1000)


async def _first(page: WebPage) -> Open | None:
    try:
        async with asyncio.timeout(FIRST_SECONDS):
            frame = await page.receive()
    except TimeoutError as error:
        raise Close(CloseCode.NO_PONG, "nothing was asked") from error
    if frame is None:
        return None
    try:
        asked = read_frame(frame) if isinstance(frame, str) else None
    except ValueError as error:
        raise Close(CloseCode.PROTOCOL, str(error)) from error
    if not isinstance(asked, Open):
        raise Close(CloseCode.PROTOCOL, "the first frame says what to open")
    return asked
