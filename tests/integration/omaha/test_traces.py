"""What was refused leaves a trace an operator finds, and no flood of it grows without bound."""

from __future__ import annotations

from typing import Any

from sqlalchemy import text

from backend.omaha.checkin.collected import KEPT, NAMES
from backend.omaha.operate.service import UpdateService
from tests.omaha_client import post
from tests.omaha_world import CHECK, NEW, OLD, ORDINARY, World, body, event, mirror


async def found(world: World, service: UpdateService) -> dict[str, Any]:
    await service.traces.flush()
    async with world.engine.connect() as connection:
        rows = await connection.execute(text("SELECT * FROM omaha_refused"))
        return {f"{row.kind} {row.ip}": row for row in rows}


async def test_each_kind_is_found_with_address_first_bytes_and_count(world, serve) -> None:
    await world.group()
    service = await serve(clock=lambda: 1_000_000.0)
    for _ in range(3):
        await post(service, b"<request><app alias='\x00", ip="192.0.2.7")
    await post(service, body(1, OLD, CHECK, track="nightly"), ip="192.0.2.8")
    await post(service, body(2, OLD, CHECK, track="nightly"), ip="192.0.2.9")
    await post(service, body(1, OLD, CHECK, appid="{0}"), ip="192.0.2.8")
    await post(service, body(1, "x", CHECK), ip="192.0.2.8")
    await post(service, body("", OLD, CHECK), ip="192.0.2.8")
    rows = await found(world, service)
    assert set(rows) == {
        *("malformed 192.0.2.7", "track 192.0.2.9", "application 192.0.2.8"),
        *("version 192.0.2.8", "machine 192.0.2.8"),
    }
    broken = rows["malformed 192.0.2.7"]
    assert (broken.requests, broken.last_at) == (3, 1_000_000.0)
    assert broken.begins.startswith("<request><app alias='")
    assert "\x00" not in broken.begins
    assert "not well-formed" in broken.why.lower()
    assert rows["track 192.0.2.9"].requests == 2
    assert "'nightly' for amd64" in rows["track 192.0.2.9"].why
    await post(service, b"<", ip="192.0.2.7")
    assert (await found(world, service))["malformed 192.0.2.7"].requests == 4


async def test_a_flood_leaves_a_bounded_trace(world, serve) -> None:
    await world.group()
    service = await serve()
    for _ in range(2):
        for number in range(KEPT + 50):
            ip = f"198.51.{_}.{number}"
            await post(service, body(1, OLD, CHECK, track=f"{_}-{number}"), ip=ip)
        await service.traces.flush()
    assert len(await service.store.query("SELECT key FROM omaha_refused")) == KEPT


async def test_one_address_that_makes_up_names_leaves_the_rows_of_others(world, serve) -> None:
    await world.group()
    moment = [1_000_000.0]
    service = await serve(clock=lambda: moment[0])
    await post(service, b"<", ip="192.0.2.7")
    await post(service, body(1, OLD, CHECK, track="nightly"), ip="192.0.2.8")
    for window in range(3):
        for number in range(KEPT):
            moment[0] += 1
            name = f"{{{window}-{number}}}"
            await post(service, body(1, OLD, CHECK, appid=name), ip="192.0.2.66")
        await post(service, body(1, OLD, CHECK, track=f"late-{window}"), ip="192.0.2.9")
        await service.traces.flush()
    rows = await service.store.query("SELECT ip, kind, why, requests FROM omaha_refused")
    of = {ip: [row for row in rows if row[0] == ip] for ip in {row[0] for row in rows}}
    assert {ip: len(found) for ip, found in of.items()} == {
        "192.0.2.7": 1, "192.0.2.8": 1, "192.0.2.9": 3, "192.0.2.66": NAMES + 1,
    }  # fmt: skip
    (further,) = [row for row in of["192.0.2.66"] if row[2].startswith("Further names")]
    assert further[1] == "application"
    assert further[3] > KEPT, "nearly all of them"


async def test_what_could_not_be_written_is_written_with_the_next(world, serve) -> None:
    await world.group()
    moment = [1_000_000.0]
    service = await serve(clock=lambda: moment[0])
    away = [("omaha_refused", "gone_refused"), ("omaha_mirror", "gone_mirror")]
    async with world.engine.begin() as connection:
        for table, gone in away:
            await connection.execute(text(f"ALTER TABLE {table} RENAME TO {gone}"))
    for _ in range(2):
        await post(service, b"<", ip="192.0.2.7")
        await post(service, mirror(), ip="192.0.2.1")
        await service.traces.flush()
        moment[0] += 10
    async with world.engine.begin() as connection:
        for table, gone in away:
            await connection.execute(text(f"ALTER TABLE {gone} RENAME TO {table}"))
    await post(service, b"<", ip="192.0.2.7")
    await service.traces.flush()
    counted = "SELECT requests, first_at, last_at FROM "
    refused = await service.store.query(f"{counted} omaha_refused")
    mirrors = await service.store.query(f"{counted} omaha_mirror")
    assert [tuple(row) for row in refused] == [(3, 1_000_000.0, 1_000_020.0)]
    assert [tuple(row) for row in mirrors] == [(2, 1_000_000.0, 1_000_010.0)]


async def test_an_alias_that_is_not_escaped_does_not_end_a_machines_updates(world, serve) -> None:
    await world.group()
    service = await serve()
    for number, alias in enumerate(('the "big" one', "R&D <2>", '"', "caf\u00e9")):
        content = body(number, OLD, ORDINARY, alias=alias)
        if number == 3:
            content = content.decode().encode("latin-1")
        reply = await post(service, content)
        assert (reply.status, reply.offered) == (200, NEW), alias
    names = await service.store.query("SELECT name FROM omaha_instance ORDER BY machine_id")
    assert [row[0] for row in names] == ['the "big" one', "R&D <2>", '"', "caf\ufffd"]


async def test_a_failure_without_a_code_is_no_success(world, serve) -> None:
    await world.group()
    service = await serve()
    assert (await post(service, body(1, OLD, ORDINARY))).offered == NEW
    await post(service, body(1, OLD, event(3, 0)))
    ((status, code),) = await service.store.query("SELECT status, error_code FROM omaha_instance")
    assert (status, code) == (3, 0)


async def test_mirrors_are_listed_by_address(world, serve) -> None:
    await world.group()
    service = await serve()
    for ip in ("192.0.2.1", "192.0.2.1", "192.0.2.2"):
        await post(service, mirror(), ip=ip)
    await service.traces.flush()
    rows = await service.store.query(
        "SELECT ip, requests, offered, release FROM omaha_mirror ORDER BY ip"
    )
    assert [tuple(row) for row in rows] == [
        ("192.0.2.1", 2, NEW, OLD),
        ("192.0.2.2", 1, NEW, OLD),
    ]
