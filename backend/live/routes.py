"""REST over the collections. Every answer holds only what the caller may see."""

from __future__ import annotations

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Query, Request
from pydantic import Field
from starlette.responses import Response, StreamingResponse

from auth.principal import Principal
from auth.role import Verb
from backend.errors import Problem
from backend.http.compressed import CompressedRoute
from backend.http.guard import Decides
from backend.live.answers import (
    CollectionsAnswer,
    ListAnswer,
    PermittedAnswer,
    RowAnswer,
    SearchAnswer,
)
from backend.live.collection import Collection
from backend.live.column import Column
from backend.live.denied import no_right, no_row
from backend.live.endpoint import live_endpoint
from backend.live.errors import QueryError
from backend.live.export import Form, csv_pieces, form_of, json_lines
from backend.live.exported import record_export
from backend.live.guard import Guard, may_see
from backend.live.hub import LiveHub
from backend.live.page import read_cursor
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.live.search import search
from backend.live.source import Source
from backend.parts import part

__all__ = ["live_router"]

MAX_LIMIT: Final = 1000
DEFAULT_LIMIT: Final = 50
RECHECK: Final = 1.0
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
"""In no row's key; PostgreSQL refuses to be asked for some of them."""


Caller = Annotated[
    Principal, Decides("each row, by the right to list its kind (to get it, for one row)")
]
Words = Annotated[list[str] | None, Query(max_length=64)]
Keys = Annotated[list[Annotated[str, Field(max_length=1000)]], Query(max_length=200)]
Text = Annotated[str, Query(max_length=8192)]
Hub = Annotated[LiveHub, part(LiveHub)]
Team = Annotated[str, Query(max_length=64, description="Only what this team owns")]


def _answers(
    answer: type[msgspec.Struct], *, files: bool = False
) -> dict[int | str, dict[str, Any]]:
    """What a route answers, for OpenAPI: encoding stays msgspec's, which is ten times faster."""
    schema = {"$ref": f"#/components/schemas/{answer.__name__}"}
    content: dict[str, Any] = {"application/json": {"schema": schema}}
    if files:
        content |= {form.media_type: {"schema": {"type": "string"}} for form in Form}
    return {200: {"description": answer.__name__, "content": content}}


def live_router(hub: LiveHub) -> APIRouter:
    """Collections, lists, CSV, rows, search, and the socket at ``/live``. While the
    application runs, so do the sources."""

    @asynccontextmanager
    async def running(_app: object) -> AsyncIterator[None]:
        async with hub.running():
            yield

    # Rows hold no secret: values of keys and of Secrets are never in one.
    router = APIRouter(tags=["collections"], lifespan=running, route_class=CompressedRoute)
    get = router.get
    get("/collections", responses=_answers(CollectionsAnswer))(list_collections)
    get("/collections/{name}", responses=_answers(ListAnswer, files=True))(list_rows)
    get("/collections/{name}/{key:path}", responses=_answers(RowAnswer))(read_row)
    get("/permitted/{name}", responses=_answers(PermittedAnswer))(list_permitted)
    get("/search", responses=_answers(SearchAnswer))(find)
    router.websocket("/live")(live_endpoint(hub))
    return router


async def list_collections(caller: Caller, hub: Hub) -> Response:
    """The collections the caller may see, with their columns and operators."""
    return _json(hub.registry.describe(caller))


async def list_rows(
    *,
    request: Request,
    caller: Caller,
    hub: Hub,
    name: str,
    filter: Words = None,  # noqa: A002 - the name in the URL
    labels: Text = "",
    q: Text = "",
    sort: Text = "",
    facet: Words = None,
    team: Team = "",
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = DEFAULT_LIMIT,
    cursor: Annotated[str | None, Query(max_length=8192)] = None,
    format: Annotated[str, Query(pattern="^(json|csv|jsonl)?$")] = "",  # noqa: A002
    cols: Text = "",
    units: Annotated[str, Query(pattern="^(raw|display)?$")] = "",
) -> Response:
    """One page of a collection, or the whole result as ``format=csv`` or ``jsonl`` (JSON lines):
    of all columns or those in ``cols``, in that order, in CSV amounts in base units or with
    ``units=display`` as people read them. That a result was downloaded is recorded. ``team``
    narrows it to what that team owns: never to more than without it."""
    source, guard = await _readable(hub.registry, caller, name, team)
    query = parse_query(
        source.collection,
        filters=filter or (),
        labels=labels,
        q=q,
        sort=sort.split(",") if sort else (),
        facets=facet or (),
    )
    form = form_of(format, request.headers.get("accept", ""))
    if form is not None:
        columns = _chosen(source.collection, guard, cols)
        await record_export(request, caller, source.collection, form)
        pieces = source.all_rows(query, guard, now=time.time())
        allowed = _still_allowed(caller, hub, source, guard, team)
        if form is Form.JSONL:
            return _file(source, form, json_lines(columns, pieces, allowed))
        display = units == "display"
        return _file(source, form, csv_pieces(columns, pieces, allowed, display=display))
    after = read_cursor(source.collection, query, cursor) if cursor else None
    page = await source.page(query, guard, limit=limit, after=after, now=time.time())
    fresh = source.freshness(guard)
    return _json(ListAnswer(page.rows, page.total, page.total_exact, page.facets, page.next, fresh))


