from __future__ import annotations

from tests.integration.omaha.api.conftest import ROOT, Api, Estate
from tests.integration.omaha.api.enrolment import rollout
from tests.roles import OPERATOR


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
    assert [r.key for r in await api.rows("rollouts")] == [str(number)]
    assert [a for a, _, _ in await api.audited()][-4:] == [
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
    app = (*ROOT, "updates", str(estate.app["id"]))
    api.as_((OPERATOR, (*app, "group", str(other["id"]))))
    refused = await api.send("POST", f"/groups/{other['id']}/rollback", body, if_match='"1"')
    assert refused.status_code == 404, "a channel is the application's, not the group's"
