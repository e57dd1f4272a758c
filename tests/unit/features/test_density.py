"""How many events there were over time, as far as the caller may see them."""

from __future__ import annotations

import time
from typing import Any

from auth.scope import namespace
from backend.features.events.rows import EventRow
from integrations.kubernetes.summaries.events import EventSeverity
from tests.console import ConsoleApp


def event(number: int, where: str, ago: float, severity: EventSeverity) -> EventRow:
    return EventRow(
        object_group="",
        key=f"e{number}",
        source="kubernetes",
        origin="local",
        cluster="local",
        namespace=where,
        place=where,
        severity=severity,
        reason="BackOff" if severity == "warning" else "Pulled",
        object_kind="Pod",
        object_name="a",
        message="",
        count=1,
        first=time.time() - ago,
        last=time.time() - ago,
        reporter="",
    )


async def test_events_are_counted_by_time_and_severity(console: ConsoleApp) -> None:
    source: Any = console.state.registry.get("events")
    happened: list[tuple[str, float, EventSeverity]] = [
        ("web", 30, "normal"),
        ("web", 1830, "warning"),
        ("bank", 1830, "error"),
        ("web", 7200, "normal"),
    ]
    for number, (where, ago, severity) in enumerate(happened):
        source.put(event(number, where, ago, severity))
    owner = await console.owner()

    async def sums(caller, **query: object) -> tuple[int, int, int]:
        answer = (await caller.get("/events/density", params=query)).json()
        assert [len(answer[name]) for name in ("normal", "warning", "error")] == [60, 60, 60]
        return sum(answer["normal"]), sum(answer["warning"]), sum(answer["error"])

    hour = (await owner.get("/events/density")).json()
    assert (hour["seconds"], hour["normal"][-1], hour["warning"][29]) == (60, 1, 1)
    assert await sums(owner) == (1, 1, 1)
    assert await sums(owner, minutes=240) == (2, 1, 1)
    assert await sums(owner, filter="namespace=web") == (1, 1, 0)
    assert await sums(owner, q="BackOff") == (0, 1, 0)
    near = await console.member("near", ("viewer", namespace("main", "local", "web")))
    assert await sums(near) == (1, 1, 0)
    nobody = await console.member("nobody")
    assert (await nobody.get("/events/density")).status_code == 403
    assert (await owner.get("/events/density?filter=nothing=1")).status_code == 422
    assert (await owner.get("/events/density?minutes=0")).status_code == 422
