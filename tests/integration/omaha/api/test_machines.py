from __future__ import annotations

import time
from collections import Counter
from typing import Any

import pytest

from auth.role import OPERATOR, VIEWER
from backend.omaha.model import Grant, Reason, Status
from backend.omaha.tables import (
    ActivityRow,
    CounterRow,
    GroupRow,
    HistoryRow,
    InstanceRow,
    RolloutRow,
    RollupRow,
    TallyRow,
)
from tests.integration.omaha.api.conftest import ROOT, Api, Estate

NOW = time.time()


async def enrol(api: Api, estate: Estate, *machines: dict[str, Any]) -> list[int]:
    """Put machines into the database as the engine would, counts included."""
    rows = []
    tally: Counter[tuple[int, str, int]] = Counter()
    for number, given in enumerate(machines):
        fields = {
            "application_id": estate.app["id"], "group_id": estate.group["id"],
            "machine_id": f"{number:032x}", "release": "4459.2.0", "arch": 1, "track": "stable",
            "status_at": NOW, "created_at": NOW, "last_seen": NOW, **given,
        }  # fmt: skip
        rows.append(InstanceRow(**fields))
        if not rows[-1].hidden:
            tally[rows[-1].group_id, rows[-1].release, rows[-1].status] += 1
    async with api.sessions() as session:
        session.add_all(rows)
        for (group, release, status), number in tally.items():
            session.add(TallyRow(group_id=group, release=release, status=status, machines=number))
        for group in {row.group_id for row in rows}:
            if await session.get(CounterRow, group) is None:
                session.add(CounterRow(group_id=group))
        await session.commit()
    return [row.id for row in rows]


async def rollout(api: Api, estate: Estate, **fields: Any) -> int:
    """A rollout in force towards the new version, as the service opens it."""
    async with api.sessions() as session:
        row = RolloutRow(
            group_id=estate.group["id"], package_id=estate.new["id"], release="4593.2.5",
            created_at=NOW, **fields,
        )  # fmt: skip
        session.add(row)
        if await session.get(CounterRow, estate.group["id"]) is None:
            session.add(CounterRow(group_id=estate.group["id"]))
        await session.flush()
        group = await session.get(GroupRow, estate.group["id"])
        group.rollout_id = row.id
        await session.commit()
        return row.id


def path(estate: Estate) -> str:
    return f"/applications/{estate.app['id']}/instances"


async def every(api: Api, where: str, **filters: Any) -> list[int]:
    got, cursor = [], ""
    while cursor is not None:
        page = await api.get(where, limit=3, cursor=cursor, **filters)
        got += [item["id"] for item in page["items"]]
        cursor = page["next"]
    return got


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
    app = (*ROOT, "updates", "app", str(estate.app["id"]))
    for scope, seen in (
        (app, 1), ((*app, "group", str(estate.group["id"])), 1), ((*app, "group", "999"), 0),
    ):  # fmt: skip
        api.as_((VIEWER, scope))
        assert len((await api.get("/instances", q="10.0.0.2"))["items"]) == seen


