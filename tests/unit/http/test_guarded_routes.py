"""Every route names the right it needs, says that it decides late, or that it is public
(security reference, C6). A route that merely asks for a signed-in caller fails."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from starlette.routing import BaseRoute, Mount

from auth.principal import Principal
from auth.role import Verb
from backend.app import create_app
from backend.http.guard import CurrentPrincipal, Decides, Public, Requires
from backend.http.requirements import EXTENSION, Guarded, guarded_routes
from backend.settings import Settings
from backend.state import console_of

OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /api/v1/status",
    "POST /api/v1/invitation",
    "POST /api/v1/invitation/accept",
    "POST /api/v1/session",
    "POST /api/v1/session/next",
    "POST /api/v1/session/next/authenticator",
    "POST /api/v1/session/next/challenge",
    "POST /api/v1/session/passkey",
    "POST /api/v1/session/passkey/challenge",
    "POST /api/v1/break-glass/unseal",
    "GET /api/v1/setup",
    "POST /api/v1/setup",
    "POST /api/v1/hooks/registry/{name}",
    "GET /api/v1/signin/providers",
    "POST /api/v1/signin/{provider}",
    "POST /api/v1/signin/{provider}/password",
    "GET /api/v1/signin/callback/{provider}",
    "GET /api/v1/signin/asserted/{provider}",
    "GET /api/v1/signin/metadata/{provider}",
    "POST /api/v1/hooks/saml/{provider}",
    "POST /api/v1/hooks/logout/{provider}",
    "POST /api/v1/oauth/device_authorization",
    "POST /api/v1/oauth/exchange",
    "POST /api/v1/oauth/token",
}
"""The routes that may be public; anything new here is a decision to review."""

LATE = {
    "GET /api/v1/session",
    "DELETE /api/v1/session",
    "GET /api/v1/account",
    "GET /api/v1/account/identities",
    "POST /api/v1/account/identities/{provider}",
    "POST /api/v1/account/identities/{provider}/password",
    "DELETE /api/v1/account/identities/{identity_id}",
    "PUT /api/v1/account/password",
    "POST /api/v1/account/authenticator/set-up",
    "POST /api/v1/account/authenticator",
    "DELETE /api/v1/account/authenticator",
    "POST /api/v1/account/passkeys",
    "POST /api/v1/account/passkeys/challenge",
    "PATCH /api/v1/account/passkeys/{passkey_id}",
    "DELETE /api/v1/account/passkeys/{passkey_id}",
    "POST /api/v1/account/recovery-codes",
    "GET /api/v1/collections",
    "GET /api/v1/collections/{name}",
    "GET /api/v1/collections/{name}/{key}",
    "GET /api/v1/permitted/{name}",
    "GET /api/v1/images/references",
    "GET /api/v1/search",
    "GET /api/v1/overview",
    "GET /api/v1/events/density",
    "GET /api/v1/grantors",
    "GET /api/v1/kinds",
    "GET /api/v1/explanation",
    "GET /api/v1/licence/acts",
    "GET /api/v1/views",
    "POST /api/v1/views",
    "PATCH /api/v1/views/{view_id}",
    "DELETE /api/v1/views/{view_id}",
    "GET /api/v1/access-requests/mine",
    "POST /api/v1/access-requests",
    "DELETE /api/v1/access-requests/{request_id}",
    "POST /api/v1/bindings",
    "POST /api/v1/bindings/preview",
    "GET /api/v1/roles",
    "POST /api/v1/service-accounts",
    "GET /api/v1/sessions",
    "DELETE /api/v1/sessions",
    "DELETE /api/v1/sessions/{session_id}",
    "POST /api/v1/session/step-up",
    "POST /api/v1/session/step-up/challenge",
    "POST /api/v1/device-requests/lookup",
    "POST /api/v1/device-requests/decision",
    "GET /api/v1/tokens",
    "POST /api/v1/tokens",
    "GET /api/v1/teams",
    "GET /api/v1/tokens/choices",
    "GET /api/v1/tokens/{token_id}",
    "DELETE /api/v1/tokens/{token_id}",
    "POST /api/v1/tokens/{token_id}/rotate",
    "GET /api/v1/jobs/{job_id}",
    "POST /api/v1/jobs/{job_id}/cancel",
    "GET /api/v1/clusters/{cluster}/kubeconfig",
    "GET /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}",
    "GET /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/yaml",
    "GET /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/usage",
    "GET /api/v1/clusters/{cluster}/usage/{kind}",
    "GET /api/v1/clusters/{cluster}/nodes/-/{node}/drain",
    "POST /api/v1/clusters/{cluster}/nodes/-/{node}/drain",
    "GET /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/actions",
    "GET /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/revisions",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/scale",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/restart",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/pause",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/resume",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/rollback",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/suspend",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/unsuspend",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/run",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/cordon",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/uncordon",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/labels",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/taints",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/debug",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/evict",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/delete",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/edit",
    "GET /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/document",
    "POST /api/v1/clusters/{cluster}/{kind}/{namespace}/{name}/merge",
    "GET /api/v1/clusters/{cluster}/schemas",
    "POST /api/v1/clusters/{cluster}/objects",
    "GET /api/v1/updates/applications/{application_id}/breakdown",
    "GET /api/v1/updates/applications/{application_id}/overview",
    "GET /api/v1/updates/applications/{application_id}/timeline",
    "POST /api/v1/updates/applications/{application_id}/instances/move",
}
"""The routes that may decide while they answer; each says in its guard by which right."""

SOCKETS = {"/api/v1/live", "/api/v1/clusters/{cluster}/exec/{namespace}/{pod}"}
"""Sockets check Host, Origin and session in `SessionSockets.authenticate`."""

MOUNTS = {"", "/kube", "/v1/update", "/v1/payloads", "/_ah", "/scim/v2"}
"""The frontend's files, what machines (not people) ask, and kubectl and the SCIM clients of
providers, whose every request decides for itself (`tests/unit/features/test_kubectl.py`,
`tests/identity/test_scim_protocol.py`)."""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    home: Path = tmp_path_factory.mktemp("home")
    return create_app(Settings(home=home))


def unguarded(routes: list[BaseRoute]) -> list[str]:
    found = [named(route) for route in guarded_routes(routes) if not allowed(route)]
    for context in iter_route_contexts(routes):
        route = context.original_route
        if isinstance(route, APIRoute) or context.path == "/api/openapi.json":
            continue
        socket = isinstance(route, APIWebSocketRoute) and context.path in SOCKETS
        mount = isinstance(route, Mount) and route.path in MOUNTS
        if not socket and not mount:
            found.append(context.path or repr(route))
    return found


def named(route: Guarded) -> str:
    return f"{route.method} {route.path}"


def allowed(route: Guarded) -> bool:
    """Public ones and late ones are listed, and are nothing else besides."""
    kinds = {key for need in route.needs for key in need}
    if "public" in kinds:
        return kinds == {"public"} and named(route) in OPEN
    if "decides" in kinds:
        return kinds == {"decides"} and named(route) in LATE
    return bool(kinds)


def test_no_route_is_left_open(app: FastAPI) -> None:
    assert unguarded(list(app.routes)) == []


def test_no_listed_route_is_gone(app: FastAPI) -> None:
    found = {named(route) for route in guarded_routes(app.routes)}
    assert found >= OPEN | LATE


def test_every_right_is_in_the_catalogue(app: FastAPI) -> None:
    catalogue = console_of(app).catalogue
    for route in guarded_routes(app.routes):
        for need in route.needs:
            if "kind" in need:
                catalogue.check(need["kind"], Verb(need["verb"]))


def test_the_document_says_what_each_operation_needs(app: FastAPI) -> None:
    paths: dict[str, dict[str, Any]] = app.openapi()["paths"]
    operations = [operation for path in paths.values() for operation in path.values()]
    assert len(operations) > 80
    assert [operation["operationId"] for operation in operations if not operation[EXTENSION]] == []
    policy = paths["/api/v1/updates/groups/{group_id}/policy"]["put"]
    assert policy[EXTENSION] == [{"kind": "update-group", "verb": "update", "at": "group"}]


async def signed_in_only(caller: CurrentPrincipal) -> None: ...


async def late(caller: Annotated[Principal, Decides("somehow")]) -> None: ...


async def guarded(caller: Annotated[Principal, Requires("pod", Verb.GET)]) -> None: ...


async def nothing() -> None: ...


def test_an_open_route_is_found() -> None:
    route = APIRoute
    assert unguarded([route("/x", nothing)]) == ["GET /x"]
    assert unguarded([route("/x", signed_in_only)]) == ["GET /x"]
    assert unguarded([route("/x", late)]) == ["GET /x"]
    assert unguarded([route("/x", nothing, dependencies=[Public])]) == ["GET /x"]
    assert unguarded([route("/x", guarded, dependencies=[Public])]) == ["GET /x"]
    assert unguarded([route("/x", guarded)]) == []
    assert unguarded([APIWebSocketRoute("/api/v1/other", nothing)]) == ["/api/v1/other"]
