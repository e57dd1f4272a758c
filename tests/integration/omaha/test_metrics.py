"""What Prometheus is told of the service, scraped from a real process and the console."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy.ext.asyncio import AsyncSession

from backend.omaha.catalog import files as hosted
from backend.omaha.domain.rules import RolloutPolicy
from backend.omaha.payloads.digest import digest_file
from backend.omaha.payloads.files import PayloadFiles
from tests.omaha_server import Server
from tests.omaha_world import NEW, OLD, ORDINARY, PING, World, body, event, machine_id

pytestmark = pytest.mark.timeout(600)

ONE = RolloutPolicy(enabled=True, safe_mode=False, max_updates_per_period=1)
Samples = dict[tuple[str, frozenset[str]], float]


def samples(text: str) -> Samples:
    """(name, label values) → value."""
    return {
        (sample.name, frozenset(sample.labels.values()) - {""}): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def host(world: World, home: Path, content: bytes) -> None:
    """A payload called ``p.gz``."""
    store = PayloadFiles(home / "payloads", reserve=0)
    part = store.temporary()
    part.write_bytes(content)
    digest = digest_file(part).digest()
    assert digest.sha256 == hashlib.sha256(content).hexdigest()
    store.adopt(part, digest)
    async with AsyncSession(world.engine) as session, session.begin():
        await hosted.register(session, "p.gz", digest)


async def drive(http: httpx2.AsyncClient) -> None:
    """Machine 0 is granted and fails, 1 is held, 2 is up to date and comes twice."""

    async def say(number: int, release: str, *inner: str, track: str = "stable") -> None:
        answer = await http.post("/v1/update", content=body(number, release, *inner, track=track))
        assert answer.status_code == 200

    await say(0, OLD, ORDINARY)
    await say(1, OLD, ORDINARY)
    await say(2, NEW, ORDINARY)
    await say(2, NEW, ORDINARY)
    await say(2, NEW, PING)
    await say(3, NEW, ORDINARY, track="nowhere")
    await say(0, OLD, event(13, 1))
    await say(0, OLD, event(3, 0, code=268435466))
    assert (await http.post("/v1/update", content=b"<request")).status_code == 400


async def test_what_was_asked_and_answered_is_counted(world, database_url, tmp_path) -> None:
    await world.group(policy=ONE)
    await host(world, tmp_path, b"x" * 70_000)
    server = await Server(database_url, tmp_path).ready()
    try:
        async with httpx2.AsyncClient(base_url=server.base, timeout=60) as http:
            await drive(http)
            part = await http.get("/v1/payloads/p.gz", headers={"range": "bytes=0-999"})
            assert (part.status_code, len(part.content)) == (206, 1000)
            assert (await http.get("/v1/payloads/none.gz")).status_code == 404
            text = (await http.get("/metrics")).text
            proxied = await http.get("/metrics", headers={"x-forwarded-for": "192.0.2.9"})
            assert proxied.status_code == 403
    finally:
        server.stop()
    found = samples(text)
    for name, labels, value in (
        ("checks_total", {"update"}, 1),
        ("checks_total", {"noupdate", "period_limit"}, 1),
        ("checks_total", {"noupdate", "up_to_date"}, 2),
        ("checks_total", {"noupdate", "paused"}, 0),
        ("checks_total", {"report"}, 3),
        ("checks_total", {"error"}, 1),
        ("grants_total", {"new"}, 1),
        ("events_total", {"download_started"}, 1),
        ("events_total", {"failed"}, 1),
        ("status_changes_total", {"error"}, 1),
        ("failures_total", {"10"}, 1),
        ("refused_total", {"400"}, 1),
        ("payload_requests_total", {"206"}, 1),
        ("payload_requests_total", {"404"}, 1),
        ("payload_bytes_total", set(), 1000),
        ("batch_reports_count", set(), found["craton_updates_batch_seconds_count", frozenset()]),
        ("remembered_machines", set(), 3),
    ):
        assert found[f"craton_updates_{name}", frozenset(labels)] == value, (name, labels)
    assert found["craton_updates_batch_wait_seconds_sum", frozenset()] > 0
    for number in range(4):
        assert machine_id(number) not in text
    assert len([line for line in text.splitlines() if line.startswith("craton_updates")]) < 150


async def test_the_labels_stay_few_whatever_machines_send(world, database_url, tmp_path) -> None:
    await world.group()
    server = await Server(database_url, tmp_path).ready()
    try:
        async with httpx2.AsyncClient(base_url=server.base, timeout=60) as http:
            for number in range(40):
                for inner in (ORDINARY, event(number + 20, number), event(3, 0, code=number * 97)):
                    await http.post("/v1/update", content=body(number, OLD, inner))
            text = (await http.get("/metrics")).text
    finally:
        server.stop()
    assert samples(text)["craton_updates_events_total", frozenset({"other"})] == 40
    assert len([line for line in text.splitlines() if line.startswith("craton_updates")]) < 150


async def test_workers_are_shown_together(world, database_url, tmp_path) -> None:
    await world.group()
    server = await Server(database_url, tmp_path, workers=2).ready()
    try:
        for number in range(12):
            async with httpx2.AsyncClient(base_url=server.base, timeout=60) as http:
                await http.post("/v1/update", content=body(number, NEW, ORDINARY))
        async with httpx2.AsyncClient(base_url=server.base, timeout=60) as http:
            for _ in range(300):
                found = samples((await http.get("/metrics")).text)
                total = sum(
                    found.get(("craton_updates_checks_total", frozenset(labels)), 0)
                    for labels in (
                        {"noupdate", "up_to_date", "0"}, {"noupdate", "up_to_date", "1"},
                    )
                )  # fmt: skip
                if total == 12:
                    break
                await asyncio.sleep(0.2)
    finally:
        server.stop()
    assert total == 12
    assert found["craton_updates_worker_restarts_total", frozenset({"0"})] == 0


async def test_the_console_shows_them_too(console) -> None:
    caller = console.caller()
    answer = await caller.get("http://127.0.0.1:8080/metrics")
    assert answer.status_code == 200
    found = samples(answer.text)
    assert ("craton_updates_checks_total", frozenset({"update"})) in found
    assert found["craton_updates_remembered_machines", frozenset()] >= 0
    assert ("craton_updates_payload_bytes_total", frozenset()) in found