async def test_a_machine_is_named_hidden_moved_and_deleted_with_its_counts(
    api: Api, estate: Estate
) -> None:
    other = await api.make(
        f"/applications/{estate.app['id']}/groups", name="Other", track="o", arch="amd64"
    )
    (key,) = await enrol(api, estate, {})
    where = f"/instances/{key}"
    assert (await api.send("PATCH", where, {"name": "x"})).status_code == 428
    named = await api.patch(where, 1, name="web-1")
    assert (named.json()["name"], named.json()["named"]) == ("web-1", True)
    stale = await api.patch(where, 1, name="web-2")
    assert stale.status_code == 412
    assert stale.json()["current"]["name"] == "web-1"
    version = named.json()["version"]
    moved = await api.patch(where, version, group_id=other["id"])
    assert moved.status_code == 200, moved.text
    assert moved.json()["group"]["name"] == "Other"
    assert moved.json()["pinned"] is True
    assert (await api.get(f"/groups/{other['id']}"))["machines"] == 1
    assert (await api.get(f"/groups/{estate.group['id']}"))["machines"] == 0
    hidden = await api.patch(where, moved.json()["version"], hidden=True)
    assert hidden.json()["hidden"] is True
    assert (await api.get(f"/groups/{other['id']}"))["machines"] == 0
    unpinned = await api.patch(where, hidden.json()["version"], group_id=None, hidden=False)
    assert unpinned.json()["pinned"] is False
    refused = await api.delete(f"/groups/{other['id']}", 1)
    assert refused.status_code == 409
    assert refused.json()["machines"] == 1
    gone = await api.delete(where, unpinned.json()["version"])
    assert gone.status_code == 204
    assert (await api.send("GET", where)).status_code == 404
    assert (await api.get(f"/groups/{other['id']}"))["machines"] == 0
    assert (await api.delete(f"/groups/{other['id']}", 1)).status_code == 204


async def test_moving_needs_the_right_on_both_sides(api: Api, estate: Estate) -> None:
    other = await api.make(
        f"/applications/{estate.app['id']}/groups", name="Other", track="o", arch="amd64"
    )
    (key,) = await enrol(api, estate, {})
    app = (*ROOT, "updates", "app", str(estate.app["id"]))
    api.as_((OPERATOR, (*app, "group", str(estate.group["id"]))))
    refused = await api.patch(f"/instances/{key}", 1, group_id=other["id"])
    assert refused.status_code == 404
    api.as_((VIEWER, app), (OPERATOR, (*app, "group", str(estate.group["id"]))))
    refused = await api.patch(f"/instances/{key}", 1, group_id=other["id"])
    assert refused.status_code == 403
    assert (await api.patch(f"/instances/{key}", 1, name="mine")).status_code == 200
    api.as_((VIEWER, app))
    assert (await api.patch(f"/instances/{key}", 2, name="x")).status_code == 403
    assert (await api.delete(f"/instances/{key}", 2)).status_code == 403


async def test_history_is_read_newest_first_with_errors_in_words(api: Api, estate: Estate) -> None:
    (key,) = await enrol(api, estate, {})
    async with api.sessions() as session:
        for n in range(5):
            session.add(
                HistoryRow(
                    instance_id=key, group_id=estate.group["id"], at=NOW + n,
                    status=Status.ERROR, release="4593.2.5", error_code=2404,
                )
            )  # fmt: skip
        await session.commit()
    entries = await every(api, f"/instances/{key}/history")
    assert len(entries) == 5
    assert entries == sorted(entries, reverse=True)
    newest = (await api.get(f"/instances/{key}/history"))["items"][0]
    assert newest["error"]["name"] == "HTTP 404"


async def test_failed_machines_are_retried_one_or_all(api: Api, estate: Estate) -> None:
    number = await rollout(api, estate, failed=3)
    failed = {
        "rollout_id": number, "grant_state": Grant.FAILED, "status": Status.ERROR,
        "granted_release": "4593.2.5", "error_code": 44,
    }  # fmt: skip
    ids = await enrol(api, estate, failed, failed, failed, {})
    one = await api.send("POST", f"/instances/{ids[0]}/retry", if_match='"1"')
    assert one.status_code == 200, one.text
    assert one.json()["grant"] == "none"
    assert one.json()["error"] is None
    refused = await api.send("POST", f"/instances/{ids[3]}/retry", if_match='"1"')
    assert refused.status_code == 409
    rest = await api.send("POST", f"/rollouts/{number}/retry", if_match='"1"')
    assert rest.json() == {"retried": 2, "left": 0}
    assert (await api.get(f"/rollouts/{number}"))["failed"] == 0


