from __future__ import annotations

import pytest

from backend.omaha.domain.model import UpdateStatus
from backend.omaha.store.tables import (
    FleetEventRecord,
    RollupRecord,
)
from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.integration.omaha.api.enrolment import NOW, enrol
from tests.roles import VIEWER


async def test_figures_add_up(api: Api, estate: Estate) -> None:
    await enrol(
        api, estate,
        *({"status": UpdateStatus.COMPLETE, "release": "4593.2.5"} for _ in range(3)),
        *({"machine_id": f"e{n}", "status": UpdateStatus.ERROR} for n in range(1)),
    )  # fmt: skip
    for where in (f"/applications/{estate.app['id']}", f"/groups/{estate.group['id']}"):
        overview = await api.get(f"{where}/overview")
        assert overview["machines"] == 4
        assert overview["by_release"]["entries"][0] == {
            "id": None, "label": "4593.2.5", "machines": 3, "percent": 75.0,
        }  # fmt: skip
        assert {e["label"]: e["machines"] for e in overview["by_status"]["entries"]} == {
            "complete": 3, "error": 1,
        }  # fmt: skip
        assert overview["by_channel"]["entries"][0]["label"] == "stable"
        assert overview["by_group"]["entries"][0]["label"] == "Production"
        assert overview["silent_at"] is None
    cut = await api.get(f"/applications/{estate.app['id']}/breakdown", by="release", limit=1)
    assert (len(cut["entries"]), cut["others"]) == (1, 1)
    none = await api.get(f"/applications/{estate.app['id']}/breakdown", by="status", group_id=9999)
    assert none == {"machines": 0, "entries": [], "others": 0}


async def test_the_timeline_has_a_point_for_every_time(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with api.db_sessions() as session:
        for at, status, machines in ((300.0, 4, 5), (600.0, 4, 7), (600.0, 3, 1)):
            session.add(
                RollupRecord(
                    seconds=300, at=at, group_id=estate.group["id"], release="1.0.0",
                    status=status, machines=machines,
                )
            )  # fmt: skip
        await session.commit()
    where = f"/groups/{estate.group['id']}/timeline"
    line = await api.get(where, since=0, until=1000)
    assert line["seconds"] == 300
    assert {s["label"]: s["points"] for s in line["series"]} == {
        "complete": [[300.0, 5], [600.0, 7]], "error": [[300.0, 0], [600.0, 1]],
    }  # fmt: skip
    by_release = await api.get(where, by="release", since=0, until=1000)
    assert by_release["series"][0]["points"] == [[300.0, 5], [600.0, 8]]
    wide = await api.get(where, since=0, until=86_400 * 200)
    assert wide["seconds"] == 86_400
    monkeypatch.setattr("backend.omaha.catalog.figures.MAX_ROWS", 1)
    day = await api.get(where, since=0, until=86_400)
    assert day["seconds"] == 86_400 / 12, "never less than a dozen points"
    answer = await api.http.get(f"/api/v1/updates{where}", params={"since": 5, "until": 5})
    assert answer.status_code == 422


async def test_events_are_filtered_by_what_the_caller_may_see(api: Api, estate: Estate) -> None:
    async with api.db_sessions() as session:
        for kind, where in (
            (5, {"group_id": estate.group["id"]}), (2, {"group_id": 999}),
            (11, {"application_id": estate.app["id"]}), (11, {}),
        ):  # fmt: skip
            session.add(FleetEventRecord(at=NOW, kind=kind, severity=4, **where))
        await session.commit()
    assert len(await api.rows("update-events", "kind=instance_failed", "severity=error")) == 1
    app = (*ROOT, "updates", str(estate.app["id"]))
    api.as_((VIEWER, app))
    assert len(await api.rows("update-events")) == 2
    api.as_((VIEWER, (*app, "group", str(estate.group["id"]))))
    assert len(await api.rows("update-events")) == 1
