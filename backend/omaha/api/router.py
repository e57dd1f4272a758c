"""All routes of the update service, under ``/updates``."""

from __future__ import annotations

from collections.abc import Callable

from fastapi import APIRouter, Depends, Request

from backend.http.documented import answers
from backend.omaha.api import (
    applications,
    channels,
    figures,
    finishing,
    groups,
    hosting,
    imports,
    instances,
    moves,
    packages,
    payloads,
    preview,
    registered,
    rollouts,
    uploads,
)
from backend.omaha.api.deps import UpdatesDeps

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
    registered,
    figures,
    uploads,
    finishing,
    payloads,
)


def updates_router(deps: UpdatesDeps) -> APIRouter:
    """The router to include under ``/api/v1``. Every route takes the signed-in caller."""
    router = APIRouter(
        prefix="/updates",
        dependencies=[Depends(_providing(deps))],
        responses=answers(400, 401, 403, 404, 409, 412, 413, 422, 428, 429, 502, 507),
    )
    for part in _PARTS:
        router.include_router(part.router)
    return router


def _providing(deps: UpdatesDeps) -> Callable[[Request], None]:
    def provide(request: Request) -> None:
        request.state.updates = deps

    return provide
