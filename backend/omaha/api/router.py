"""All routes of the update service, under ``/updates``."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request

from backend.omaha.api import (
    activity,
    applications,
    channels,
    figures,
    groups,
    hosting,
    imports,
    instances,
    moves,
    packages,
    preview,
    rollouts,
    uploads,
)
from backend.omaha.api.deps import UpdatesDeps
from backend.omaha.api.problems import RESPONSES

_PARTS = (
    applications,
    channels,
    packages,
    imports,
    hosting,
    groups,
    preview,
    rollouts,
    moves,
    instances,
    figures,
    activity,
    uploads,
)


def updates_router(deps: UpdatesDeps) -> APIRouter:
    """The router to include under ``/api/v1``. Every route takes the signed-in caller."""
    router = APIRouter(
        prefix="/updates", dependencies=[Depends(_providing(deps))], responses=RESPONSES
    )
    for part in _PARTS:
        router.include_router(part.router)
    return router


def _providing(deps: UpdatesDeps) -> Callable[[Request], None]:
    def provide(request: Request) -> None:
        request.state.updates = deps

    return provide
