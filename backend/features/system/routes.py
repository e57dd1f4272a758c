"""`/api/v1/status`, `/api/v1/stack` and the component logs."""

from __future__ import annotations

import asyncio
from collections import deque
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec
from fastapi import APIRouter, Query
from pydantic import BaseModel

from auth.role import Verb
from auth.scope import organisation
from backend.audit import Target
from backend.connections.stackfile import LocalStack
from backend.errors import Conflict, NotFoundProblem
from backend.http.audited import Audited
from backend.http.guard import CurrentPrincipal, Public, Requires
from backend.http.readiness import Readiness
from backend.parts import part
from backend.stack.status import Component, ComponentState

router = APIRouter(tags=["system"])

Local = Annotated[LocalStack, part(LocalStack)]
_READS: Final = Requires("stack", Verb.GET)
_RESTARTS: Final = Requires("stack", Verb.RESTART)

_TAIL_BYTES: Final = 256 * 1024


class Status(BaseModel):
    """What anybody may know: the version and whether the console is set up."""

    version: str
    ready: bool


class ComponentView(BaseModel):
    """One part of the stack. `progress` is a share from 0 to 1 while something is built or
    seeded, `reason` is there while it is failed; `log` says whether there is one to read."""

    name: str
    kind: str
    title: str
    state: Literal[
        "waiting",
        "building",
        "starting",
        "ready",
        "unresponsive",
        "restarting",
        "failed",
        "stopped",
    ]
    progress: float | None
    detail: str
    version: str | None
    endpoint: str | None
    pid: int | None
    log: bool
    since: str
    restarts: int
    reason: str | None


class StackView(BaseModel):
    """The local stack. `present` is False when none was ever started with this data."""

    present: bool
    running: bool
    updated: str
    components: list[ComponentView]


class LogTail(BaseModel):
    """The last lines of a component's log."""

    name: str
    lines: list[str]


@router.get("/status", dependencies=[Public])
async def read_status(readiness: Annotated[Readiness, part(Readiness)]) -> Status:
    """The console's version and readiness."""
    return Status(version=version("craton"), ready=readiness.ready)


@router.get("/stack", dependencies=[_READS])
async def read_stack(local: Local) -> StackView:
    """The local stack's components with progress, version, endpoint and reason."""
    found = local.status
    return StackView(
        present=found.present,
        running=found.running,
        updated=found.updated,
        components=[_component(found_one) for found_one in found.components],
    )


@router.get("/stack/components/{name}/log", dependencies=[_READS])
async def read_component_log(
    name: str,
    local: Local,
    lines: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> LogTail:
    """The end of one component's log, to see why it failed."""
    for component in local.status.components:
        if component.name == name and component.log:
            tail = await asyncio.to_thread(_tail, Path(component.log), lines)
            return LogTail(name=name, lines=tail)
    raise NotFoundProblem(f"The local stack has no component called {name!r} with a log.")


@router.post("/stack/components/{name}/retry", status_code=202, dependencies=[_RESTARTS])
async def retry_component(
    name: str, local: Local, caller: CurrentPrincipal, audit: Audited
) -> ComponentView:
    """Have the stack try a failed component again, as `craton stack retry` does; what runs goes
    on. 409 for a component that has not failed, and while no stack runs."""
    found = await local.read()
    component = next((one for one in found.components if one.name == name), None)
    if component is None:
        raise NotFoundProblem(f"The local stack has no component called {name!r}.")
    if not found.running:
        raise Conflict("The local stack does not run. Start it with: craton up")
    if component.state is not ComponentState.FAILED:
        raise Conflict(
            f"{component.title} is {component.state}: only what has failed can be tried again."
        )
    audit.did("retry", Target("stack", name, component.title, organisation(caller.organisation)))
    await local.retry(component.name)
    return _component(component)


def _component(component: Component) -> ComponentView:
    """Without the path of its log, which is this machine's."""
    return ComponentView(**{**msgspec.structs.asdict(component), "log": bool(component.log)})


def _tail(file: Path, lines: int) -> list[str]:
    try:
        with file.open("rb") as handle:
            handle.seek(max(0, handle.seek(0, 2) - _TAIL_BYTES))
            text = handle.read().decode(errors="replace")
    except OSError:
        return []
    return list(deque(text.splitlines(), maxlen=lines))
