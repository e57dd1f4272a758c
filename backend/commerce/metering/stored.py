"""Hours, days and frozen periods in the database. An hour is written once: who writes it again
changes nothing, so that any number of tries and of replicas come to the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import case, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from backend.commerce.metering.aggregation import Aggregation
from backend.commerce.metering.days import Day
from backend.commerce.metering.freezing import Frozen
from backend.commerce.metering.hour import Hour
from backend.commerce.metering.meters import WHOLE
from backend.commerce.metering.span import Span
from backend.db.metering import UsageDay, UsageHour, UsagePeriod

__all__ = [
    "Key",
    "Known",
    "days_of",
    "days_seen",
    "first_hour",
    "forget_hours",
    "frozen_of",
    "hours_of_all",
    "hours_of_one",
    "last_day",
    "last_hour",
    "subjects_since",
    "write_days",
    "write_hours",
    "write_period",
]

Key = tuple[str, str]
"""A meter and a subject."""
_RECENT: Final = 2 * 86_400
_ROWS: Final = 500
"""Rows of one statement: fewer values than either database takes."""
_HOUR: Final = tuple(field.name for field in fields(Hour))
_DAY: Final = tuple(field.name for field in fields(Day) if field.name != "date")


@dataclass(frozen=True, slots=True)
class Known:
    """When there was an hour or day of it last, and one last in which there was anything (0 when
    never)."""

    last: int
    used: int


async def write_hours(db: AsyncSession, hours: Mapping[Key, Iterable[Hour]], now: int) -> None:
    """Write those down that are not yet."""
    rows = [
        {"meter": meter, "subject": subject}
        | {name: getattr(hour, name) for name in _HOUR}
        | {"stored": now}
        for (meter, subject), known in sorted(hours.items())
        for hour in known
    ]
    for some in _pieces(rows):
        await db.execute(_insert(db, UsageHour, some).on_conflict_do_nothing())


async def write_days(db: AsyncSession, zone: str, days: Mapping[Key, Iterable[Day]]) -> None:
    """Write days down, in place of what was known of them."""
    rows = [
        {"meter": meter, "subject": subject, "zone": zone, "day": day.date}
        | {name: getattr(day, name) for name in _DAY}
        for (meter, subject), known in sorted(days.items())
        for day in known
    ]
    for some in _pieces(rows):
        new = _insert(db, UsageDay, some)
        await db.execute(
            new.on_conflict_do_update(
                index_elements=["meter", "subject", "zone", "day"],
                set_={name: getattr(new.excluded, name) for name in _DAY},
            )
        )


async def write_period(db: AsyncSession, frozen: Frozen) -> None:
    """Write a period down, once and for all."""
    row = {
        "meter": frozen.meter,
        "subject": frozen.subject,
        "aggregation": str(frozen.aggregation),
        "zone": frozen.zone,
        "first": frozen.first,
        "until": frozen.until,
        "event_lt": frozen.event_lt,
        "stored_lt": frozen.stored_lt,
        "value": str(frozen.value),
        "covered": frozen.covered,
        "expected": frozen.expected,
        "digest": frozen.digest,
    }
    await db.execute(_insert(db, UsagePeriod, [row]).on_conflict_do_nothing())


async def hours_of_one(db: AsyncSession, key: Key, start: int, end: int) -> dict[int, Hour]:
    """The hours of a meter and subject that begin in a stretch of time, by their start."""
    query = (
        select(*(col(getattr(UsageHour, name)) for name in _HOUR))
        .where(
            col(UsageHour.meter) == key[0],
            col(UsageHour.subject) == key[1],
            col(UsageHour.start) >= start,
            col(UsageHour.start) < end,
        )
        .order_by(col(UsageHour.start))
    )
    return {row[0]: Hour(*row) for row in await db.execute(query)}


async def hours_of_all(db: AsyncSession, start: int, end: int) -> Mapping[Key, Mapping[int, Hour]]:
    """Those of every meter and subject."""
    query = select(
        col(UsageHour.meter),
        col(UsageHour.subject),
        *(col(getattr(UsageHour, name)) for name in _HOUR),
    ).where(col(UsageHour.start) >= start, col(UsageHour.start) < end)
    found: defaultdict[Key, dict[int, Hour]] = defaultdict(dict)
    for meter, subject, *values in await db.execute(query):
        found[meter, subject][values[0]] = Hour(*values)
    return found


async def days_of(db: AsyncSession, key: Key, span: Span) -> list[Day]:
    """The days that are written down, in order."""
    query = (
        select(col(UsageDay.day), *(col(getattr(UsageDay, name)) for name in _DAY))
        .where(
            col(UsageDay.meter) == key[0],
            col(UsageDay.subject) == key[1],
            col(UsageDay.zone) == span.zone,
            col(UsageDay.day) >= span.first,
            col(UsageDay.day) < span.until,
        )
        .order_by(col(UsageDay.day))
    )
    return [Day(*row) for row in await db.execute(query)]


async def frozen_of(db: AsyncSession, key: Key, span: Span) -> list[Frozen]:
    """A period as it was frozen, of each aggregation it was frozen by."""
    query = select(UsagePeriod).where(
        col(UsagePeriod.meter) == key[0],
        col(UsagePeriod.subject) == key[1],
        col(UsagePeriod.zone) == span.zone,
        col(UsagePeriod.first) == span.first,
        col(UsagePeriod.until) == span.until,
    )
    return [_frozen(row) for row in (await db.execute(query)).scalars()]


async def last_day(db: AsyncSession, zone: str, today: date) -> date | None:
    """The newest day that is written down, up to today: a clock may have been ahead."""
    query = select(func.max(col(UsageDay.day))).where(
        col(UsageDay.zone) == zone, col(UsageDay.day) <= today
    )
    return (await db.execute(query)).scalar_one()


async def days_seen(
    db: AsyncSession, zone: str, meter: str, today: date, most: int
) -> Sequence[date]:
    """The newest days, up to today, of which anything of a meter is known over everything."""
    query = (
        select(col(UsageDay.day))
        .where(
            col(UsageDay.meter) == meter,
            col(UsageDay.subject) == WHOLE,
            col(UsageDay.zone) == zone,
            col(UsageDay.day) <= today,
        )
        .order_by(col(UsageDay.day).desc())
        .limit(most)
    )
    return (await db.execute(query)).scalars().all()


async def first_hour(db: AsyncSession) -> int | None:
    """When the oldest hour begins that is written down."""
    return (await db.execute(select(func.min(col(UsageHour.start))))).scalar_one()


async def last_hour(db: AsyncSession, key: Key, now: int) -> int | None:
    """When the newest one of a meter and subject does that began by now."""
    query = select(func.max(col(UsageHour.start))).where(
        col(UsageHour.meter) == key[0],
        col(UsageHour.subject) == key[1],
        col(UsageHour.start) <= now,
    )
    return (await db.execute(query)).scalar_one()


async def subjects_since(db: AsyncSession, day: date, now: int) -> dict[Key, Known]:
    """The meters and subjects of the days from `day` on, and of the last two days' hours, which
    may not be in any day yet."""
    days = select(
        col(UsageDay.meter),
        col(UsageDay.subject),
        func.max(col(UsageDay.start)),
        func.max(case((col(UsageDay.high) > 0, col(UsageDay.start)), else_=0)),
    ).where(col(UsageDay.day) >= day)
    hours = select(
        col(UsageHour.meter),
        col(UsageHour.subject),
        func.max(col(UsageHour.start)),
        func.max(case((col(UsageHour.high) > 0, col(UsageHour.start)), else_=0)),
    ).where(col(UsageHour.start) >= now - _RECENT)
    found: dict[Key, Known] = {}
    for query, table in ((days, UsageDay), (hours, UsageHour)):
        grouped = query.group_by(col(table.meter), col(table.subject))
        for meter, subject, last, used in await db.execute(grouped):
            before = found.get((meter, subject), Known(0, 0))
            found[meter, subject] = Known(max(last, before.last), max(used, before.used))
    return dict(sorted(found.items()))


async def forget_hours(db: AsyncSession, before: int) -> None:
    """Remove hours that began before: their days stay."""
    gone = delete(UsageHour).where(col(UsageHour.start) < before)
    await db.execute(gone.execution_options(synchronize_session=False))


def _frozen(row: UsagePeriod) -> Frozen:
    return Frozen(
        row.meter,
        row.subject,
        Aggregation.of(row.aggregation),
        row.first,
        row.until,
        row.zone,
        row.event_lt,
        row.stored_lt,
        Fraction(row.value),
        row.covered,
        row.expected,
        row.digest,
    )


def _pieces(rows: Sequence[Mapping[str, Any]]) -> list[Sequence[Mapping[str, Any]]]:
    return [rows[at : at + _ROWS] for at in range(0, len(rows), _ROWS)]


def _insert(db: AsyncSession, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> Any:
    on_postgres = db.get_bind().dialect.name == "postgresql"
    into: Any = (postgresql.insert if on_postgres else sqlite.insert)(table)
    return into.values(list(rows))