async def test_a_rollout_is_paused_resumed_aborted_and_started(api: Api, estate: Estate) -> None:
    number = await rollout(api, estate)
    where = f"/rollouts/{number}"
    assert (await api.send("POST", f"{where}/pause", {})).status_code == 428
    paused = await api.send("POST", f"{where}/pause", {"reason": "see ticket"}, if_match='"1"')
    assert (paused.json()["state"], paused.json()["reason"]) == ("paused", "see ticket")
    again = await api.send("POST", f"{where}/pause", {}, if_match=paused.headers["etag"])
    assert again.status_code == 409
    stale = await api.send("POST", f"{where}/resume", if_match='"1"')
    assert stale.status_code == 412
    resumed = await api.send("POST", f"{where}/resume", if_match=paused.headers["etag"])
    assert resumed.json()["state"] == "active"
    aborted = await api.send(
        "POST", f"{where}/abort", {"reason": "bad"}, if_match=resumed.headers["etag"]
    )
    assert aborted.json()["state"] == "aborted"
    group = f"/groups/{estate.group['id']}"
    started = await api.send("POST", f"{group}/start", if_match='"1"')
    assert started.status_code == 200, started.text
    assert started.json()["rollout"] is None, "the service opens a fresh one"
    assert started.json()["policy"]["enabled"] is True
    listed = await api.get(f"{group}/rollouts")
    assert [r["id"] for r in listed["items"]] == [number]
    kinds = {a["kind"] for a in (await api.get("/activity"))["items"]}
    assert {"rollout_paused", "rollout_resumed", "rollout_aborted"} <= kinds
    assert [a for a, _, _ in api.audited][-4:] == [
        "update-group:pause", "update-group:resume", "update-group:abort", "update-group:start",
    ]  # fmt: skip


async def test_start_switches_a_group_on(api: Api, estate: Estate) -> None:
    base = f"/groups/{estate.group['id']}"
    off = await api.patch(f"{base}/policy", 1, enabled=False)
    assert off.json()["policy"]["enabled"] is False
    on = await api.send("POST", f"{base}/start", if_match='"2"')
    assert on.json()["policy"]["enabled"] is True
    assert on.json()["version"] == 3


async def test_a_group_is_rolled_back(api: Api, estate: Estate) -> None:
    base = f"/groups/{estate.group['id']}"
    body = {"package_id": estate.old["id"]}
    back = await api.send("POST", f"{base}/rollback", body, if_match='"1"')
    assert back.status_code == 200, back.text
    assert back.json()["channel"]["package"]["release"] == "4459.2.0"
    assert back.json()["policy"]["allow_downgrade"] is True
    again = await api.send("POST", f"{base}/rollback", body, if_match=back.headers["etag"])
    assert again.status_code == 409


async def test_a_rollback_does_not_take_other_groups_along(api: Api, estate: Estate) -> None:
    other = await api.make(
        f"/applications/{estate.app['id']}/groups", name="Other", track="o", arch="amd64",
        channel_id=estate.channel["id"],
    )  # fmt: skip
    base = f"/groups/{estate.group['id']}"
    body = {"package_id": estate.old["id"]}
    refused = await api.send("POST", f"{base}/rollback", body, if_match='"1"')
    assert refused.status_code == 409
    assert refused.json()["used_by"] == [{"kind": "group", "id": other["id"], "name": "Other"}]
    back = await api.send("POST", f"{base}/rollback", body | {"detach": True}, if_match='"1"')
    assert back.json()["channel"]["id"] != estate.channel["id"]
    untouched = await api.get(f"/groups/{other['id']}")
    assert untouched["channel"]["package"]["release"] == "4593.2.5"
    app = (*ROOT, "updates", "app", str(estate.app["id"]))
    api.as_((OPERATOR, (*app, "group", str(other["id"]))))
    refused = await api.send("POST", f"/groups/{other['id']}/rollback", body, if_match='"1"')
    assert refused.status_code == 404, "a channel is the application's, not the group's"


