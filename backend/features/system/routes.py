"""`/api/v1/status`, `/api/v1/stack` and the component logs."""

from __future__ import annotations

import asyncio
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from auth.role import Verb
from auth.scope import organisation
from backend.errors import NotFoundProblem
from backend.http.guard import CurrentPrincipal, Public, require

router = APIRouter(tags=["system"])

_TAIL_BYTES: Final = 256 * 1024


class Status(BaseModel):
    """What anybody may know: the version and whether the console is set up."""

    version: str
    ready: bool


class StackView(BaseModel):
    """The local stack. `present` is False when none was ever started with this data."""

    present: bool
    running: bool
    updated: str
    components: list[dict[str, Any]]


class LogTail(BaseModel):
    """The last lines of a component's log."""

    name: str
    lines: list[str]


@router.get("/status", dependencies=[Public])
async def status(request: Request) -> Status:
    """The console's version and readiness."""
    return Status(version=version("craton"), ready=request.app.state.console.ready)


@router.get("/stack")
async def stack(caller: CurrentPrincipal, request: Request) -> StackView:
    """The local stack's components with progress, version, endpoint and reason."""
    require(caller, "stack", Verb.GET, organisation(caller.organisation))
    found = request.app.state.console.stack.status
    return StackView(
        present=found.present,
        running=found.running,
        updated=found.updated,
        components=[_without_paths(c) for c in found.components],
    )


@router.get("/stack/components/{name}/log")
async def component_log(
    name: str,
    caller: CurrentPrincipal,
    request: Request,
    lines: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> LogTail:
    """The end of one component's log, to see why it failed."""
    require(caller, "stack", Verb.GET, organisation(caller.organisation))
    for component in request.app.state.console.stack.status.components:
        if component.get("name") == name and component.get("log"):
            tail = await asyncio.to_thread(_tail, Path(component["log"]), lines)
            return LogTail(name=name, lines=tail)
    raise NotFoundProblem(f"The local stack has no component called {name!r} with a log.")


def _without_paths(component: dict[str, Any]) -> dict[str, Any]:
    return {**component, "log": bool(component.get("log"))}


def _tail(file: Path, lines: int) -> list[str]:
    try:
        with file.open("rb") as handle:
            handle.seek(max(0, handle.seek(0, 2) - _TAIL_BYTES))
            text = handle.read().decode(errors="replace")
    except OSError:
        return []
    return list(deque(text.splitlines(), maxlen=lines))
