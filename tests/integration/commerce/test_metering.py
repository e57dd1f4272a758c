"""Hours on real databases: written once, whoever tries, whatever is killed; days, frozen periods;
and what the API says of them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from backend.commerce.metering import stored
from backend.commerce.metering.aggregation import Aggregation
from backend.commerce.metering.collector import Collector
from backend.commerce.metering.days import Day, rolled
from backend.commerce.metering.freezing import REVIEW, Frozen
from backend.commerce.metering.hour import HOUR, Hour
from backend.commerce.metering.rolling import KEPT, roll
from backend.commerce.metering.span import Span, month
from backend.db.bus import Bus
from backend.db.engine import create_db_sessions, create_engine
from backend.db.metering import UsageHour, UsagePeriod
from backend.jobs import Leases
from backend.omaha.store.tables import RollupRecord, TallyRecord
from tests.console import running_console
from tests.waiting import until

NOVEMBER = month(date(2026, 11, 1), "UTC")
T = NOVEMBER.start + 10 * 24 * HOUR
SERVERS = ("servers", "")
WORKER = Path(__file__).with_name("meterworker.py")
ROOT = Path(__file__).resolve().parents[3]


def level(start: int, value: int) -> Hour:
    return Hour(start, value, value, value, value * HOUR, 60, HOUR)


class Place:
    """One database, and collectors on it with a clock that is set by hand."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = create_engine(url)
        self.bus = Bus(self.engine)
        self.sessions = create_db_sessions(self.engine, self.bus)
        self.now = T
        self.values: dict[stored.Key, int | None] = {SERVERS: 5}

    def collector(self, **options: object) -> Collector:
        return Collector(
            self.sessions,
            Leases(self.sessions, self.bus),
            lambda: dict(self.values),
            wall=lambda: self.now,
            **options,  # type: ignore[arg-type]  # by name
        )

    async def hours(self, key: stored.Key = SERVERS) -> dict[int, Hour]:
        async with self.sessions() as db:
            return await stored.hours_of_one(db, key, 0, 2**40)

    async def rows(self) -> int:
        async with self.sessions() as db:
            query = select(func.count()).select_from(UsageHour)
            return int((await db.execute(query)).scalar_one())

    async def put(self, key: stored.Key, hours: list[Hour], at: int = 0) -> None:
        async with self.sessions() as db, db.begin():
            await stored.write_hours(db, {key: hours}, at or self.now)

    async def rolled(self, now: int, written: tuple[int, ...] = (), zone: str = "UTC") -> None:
        async with self.sessions() as db, db.begin():
            await roll(db, zone, now, written)

    def pass_minutes(self, minutes: int, *collectors: Collector) -> None:
        for _ in range(minutes):
            self.now += 60
            for one in collectors:
                one.look()


@pytest.fixture
async def place(database_url: str) -> AsyncIterator[Place]:
    made = Place(database_url)
    yield made
    await made.engine.dispose()


@asynccontextmanager
async def recording(*collectors: Collector) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(one.record()) for one in collectors]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def test_an_hour_is_written_once_and_says_what_was_read(place: Place) -> None:
    one = place.collector()
    one.look()
    place.pass_minutes(30, one)
    place.values[SERVERS] = 9
    place.pass_minutes(30, one)
    await one.write()
    await one.write()
    (hour,) = (await place.hours()).values()
    assert (hour.start, hour.low, hour.high, hour.last) == (T, 5, 9, 9)
    assert (hour.samples, hour.covered, hour.stored) == (60, HOUR, place.now)
    assert hour.area == 30 * 60 * (5 + 9) - 60 * (9 - 5)


async def test_nothing_is_written_while_no_hour_ends(place: Place) -> None:
    one = place.collector()
    one.look()
    place.pass_minutes(59, one)
    await one.write()
    assert await place.rows() == 0


