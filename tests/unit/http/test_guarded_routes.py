"""Every route takes a typed principal or says that it is public (security reference, C6)."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, APIWebSocketRoute, RouteContext, iter_route_contexts
from starlette.routing import BaseRoute, Mount

from backend.app import create_app
from backend.http.guard import public, require_principal
from backend.settings import Settings

OPEN = {
    "/healthz",
    "/readyz",
    "/metrics",
    "/api/v1/status",
    "/api/v1/session",
    "/api/v1/setup",
    "/api/v1/hooks/registry/{name}",
}
"""The routes that may be public; anything new here is a decision to review."""

SELF_GUARDED = {"/api/v1/live"}
"""Sockets check Host, Origin and session in `SessionSockets.authenticate`."""

MOUNTS = {"", "/v1/update", "/v1/payloads", "/_ah"}
"""The frontend's files, and what machines (not people) ask."""


def calls(dependant: Dependant) -> set[object]:
    found = {d.call for d in dependant.dependencies}
    return found.union(*(calls(d) for d in dependant.dependencies)) if found else found


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[BaseRoute]:
    home: Path = tmp_path_factory.mktemp("home")
    return list(create_app(Settings(home=home)).routes)


def unguarded(routes: list[BaseRoute]) -> list[str]:
    return [r.path or repr(r) for r in iter_route_contexts(routes) if not guarded(r)]


def guarded(context: RouteContext) -> bool:
    route = context.original_route
    if isinstance(route, APIRoute):
        found = calls(context.dependant)
        return require_principal in found or (public in found and context.path in OPEN)
    if isinstance(route, APIWebSocketRoute):
        return context.path in SELF_GUARDED
    if isinstance(route, Mount):
        return route.path in MOUNTS
    return context.path == "/api/openapi.json"


def test_no_route_is_left_open(routes: list[BaseRoute]) -> None:
    assert unguarded(routes) == []


def test_an_open_route_is_found() -> None:
    def handler() -> None: ...

    assert unguarded([APIRoute("/api/v1/secret", handler)]) == ["/api/v1/secret"]
    assert unguarded([APIWebSocketRoute("/api/v1/other", handler)]) == ["/api/v1/other"]
