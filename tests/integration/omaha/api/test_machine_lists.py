from __future__ import annotations

import pytest

from backend.omaha.domain.model import Reason, Status
from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.integration.omaha.api.enrolment import NOW, enrol, every, path
from tests.roles import VIEWER


async def test_lists_are_narrowed_counted_and_paged(api: Api, estate: Estate) -> None:
    other = await api.make(
        f"/applications/{estate.app['id']}/groups", name="Other", track="o", arch="amd64"
    )
    ids = await enrol(
        api, estate,
        *({"machine_id": f"a{n}", "status": Status.ERROR, "error_code": 268435466}
          for n in range(4)),
        *({"machine_id": f"b{n}", "release": "4593.2.5", "status": Status.COMPLETE}
          for n in range(4)),
        {"machine_id": "c0", "group_id": other["id"], "status": Status.ON_HOLD,
         "reason": Reason.PERIOD_LIMIT, "last_seen": NOW - 90_000, "oem": "azure"},
        {"machine_id": "d0", "hidden": True},
    )  # fmt: skip
    errors, complete, held, hidden = ids[:4], ids[4:8], ids[8], ids[9]
    where = path(estate)
    for filters, expected, total in (
        ({}, ids[:9], 9),
        ({"status": "error"}, errors, 4),
        ({"release": "4593.2.5"}, complete, 4),
        ({"status": "complete", "release": "4593.2.5"}, complete, 4),
        ({"status": "error", "release": "4593.2.5"}, [], 0),
        ({"group_id": other["id"]}, [held], 1),
        ({"group_id": estate.group["id"]}, errors + complete, 8),
        ({"channel_id": estate.channel["id"], "status": "error"}, errors, 4),
        ({"reason": "period_limit"}, [held], None),
        ({"oem": "azure"}, [held], None),
        ({"arch": "aarch64"}, [], None),
        ({"seen_before": NOW - 80_000}, [held], None),
        ({"seen_since": NOW - 80_000, "status": "error"}, errors, None),
        ({"hidden": "true"}, [hidden], None),
    ):
        assert await every(api, where, **filters) == expected, filters
        page = await api.get(where, **filters)
        assert page["total"] == total, filters
    machine = (await api.get(where, status="error"))["items"][0]
    assert machine["error"]["base"] == 10
    assert machine["error"]["name"] == "Wrong checksum"
    assert machine["group"]["name"] == "Production"


async def test_a_rare_filter_goes_on_window_by_window(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.omaha.catalog.window.WINDOW", 5)
    ids = await enrol(api, estate, *({"oem": "rare" if n == 17 else ""} for n in range(20)))
    first = await api.get(path(estate), oem="rare", limit=2)
    assert first["items"] == []
    assert first["next"] is not None
    assert await every(api, path(estate), oem="rare") == [ids[17]]


async def test_machines_are_found_by_the_beginning_of_id_name_and_address(
    api: Api, estate: Estate
) -> None:
    ids = await enrol(
        api, estate,
        {"machine_id": "abc1", "name": "node-1", "ip": "10.0.0.1"},
        {"machine_id": "abd2", "name": "NODE-2", "ip": "10.0.0.2"},
        {"machine_id": "fff3", "name": "abc", "ip": "fd00::1"},
    )  # fmt: skip
    for text, expected in (
        ("abc", {ids[0], ids[2]}), ("ABC", {ids[0], ids[2]}), ("ab", {ids[0], ids[1], ids[2]}),
        ("{abd2}", {ids[1]}), ("node-", {ids[0], ids[1]}), ("10.0.0.2", {ids[1]}),
        ("FD00", {ids[2]}), ("%%", set()), ("zz", set()), ("x\U0010ffff", set()),
    ):  # fmt: skip
        found = await api.get("/instances", q=text)
        assert {item["id"] for item in found["items"]} == expected, text
        assert found["more"] is False
    limited = await api.get("/instances", q="ab", limit=2)
    assert len(limited["items"]) == 2
    assert limited["more"] is True
    app = (*ROOT, "updates", str(estate.app["id"]))
    for scope, seen in (
        (app, 1), ((*app, "group", str(estate.group["id"])), 1), ((*app, "group", "999"), 0),
    ):  # fmt: skip
        api.as_((VIEWER, scope))
        assert len((await api.get("/instances", q="10.0.0.2"))["items"]) == seen