async def test_what_cannot_be_told_is_no_zero_and_zero_is_written(place: Place) -> None:
    place.values = {SERVERS: None, ("clusters", ""): 0}
    one = place.collector()
    one.look()
    place.pass_minutes(60, one)
    await one.write()
    assert await place.hours() == {}
    assert (await place.hours(("clusters", "")))[T].high == 0


async def test_of_a_cluster_that_is_gone_zeros_are_written_also_after_a_restart(
    place: Place,
) -> None:
    gone = ("servers", "berlin")
    place.values[gone] = 3
    one = place.collector()
    one.look()
    place.pass_minutes(60, one)
    await one.write()
    del place.values[gone]
    again = place.collector()
    await again.recall()
    again.look()
    place.pass_minutes(60, again)
    await again.write()
    assert [hour.high for hour in (await place.hours(gone)).values()] == [3, 0]


async def test_two_replicas_that_write_at_the_same_moment_write_one_hour(place: Place) -> None:
    pair = [place.collector(), place.collector()]
    for one in pair:
        one.look()
    place.pass_minutes(120, *pair)
    await asyncio.gather(*(one.write() for one in pair))
    assert list(await place.hours()) == [T, T + HOUR]
    assert await place.rows() == 2


async def test_another_replica_goes_on_without_a_gap_when_the_first_one_ends(
    place: Place,
) -> None:
    first, second = place.collector(), place.collector()
    for one in (first, second):
        one.look()
    async with recording(first) as (writing,):
        place.pass_minutes(60, first, second)
        await until(lambda: _many(place, 1))
        place.pass_minutes(30, first, second)
        writing.cancel()
        await asyncio.wait([writing])
    async with recording(second):
        place.pass_minutes(30, second)
        await until(lambda: _many(place, 2))
    assert [hour.covered for hour in (await place.hours()).values()] == [HOUR, HOUR]


async def _many(place: Place, number: int) -> bool:
    return await place.rows() == number


@pytest.fixture
def workers() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(place: Place, now: int, value: int) -> subprocess.Popen[str]:
        environment = os.environ | {"PYTHONPATH": str(ROOT)}
        command = [sys.executable, str(WORKER), place.url, str(now), str(value)]
        started.append(
            subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
        )
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()
        assert one.stdout is not None
        one.stdout.close()


@pytest.mark.timeout(180)
async def test_a_collector_killed_in_the_middle_of_an_hour_costs_coverage_and_nothing_else(
    place: Place, workers: Callable[..., subprocess.Popen[str]]
) -> None:
    killed = workers(place, T, 4)
    reached = await asyncio.to_thread(_until_minute, killed, T + 2 * HOUR + 30 * 60)
    await until(lambda: _holds(place, T + HOUR))
    killed.send_signal(signal.SIGKILL)
    reached = await asyncio.to_thread(_last_minute, killed, reached)
    before = await place.hours()
    ended = reached - reached % HOUR  # on a busy machine it came further than it was asked to
    again = workers(place, ended + 40 * 60, 6)
    await asyncio.to_thread(_until_minute, again, ended + 3 * HOUR)
    await until(lambda: _holds(place, ended + 2 * HOUR))
    again.kill()
    hours = await place.hours()
    assert hours[T] == before[T]  # nothing that was written changed
    assert (hours[ended].covered, hours[ended].low) == (20 * 60, 6)
    assert hours[ended + HOUR].covered == HOUR
    assert await place.rows() == len(hours)


async def _holds(place: Place, start: int) -> bool:
    return start in await place.hours()


def _minutes(worker: subprocess.Popen[str]) -> Iterator[int]:
    """What it tells, beside what it logs."""
    assert worker.stdout is not None
    for line in worker.stdout:
        if line.strip().isdigit():
            yield int(line)


def _until_minute(worker: subprocess.Popen[str], minute: int) -> int:
    for now in _minutes(worker):
        if now >= minute:
            return now
    raise AssertionError("the worker ended")