async def read_row(caller: Caller, hub: Hub, name: str, key: str) -> Response:
    """One row; an invisible one is missing."""
    source = hub.registry.get(name)
    guard = await hub.registry.guard(caller, source.collection, Verb.GET)
    possible = len(key) <= MAX_LIMIT and not _CONTROLS.search(key)
    row = await source.row(key, guard) if possible else None
    if row is None:
        raise no_row(caller, source.collection, guard, key[:MAX_LIMIT])
    return _json(RowAnswer(row, source.freshness(guard)))


async def list_permitted(caller: Caller, hub: Hub, name: str, verb: Verb, key: Keys) -> Response:
    """Which of the rows are there and the caller may do `verb` to, before it is tried: a change of
    many names beforehand what it would be refused. A question, so no refusal is recorded."""
    source = hub.registry.get(name)
    guard = await hub.registry.guard(caller, source.collection, verb)
    asked = [one for one in dict.fromkeys(key) if guard.scopes and not _CONTROLS.search(one)]
    return _json(PermittedAnswer([one for one in asked if await source.row(one, guard)]))


async def find(
    caller: Caller,
    hub: Hub,
    q: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    team: Team = "",
) -> Response:
    """Objects of any collection by name, best first, for the palette; of a ``team`` only what it
    owns."""
    caller = await hub.registry.narrowed(caller, team)
    return _json(await search(hub.registry, caller, q, limit))


async def _readable(
    registry: Registry, caller: Principal, name: str, team: str
) -> tuple[Source, Guard]:
    source = registry.get(name)
    if not may_see(caller, source.collection):
        raise no_right(caller, source.collection, Verb.LIST)
    caller = await registry.narrowed(caller, team)
    return source, await registry.guard(caller, source.collection)


def _chosen(collection: Collection, guard: Guard, cols: str) -> list[Column]:
    """The columns of a download; raises `QueryError` for one the caller is not told of."""
    told = {c.id: c for c in collection.columns if c.id not in guard.withheld}
    if not cols:
        return list(told.values())
    unknown = next((name for name in cols.split(",") if name not in told), None)
    if unknown is not None:
        raise QueryError("cols", unknown, f"There is no column {unknown!r}.", ", ".join(told))
    return [told[name] for name in dict.fromkeys(cols.split(","))]


def _still_allowed(
    caller: Principal, hub: LiveHub, source: Source, guard: Guard, team: str
) -> Callable[[], Awaitable[bool]]:
    """Whether the caller's session goes on with all the rights it began with, looked at once a
    second: a running download ends when something of them is gone, or of what the team owns."""
    asked = time.monotonic()
    known = caller

    async def still_allowed() -> bool:
        nonlocal asked, known
        if time.monotonic() - asked < RECHECK:
            return True
        asked = time.monotonic()
        now = await hub.auth.current(known)
        known = now or known
        if now is None:
            return False
        try:
            looking = await hub.registry.narrowed(now, team)
        except Problem:  # the team is gone, or nobody can tell
            return False
        return guard.within(await hub.registry.guard(looking, source.collection))

    return still_allowed


def _json(value: msgspec.Struct) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(msgspec.json.encode(value), media_type="application/json", headers=headers)


def _file(
    source: Source, form: Form, pieces: AsyncIterator[str] | AsyncIterator[bytes]
) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{source.collection.name}.{form}"',
        "Cache-Control": "no-store",
    }
    return StreamingResponse(pieces, media_type=form.media_type, headers=headers)
