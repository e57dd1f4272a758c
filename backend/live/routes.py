"""REST over the collections. Every answer holds only what the caller may see."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response, StreamingResponse

from auth.principal import Principal
from auth.role import Verb
from backend.live.endpoint import live_endpoint
from backend.live.errors import NoSuchRow, RightMissing
from backend.live.export import csv_pieces
from backend.live.guard import Guard, guard_of
from backend.live.hub import LiveHub, SocketAuth
from backend.live.page import read_cursor
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.search import search
from backend.live.source import Source

__all__ = ["live_router"]

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
RECHECK: Final = 1.0

Words = Annotated[list[str] | None, Query(max_length=64)]
Text = Annotated[str, Query(max_length=8192)]


def live_router(
    registry: Registry,
    principal: Callable[..., Any],
    sockets: SocketAuth,
    hub: LiveHub | None = None,
) -> APIRouter:
    """Collections, lists, CSV, rows, search, and the socket at ``/live``.

    `principal` is the dependency that gives the signed-in caller; `sockets` authenticates
    sockets and knows the rights in force: a running download ends within about a second of
    the caller's rights or session changing. While the application runs, so do the sources.
    """
    live = hub or LiveHub(registry, sockets)

    @asynccontextmanager
    async def running(_app: object) -> AsyncIterator[None]:
        async with live.running():
            yield

    router = APIRouter(tags=["collections"], lifespan=running)
    caller_type = Annotated[Principal, Depends(principal)]

    async def list_collections(caller: caller_type) -> Response:
        """The collections the caller may see, with their columns and operators."""
        return _json(registry.describe(caller))

    async def list_rows(
        *,
        request: Request,
        caller: caller_type,
        name: str,
        filter: Words = None,  # noqa: A002 - the name in the URL
        labels: Text = "",
        q: Text = "",
        sort: Text = "",
        facet: Words = None,
        limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
        cursor: Annotated[str | None, Query(max_length=8192)] = None,
        format: Annotated[str, Query(pattern="^(json|csv)?$")] = "",  # noqa: A002
    ) -> Response:
        """One page of a collection, or with ``format=csv`` the whole result."""
        source, guard = _readable(registry, caller, name)
        query = parse_query(
            source.collection,
            filters=filter or (),
            labels=labels,
            q=q,
            sort=sort.split(",") if sort else (),
            facets=facet or (),
        )
        accept = request.headers.get("accept", "")
        if format == "csv" or (not format and accept.startswith("text/csv")):
            pieces = source.all_rows(query, guard, now=time.time())
            columns = [c for c in source.collection.columns if c.id not in guard.withheld]
            return _csv(source, csv_pieces(columns, pieces, _watch(caller, sockets)))
        after = read_cursor(source.collection, query, cursor) if cursor else None
        page = await source.page(query, guard, limit=limit, after=after, now=time.time())
        return _json(
            {
                "rows": page.rows,
                "total": page.total,
                "total_exact": page.total_exact,
                "facets": page.facets,
                "next": page.next,
                "freshness": source.freshness(guard),
            }
        )

    async def read_row(
        caller: caller_type,
        name: str,
        key: str,
    ) -> Response:
        """One row; an invisible one is missing."""
        source = registry.get(name)
        kind = source.collection.kind
        guard = guard_of(caller, source.collection, Verb.GET)
        row = await source.row(key, guard) if len(key) <= MAX_LIMIT else None
        if row is None:
            raise NoSuchRow(kind)
        return _json({"row": row, "freshness": source.freshness(guard)})

    async def find(
        caller: caller_type,
        q: Annotated[str, Query(max_length=200)] = "",
        limit: Annotated[int, Query(ge=1, le=100)] = 20,
    ) -> Response:
        """Objects of any collection by name, best first, for the palette."""
        return _json(await search(registry, caller, q, limit))

    router.get("/collections")(list_collections)
    router.get("/collections/{name}")(list_rows)
    router.get("/collections/{name}/{key:path}")(read_row)
    router.get("/search")(find)
    router.websocket("/live")(live_endpoint(live))
    return router


def _readable(registry: Registry, caller: Principal, name: str) -> tuple[Source, Guard]:
    source = registry.get(name)
    guard = guard_of(caller, source.collection)
    if not guard.scopes:
        raise RightMissing(source.collection.kind, Verb.LIST.value)
    return source, guard


def _watch(caller: Principal, sockets: SocketAuth) -> Callable[[], Awaitable[bool]]:
    asked = time.monotonic()

    async def still_allowed() -> bool:
        nonlocal asked
        if time.monotonic() - asked < RECHECK:
            return True
        asked = time.monotonic()
        now = await sockets.current(caller)
        return now is not None and now.policy.fingerprint == caller.policy.fingerprint

    return still_allowed


def _json(value: Any) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), media_type="application/json", headers=headers)


def _csv(source: Source, pieces: AsyncIterator[str]) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{source.collection.name}.csv"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type="text/csv; charset=utf-8", headers=headers)