def _last_minute(worker: subprocess.Popen[str], known: int) -> int:
    worker.wait()
    return max([known, *_minutes(worker)])


async def test_days_are_written_when_they_are_over_and_again_for_late_hours(place: Place) -> None:
    day = NOVEMBER.days[4]
    await place.put(SERVERS, [level(start, 7) for start in day.hours if start != day.start])
    await place.rolled(day.end - 1)
    assert await _days(place, NOVEMBER) == []
    await place.rolled(day.end)
    (known,) = await _days(place, NOVEMBER)
    assert (known.date, known.high, known.hours, known.covered) == (day.date, 7, 23, 23 * HOUR)
    await place.put(SERVERS, [level(day.start, 9)])
    await place.rolled(day.end + HOUR, (day.start,))
    (known,) = await _days(place, NOVEMBER)
    assert (known.high, known.peak, known.hours) == (9, day.start, 24)


async def test_days_that_ended_while_nobody_ran_are_written_later(place: Place) -> None:
    for day in NOVEMBER.days[:3]:
        await place.put(SERVERS, [level(start, 1) for start in day.hours])
    await place.rolled(NOVEMBER.days[9].end)
    assert [day.date.day for day in await _days(place, NOVEMBER)] == [1, 2, 3]


async def test_a_day_of_a_zone_whose_midnight_is_at_half_past(place: Place) -> None:
    zone = "Australia/Lord_Howe"
    span = month(date(2026, 6, 1), zone)
    day = span.days[0]
    await place.put(SERVERS, [level(start, 2) for start in day.hours])
    await place.rolled(day.end, zone=zone)  # its last hour ends half an hour later
    assert await _days(place, span) == []
    await place.rolled(day.end + HOUR // 2, zone=zone)
    assert [known.hours for known in await _days(place, span)] == [24]


async def _days(place: Place, span: Span) -> list[Day]:
    async with place.sessions() as db:
        return await stored.days_of(db, SERVERS, span)


async def test_a_month_is_frozen_after_its_review_and_never_changed(place: Place) -> None:
    for day, value in zip(NOVEMBER.days, [60, 58, *[12] * 28], strict=True):
        await place.put(SERVERS, [level(start, value) for start in day.hours])
    await place.rolled(NOVEMBER.end + REVIEW - HOUR)
    assert await _frozen(place) == []
    due = NOVEMBER.end + REVIEW
    await place.rolled(due)
    assert await _frozen(place) == []  # no day after it was metered: it may be the clock alone
    for day in month(NOVEMBER.until, "UTC").days[:3]:
        await place.put(SERVERS, [level(start, 12) for start in day.hours])
    due += 24 * HOUR
    await place.rolled(due, (NOVEMBER.end, NOVEMBER.end + 24 * HOUR, NOVEMBER.end + 48 * HOUR))
    (frozen,) = await _frozen(place)
    assert (frozen.value, frozen.aggregation) == (Fraction(12), Aggregation.of("sustained:2"))
    assert frozen.covered == frozen.expected == 720 * HOUR
    changes = [
        update(UsagePeriod).values(value="1"),
        delete(UsagePeriod),
    ]
    for change in changes:
        with pytest.raises(DBAPIError, match="never changed"):
            async with place.sessions() as db, db.begin():
                await db.execute(change)
    await place.put(SERVERS, [level(NOVEMBER.start, 99)])
    await place.rolled(due + 48 * HOUR)
    assert await _frozen(place) == [frozen]


async def _frozen(place: Place) -> list[Frozen]:
    async with place.sessions() as db:
        return await stored.frozen_of(db, SERVERS, NOVEMBER)


async def test_hours_are_kept_for_thirteen_months_and_days_for_ever(place: Place) -> None:
    day = NOVEMBER.days[0]
    await place.put(SERVERS, [level(start, 3) for start in day.hours])
    await place.rolled(day.end)
    await place.put(SERVERS, [level(T + KEPT, 3)])
    await place.rolled(T + KEPT + 24 * HOUR)
    assert len(await place.hours()) == 25  # two days were metered, however far they are apart
    async with place.sessions() as db, db.begin():
        since = Span(day.date, day.date + timedelta(days=KEPT // (24 * HOUR) + 10), "UTC").days
        more = rolled(since, {one.start: level(one.start, 3) for one in since})
        await stored.write_days(db, "UTC", {SERVERS: more})
    await place.rolled(T + KEPT + 48 * HOUR, (T + KEPT + 24 * HOUR,))
    assert list(await place.hours()) == [T + KEPT]
    assert day.date in [known.date for known in await _days(place, NOVEMBER)]


async def test_a_clock_that_was_set_to_2099_and_back_costs_nothing(place: Place) -> None:
    """Issue 12, what is checked from outside: hours stay, no month is frozen, days go on."""
    one = place.collector(updates=True)
    for day in NOVEMBER.days[:8]:
        await place.put(SERVERS, [level(start, 3) for start in day.hours])
    await place.rolled(NOVEMBER.days[7].end)
    known = await place.hours()
    one.look()
    place.pass_minutes(60, one)
    await one.write()
    back, place.now = place.now, month(date(2099, 1, 1), "UTC").start
    place.pass_minutes(49 * 60, one)  # days end there, and are written
    await one.write()
    assert max(await place.hours()) > NOVEMBER.end
    place.now = back
    place.pass_minutes(120, one)
    await one.write()
    hours = await place.hours()
    assert known.items() <= hours.items()
    assert {T, T + HOUR} <= set(hours)
    assert {T, T + HOUR} <= set(await place.hours(("update_machines", "")))
    assert await _frozen(place) == []
    await place.rolled(NOVEMBER.days[10].end)
    assert [day.date.day for day in await _days(place, NOVEMBER)] == [*range(1, 9), 11]


async def test_machines_of_the_update_service_are_those_of_its_counters(place: Place) -> None:
    one = place.collector(updates=True)
    async with place.sessions() as db, db.begin():
        for at in range(T, T + HOUR, 300):
            for group, machines in ((1, 1_000_000), (2, 2_000_000 + (at - T) // 300)):
                db.add(
                    RollupRecord(
                        seconds=300, at=at, group_id=group, release="1", status=1,
                        machines=machines,
                    )
                )  # fmt: skip
        db.add(TallyRecord(group_id=1, release="1", status=1, machines=3_000_000))
    place.now = T + HOUR
    await one.write()
    hours = await place.hours(("update_machines", ""))
    assert [(hour.low, hour.high, hour.covered) for hour in hours.values()] == [
        (3_000_000, 3_000_011, HOUR)
    ]
    place.now = T + 2 * HOUR
    await one.write()  # the service wrote nothing in this hour, and there are machines
    assert list(await place.hours(("update_machines", ""))) == [T]


async def test_a_service_without_machines_has_zeros(place: Place) -> None:
    one = place.collector(updates=True)
    place.now = T + 2 * HOUR
    await one.write()
    hours = await place.hours(("update_machines", ""))
    assert [(start, hour.high) for start, hour in hours.items()] == [(T, 0), (T + HOUR, 0)]


async def test_what_the_api_says_of_a_period(tmp_path: Path, database_url: str) -> None:
    place = Place(database_url)
    october = month(date(2025, 10, 1), "Europe/Berlin")
    peaks = [60, 58, *[12] * 29]
    for day, value in zip(october.days, peaks, strict=True):
        await place.put(SERVERS, [level(start, value) for start in day.hours])
    await place.put(("servers", "berlin"), [level(october.start, 4)])
    await place.rolled(october.days[10].end, zone="Europe/Berlin")
    await place.engine.dispose()
    async with running_console(tmp_path, database_url, billing_zone="Europe/Berlin") as console:
        console.app.state.parts.get(Collector).now = lambda: october.end + 10 * HOUR
        owner = await console.owner()
        viewer = await console.member("bill", ("billing-viewer", ("org", "main")))
        nobody = await console.member("nobody", ("viewer", ("org", "main")))
        asked = {"first": "2025-10-01", "until": "2025-11-01"}
        told = (await viewer.get("/metering/servers", params=asked)).json()
        assert (told["value"], told["aggregation"], told["zone"]) == (
            "12", "sustained:2", "Europe/Berlin",
        )  # fmt: skip
        assert [one["value"] for one in told["why"]["free"]] == [60, 58]
        assert told["why"]["source"]["day"] == "2025-10-03"
        assert [one["high"] for one in told["days"]] == peaks
        assert told["coverage"] == {
            "covered": 745 * HOUR, "expected": 745 * HOUR, "missing": 0, "partial": 0,
        }  # fmt: skip
        average = (
            await owner.get("/metering/servers", params=asked | {"aggregation": "average"})
        ).json()
        assert average["why"]["divisor"] == "745"
        assert Fraction(average["value"]) == round(
            Fraction(24 * (60 + 58 + 28 * 12) + 25 * 12, 745), 6
        )
        hours = (await viewer.get("/metering/servers/hours?day=2025-10-26")).json()["items"]
        assert len(hours) == 25
        part = (await viewer.get("/metering/servers", params=asked | {"cluster": "berlin"})).json()
        assert (part["value"], part["coverage"]["missing"]) == ("4", 744)
        csv = await viewer.get("/metering/servers/csv", params=asked)
        lines = csv.text.split("\r\n")
        assert csv.headers["content-type"] == "text/csv; charset=utf-8"
        assert len(lines) == 1 + 745 + 1
        assert lines[1] == "2025-09-30T22:00:00Z,servers,server,,60,60,60,60,3600"
        meters = (await viewer.get("/metering/meters")).json()
        (servers,) = [one for one in meters["items"] if one["name"] == "servers"]
        assert servers["clusters"] == ["berlin"]
        assert meters["first"] == october.start
        for path in ("meters", "servers", "servers/hours?day=2025-10-26", "servers/csv"):
            assert (await nobody.get(f"/metering/{path}")).status_code in {403, 404}, path


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("nothing", 404),
        ("nothing/hours?day=2026-11-01", 404),
        ("servers?aggregation=max", 422),
        ("servers?aggregation=unique", 422),
        ("servers?first=2026-11-02&until=2026-11-02", 422),
        ("servers?first=2026-11-01&until=2027-12-31", 422),
        ("servers?first=0001-01-01", 422),
        ("servers?first=9999-12-31", 422),
        ("servers?until=0001-01-01", 422),
        ("servers/hours?day=9999-12-31", 422),
        ("servers/csv?first=1999-01-01", 422),
        ("servers?cluster=%00", 422),
        ("servers?first=2026-11-05", 200),
        ("servers?until=2026-11-05", 200),
        ("servers", 200),
        ("servers/csv", 200),
    ],
)
async def test_what_is_asked_wrongly_is_said(console, path: str, status: int) -> None:
    owner = await console.owner()
    answer = await owner.get(f"/metering/{path}")
    assert answer.status_code == status, answer.text


async def test_a_running_console_meters_what_it_has(console) -> None:
    """Its own loops read; an hour that ends is written by them, without anybody asking."""
    collector = console.app.state.parts.get(Collector)
    await until(lambda: collector._gauges)
    # The next one: a clock set back by less than a minute covers that minute once.
    start = collector.now() // HOUR * HOUR + HOUR
    for minute in range(61):
        collector.now = lambda at=start + 60 * minute: at
        collector.look()

    async def written() -> list[object]:
        async with console.state.db_sessions() as db:
            query = select(col(UsageHour.meter), col(UsageHour.high), col(UsageHour.covered))
            return sorted(map(tuple, await db.execute(query)))

    async def whole() -> bool:
        return ("clusters", 0, HOUR) in await written()

    await until(whole)
