"""`/api/v1/metering`: what is metered, what of a period is billed and why, its days and hours."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from auth.verb import Verb
from backend.commerce.metering import stored
from backend.commerce.metering.collector import Collector
from backend.commerce.metering.hour import HOUR, hour_of
from backend.commerce.metering.meters import METERED, WHOLE
from backend.commerce.metering.span import day_in
from backend.db.session import DbSession
from backend.features.metering.export import csv_of
from backend.features.metering.schemas import MeteredHours, MeteredUsage, MeterList, MeterView
from backend.features.metering.service import (
    aggregation_of,
    day_of,
    meter_of,
    read_period,
    span_of,
)
from backend.features.metering.views import (
    coverage_view,
    day_view,
    digits,
    frozen_view,
    hour_view,
    why_view,
)
from backend.http.guard import Requires, whole_organisation
from backend.parts import part

__all__ = ["router"]

router = APIRouter(prefix="/metering", tags=["billing: usage"])
_RECENT: Final = 62 * 86_400
"""Seconds: of clusters that are gone for longer there are hours, but they are not offered."""
Sees: Final = Requires("plan", Verb.LIST, whole_organisation)
Known = Annotated[Collector, part(Collector)]
MeterName = Annotated[str, Path(max_length=64, description="Its name, as /metering/meters tells")]
Cluster = Annotated[
    str,
    Query(
        max_length=253,
        pattern=r"^[A-Za-z0-9._-]*$",
        description="Of this cluster alone; everything when it is empty",
    ),
]
First = Annotated[date | None, Query(description="First day; this month's when not given")]
Until = Annotated[
    date | None, Query(description="Day before which it ends; the month's end when not given")
]


@router.get("/meters", dependencies=[Sees])
async def list_meters(collector: Known, db: DbSession) -> MeterList:
    """What is metered, and of which clusters lately."""
    now = collector.now()
    known = await stored.subjects_since(db, day_in(now - _RECENT, collector.zone), now)
    items = [
        MeterView(
            name=name,
            title=one.meter.title,
            unit=one.meter.unit,
            means=one.meter.means,
            aggregation=one.aggregation,
            clusters=[subject for meter, subject in known if meter == name and subject],
            last=known[name, WHOLE].last if (name, WHOLE) in known else None,
        )
        for name, one in METERED.items()
    ]
    first = await stored.first_hour(db)
    return MeterList(items=items, zone=collector.zone, first=first, next=hour_of(now) + HOUR)


@router.get("/{meter}", dependencies=[Sees])
async def read_metered_usage(
    *,
    meter: MeterName,
    collector: Known,
    db: DbSession,
    first: First = None,
    until: Until = None,
    aggregation: Annotated[
        str, Query(max_length=16, description="peak, p95, average, sustained:2, last or sum")
    ] = "",
    cluster: Cluster = "",
) -> MeteredUsage:
    """What is billed of a period, why it is that, its days, and how much of it is known."""
    now, one = collector.now(), meter_of(meter)
    how = aggregation_of(aggregation, one)
    span = span_of(first, until, collector.zone, now)
    found = await read_period(db, (meter, cluster), span, how, now)
    return MeteredUsage(
        meter=meter,
        unit=one.meter.unit,
        cluster=cluster,
        zone=span.zone,
        first=span.first,
        until=span.until,
        start=span.start,
        end=span.end,
        running=found.running,
        aggregation=str(how),
        value=None if found.billed.value is None else digits(found.billed.value),
        why=why_view(found.billed),
        coverage=coverage_view(found.billed),
        days=[day_view(day) for day in found.days],
        frozen=frozen_view(found.frozen, found.late),
    )


@router.get("/{meter}/hours", dependencies=[Sees])
async def read_metered_hours(
    *,
    meter: MeterName,
    day: Annotated[date, Query(description="A day in the account's zone")],
    collector: Known,
    db: DbSession,
    cluster: Cluster = "",
) -> MeteredHours:
    """The hours of one day that are known."""
    one = meter_of(meter)
    span = day_of(day, collector.zone)
    hours = await stored.hours_of_one(db, (meter, cluster), span.start, span.end)
    return MeteredHours(
        meter=meter,
        unit=one.meter.unit,
        cluster=cluster,
        zone=span.zone,
        day=day,
        start=span.start,
        end=span.end,
        items=[hour_view(hour) for hour in hours.values()],
    )


@router.get("/{meter}/csv", dependencies=[Sees], response_class=Response)
async def export_metered_hours(
    *,
    meter: MeterName,
    collector: Known,
    db: DbSession,
    first: First = None,
    until: Until = None,
    cluster: Cluster = "",
) -> Response:
    """The hours of a period as CSV (RFC 4180)."""
    one = meter_of(meter)
    span = span_of(first, until, collector.zone, collector.now())
    hours = await stored.hours_of_one(db, (meter, cluster), span.start, span.end)
    name = f"{meter}-{span.first}-{span.until}.csv"
    return Response(
        csv_of(one.meter, cluster, hours.values()),
        media_type="text/csv; charset=utf-8",
        headers={"content-disposition": f'attachment; filename="{name}"'},
    )
