from __future__ import annotations

from backend.omaha.domain.model import GrantState, UpdateStatus
from backend.omaha.store.tables import (
    HistoryRecord,
)
from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.integration.omaha.api.enrolment import NOW, enrol, rollout
from tests.roles import OPERATOR, VIEWER


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
    app = (*ROOT, "updates", str(estate.app["id"]))
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
    async with api.db_sessions() as session:
        for n in range(5):
            session.add(
                HistoryRecord(
                    instance_id=key, group_id=estate.group["id"], at=NOW + n,
                    status=UpdateStatus.ERROR, release="4593.2.5", error_code=2404,
                )
            )  # fmt: skip
        await session.commit()
    told = await api.get(f"/instances/{key}/history")
    entries = [entry["id"] for entry in told["items"]]
    assert (len(entries), told["more"]) == (5, False)
    assert entries == sorted(entries, reverse=True)
    part = await api.get(f"/instances/{key}/history", limit=2)
    assert ([entry["id"] for entry in part["items"]], part["more"]) == (entries[:2], True)
    newest = told["items"][0]
    assert newest["error"]["name"] == "HTTP 404"


async def test_failed_machines_are_retried_one_or_all(api: Api, estate: Estate) -> None:
    number = await rollout(api, estate, failed=3)
    failed = {
        "rollout_id": number, "grant_state": GrantState.FAILED, "status": UpdateStatus.ERROR,
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
