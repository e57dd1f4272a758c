"""How many events there were, over time: `/api/v1/events/density`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from auth.principal import Principal
from auth.verb import Verb
from backend.features.events.collections import EVENTS
from backend.http.guard import Decides
from backend.live.denied import no_right
from backend.live.guard import may_see
from backend.live.parse import parse_query
from backend.live.registry import Registry
from backend.parts import part

__all__ = ["router"]

BARS = 60
router = APIRouter(tags=["events"])


class Density(BaseModel):
    """Events by when they were last seen: one number a bar, from `start` (Unix seconds) on, each
    `seconds` long; `normal`, `warning`, `error` and `unknown` apart."""

    start: float
    seconds: float
    normal: list[int]
    warning: list[int]
    error: list[int]
    unknown: list[int]


@router.get("/events/density")
async def read_density(
    *,
    caller: Annotated[Principal, Decides("each event, by the right to list events there")],
    registry: Annotated[Registry, part(Registry)],
    filters: Annotated[list[str] | None, Query(alias="filter", max_length=64)] = None,
    q: Annotated[str, Query(max_length=8192)] = "",
    minutes: Annotated[int, Query(ge=5, le=1440)] = 60,
    team: Annotated[str, Query(max_length=64)] = "",
) -> Density:
    """The events a table with this filter, search and team shows, counted over the last
    `minutes`."""
    source = registry.get(EVENTS.name)
    if not may_see(caller, source.collection):
        raise no_right(caller, source.collection, Verb.LIST)
    caller = await registry.narrowed(caller, team)
    guard = await registry.guard(caller, source.collection)
    now = time.time()
    since = now - minutes * 60
    within = [*(filters or ()), f"last>={since:.3f}"]
    query = parse_query(source.collection, filters=within, q=q)
    counted = Density(
        start=since,
        seconds=minutes * 60 / BARS,
        **{severity: [0] * BARS for severity in ("normal", "warning", "error", "unknown")},
    )
    async for rows in source.all_rows(query, guard, now=now):
        _count(counted, rows)
    return counted


def _count(density: Density, rows: Sequence[object]) -> None:
    for row in rows:
        last, severity = getattr(row, "last", 0.0), getattr(row, "severity", "normal")
        place = int((last - density.start) / density.seconds)
        # What happened while it was asked, or by a clock that is ahead, belongs to the newest.
        getattr(density, severity)[max(0, min(BARS - 1, place))] += 1