async def test_figures_add_up(api: Api, estate: Estate) -> None:
    await enrol(
        api, estate,
        *({"status": Status.COMPLETE, "release": "4593.2.5"} for _ in range(3)),
        *({"machine_id": f"e{n}", "status": Status.ERROR} for n in range(1)),
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
    async with api.sessions() as session:
        for at, status, machines in ((300.0, 4, 5), (600.0, 4, 7), (600.0, 3, 1)):
            session.add(
                RollupRow(
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


async def test_activity_is_filtered_by_what_the_caller_may_see(api: Api, estate: Estate) -> None:
    async with api.sessions() as session:
        for kind, group in ((5, estate.group["id"]), (2, 999), (13, None)):
            session.add(ActivityRow(at=NOW, kind=kind, severity=4, group_id=group))
        await session.commit()
    failed = await api.get("/activity", kind="instance_failed", severity="error")
    assert len(failed["items"]) == 1
    assert len((await api.get("/activity", application_id=estate.app["id"]))["items"]) == 2
    app = (*ROOT, "updates", "app", str(estate.app["id"]))
    api.as_((VIEWER, app))
    assert len((await api.get("/activity"))["items"]) == 2
    api.as_((VIEWER, (*app, "group", str(estate.group["id"]))))
    assert len((await api.get("/activity"))["items"]) == 1


async def test_a_preview_says_who_would_get_what_and_writes_nothing(
    api: Api, estate: Estate
) -> None:
    await enrol(
        api, estate,
        *({"machine_id": f"old{n}", "oem": "azure" if n < 4 else "qemu"} for n in range(10)),
        *({"machine_id": f"new{n}", "release": "4593.2.5", "status": Status.COMPLETE}
          for n in range(5)),
    )  # fmt: skip
    where = f"/groups/{estate.group['id']}/preview"

    async def ask(**draft: Any) -> dict[str, Any]:
        answer = await api.send("POST", where, draft)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        body["held"] = {h["reason"]: h["machines"] for h in body["held"]}
        return body

    present = await ask()
    assert (present["machines"], present["eligible"], present["now"]) == (15, 10, 1)
    assert present["held"] == {"up_to_date": 5}
    assert present["exact"] is True
    assert present["target"] == "4593.2.5"
    off = await ask(policy={"enabled": False})
    assert off["held"] == {"disabled": 10, "up_to_date": 5}
    assert (off["eligible"], off["now"]) == (0, 0)
    wide = await ask(policy={"enabled": True, "safe_mode": False, "max_updates_per_period": 4,
                             "oem": {"exclude": ["Azure"]}})  # fmt: skip
    assert wide["held"] == {"oem_filtered": 4, "up_to_date": 5}
    assert (wide["eligible"], wide["now"]) == (6, 4)
    assert wide["at_least_hours"] == 0.25
    free = await ask(policy={"enabled": True, "safe_mode": False, "max_updates_per_period": None,
                             "schedule": {"spread": "percent", "percent": 0}})  # fmt: skip
    assert free["held"]["not_yet_selected"] == 10
    back = await ask(package_id=estate.old["id"])
    assert back["held"] == {"up_to_date": 10, "newer_than_channel": 5}
    assert (await api.get(f"/groups/{estate.group['id']}"))["version"] == 1
    wrong = await api.send("POST", where, {"package_id": 999})
    assert wrong.status_code == 404


async def test_a_large_group_is_sampled_and_scaled_to_the_tally(
    api: Api, estate: Estate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.omaha.catalog.preview.EVERYBODY", 40)
    await enrol(api, estate, *({"oem": ("azure", "qemu")[n % 2]} for n in range(400)))
    draft = {"policy": {"enabled": True, "oem": {"include": ["azure"]}}}
    answer = await api.send("POST", f"/groups/{estate.group['id']}/preview", draft)
    body = answer.json()
    assert body["exact"] is False
    assert body["sampled"] <= 40
    held = body["held"][0]["machines"]
    assert held + body["eligible"] == 400
    assert 120 <= held <= 280
