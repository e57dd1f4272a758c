"""A real store that is full: it writes again, or it is said why not and the alarm is left."""

from __future__ import annotations

import signal
from collections.abc import Callable

import httpx2
import pytest

from integrations.etcd.trial import TRIAL_PREFIX
from tests.integration.runbooks.conftest import Site
from tests.waiting import until_sync

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

Made = Callable[..., Site]
QUOTA = "--quota-backend-bytes=3000000"


def fill(site: Site, *, keys: int = 2) -> None:
    """Until it is full: the same keys again and again, or many."""

    async def write() -> None:
        for number in range(400):
            await site.etcd.cluster.put(b"/fill/%d" % (number % keys), b"x" * 100_000)

    with pytest.raises(RuntimeError, match="database space exceeded"):
        site.etcd.run(write())
    until_sync(lambda: any(status.get("errors") for status in site.etcd.statuses()))


def alarms(site: Site) -> str:
    return site.etcd.ctl("alarm", "list").strip()


def test_a_full_store_writes_again(site: Made) -> None:
    made = site(3, QUOTA)
    fill(made)
    until_sync(lambda: made.plan("nospace")["needed"])
    plan = made.plan("nospace")
    assert "the store refuses every write" in plan["wrong"]
    (line,) = [one for one in made.http.get("/etcd/own/runbooks").json() if one["needed"]]
    assert line["id"] == "nospace"
    facts = dict(plan["facts"])
    assert facts["Quota"] == "2.9 MiB"
    until_sync(lambda: "/fill/ (2 keys)" in str(made.plan("nospace")["facts"]))
    names = [step["name"].split()[0] for step in plan["steps"]]
    assert names == ["compact", *["defragment"] * 3, "disarm", "prove"]
    until_sync(
        lambda: any(
            one["guide"] == "/key-value/own/runbooks/nospace"
            for one in made.http.get("/overview").json()["problems"]
        )
    )
    run = made.ended("nospace", made.begun("nospace"))
    assert [step["state"] for step in run["steps"]] == ["done"] * 6
    assert "are free" in run["steps"][0]["told"]
    assert "The store takes writes." in run["steps"][-1]["told"]
    assert alarms(made) == ""
    made.etcd.ctl("put", "/after", "1")
    assert made.etcd.ctl("get", "--prefix", "--keys-only", TRIAL_PREFIX.decode()).strip() == ""
    assert made.etcd.ctl("lease", "list").split()[1] == "0"
    details = [row["detail"] for row in made.entries()]
    assert any("Taken back on m" in detail for detail in details), details


def test_where_nothing_is_freed_that_is_said_and_the_alarm_stays(site: Made) -> None:
    made = site(1, QUOTA)
    fill(made, keys=400)
    # What is stored now is more than the quota: a smaller one, as after a wrong change.
    made.etcd.cluster._args = ("--quota-backend-bytes=1500000",)
    made.etcd.run(made.etcd.cluster.kill(0))
    made.etcd.run(made.etcd.cluster.revive(0))
    path = "/etcd/own/runbooks/nospace"
    until_sync(lambda: made.http.get(path).status_code == 200)
    assert made.plan("nospace")["members"][0]["quota"] == 1_500_000
    job = made.begun("nospace", pause=True)
    run = made.ended("nospace", job, "failed")
    assert "freed too little" in run["error"]
    assert "--quota-backend-bytes" in run["error"]
    assert "NOSPACE" in alarms(made)
    assert {step["name"]: step["state"] for step in run["steps"]}["disarm"] == "waiting"
    assert "still raised" in made.entries()[-1]["detail"]
    # What is left: delete, and let it go on where it stopped, or begin anew.
    made.etcd.ctl("del", "--prefix", "/fill/")
    made.ended("nospace", made.begun("nospace", pause=True))
    made.etcd.ctl("put", "/after", "1")


def test_history_that_is_kept_can_be_read_after(site: Made) -> None:
    made = site(1)
    for number in range(6):
        made.etcd.ctl("put", "/kept", str(number))
    newest = made.etcd.statuses()[0]["header"]["revision"]
    plan = made.plan("nospace")
    assert not plan["needed"]
    assert "disarm" not in [step["name"] for step in plan["steps"]]
    run = made.ended("nospace", made.begun("nospace", keep=2, pause=True))
    assert f"before revision {newest - 2}" in run["steps"][0]["title"]
    assert made.etcd.ctl("get", "/kept", f"--rev={newest - 2}").split()[1] == "3"
    with pytest.raises(RuntimeError, match="compacted"):
        made.etcd.ctl("get", "/kept", f"--rev={newest - 3}")


def test_who_leads_by_then_comes_last(site: Made) -> None:
    """Not who led when it was begun: the turn is looked at before each member."""
    made = site()
    made.etcd.holes()
    led = made.etcd.leader()
    followers = [number for number in range(3) if number != led]
    gate = made.etcd.gates[followers[0]]
    gate.hold = b"/v3/maintenance/defragment"
    job = made.begun("nospace")
    until_sync(lambda: gate.held == 1)
    statuses = made.etcd.statuses()
    other = f"{int(statuses[followers[1]]['header']['member_id']):x}"
    made.etcd.ctl("move-leader", other)
    until_sync(lambda: made.etcd.leader() == followers[1])
    gate.hold = b""
    made.ended("nospace", job)
    told = [row["detail"] for row in made.entries() if row["detail"].startswith("Defragment")]
    assert [words.split(":")[0].split(",")[0] for words in told] == [
        f"Defragment m{number + 1}" for number in (followers[0], led, followers[1])
    ]


def test_no_more_history_goes_than_was_seen_when_it_was_confirmed(site: Made) -> None:
    made = site(1)
    made.etcd.ctl("put", "/kept", "seen")
    version = made.plan("nospace")["version"]
    newest = made.etcd.statuses()[0]["header"]["revision"]
    for number in range(4):
        made.etcd.ctl("put", "/kept", str(number))
    started = made.start("nospace", version=version, pause=True)
    assert started.status_code == 202, started.text
    run = made.ended("nospace", started.json()["job"])
    assert run["steps"][0]["title"] == f"Forget history before revision {newest}"
    assert made.etcd.ctl("get", "/kept", f"--rev={newest}").split()[1] == "seen"


def test_forgetting_history_needs_a_person_who_has_just_shown_who_they_are(site: Made) -> None:
    made = site(1)
    token = made.http.post("/tokens", json={"name": "robot", "rights": ["*:*"]})
    assert token.status_code == 201, token.text
    headers = {"Authorization": f"Bearer {token.json()['secret']}"}
    api = f"{made.console.url}/api/v1"
    with httpx2.Client(base_url=api, headers=headers) as robot:
        gone = {"member": "1", "name": "n", "peer_urls": ["http://127.0.0.1:1"]}
        for refused in (
            made.start("nospace", robot, pause=True), made.start("replace", robot, **gone)
        ):  # fmt: skip
            assert refused.status_code == 403
            assert "step-up-required" in refused.json()["type"]
        # What only pauses a member needs the right alone; to go on is asked as to begin was.
        assert made.start("defragment", robot).status_code == 409
        job = made.begun("nospace", pause=True)
        refused = robot.post(f"/etcd/own/runbooks/nospace/jobs/{job}/resume")
        assert refused.status_code == 403


def test_killed_while_it_compacts_it_goes_on(site: Made) -> None:
    made = site(3, QUOTA)
    fill(made)
    gate = made.etcd.gates[made.etcd.leader()]
    gate.hold = b"/v3/kv/compaction"
    job = made.begun("nospace")
    until_sync(lambda: gate.held == 1)
    made.console.stop(signal.SIGKILL)
    gate.hold = b""
    made.console.start()
    run = made.ended("nospace", job)
    assert [step["state"] for step in run["steps"]] == ["done"] * 6
    made.etcd.ctl("put", "/after", "1")


def test_where_compaction_is_not_answered_nothing_else_is_done(site: Made) -> None:
    """Stopped in the midst: the alarm stays, which is said."""
    made = site(3, QUOTA)
    fill(made)
    gate = made.etcd.gates[made.etcd.leader()]
    gate.hold = b"/v3/kv/compaction"
    job = made.begun("nospace")
    until_sync(lambda: gate.held == 1)
    assert made.http.post(f"/jobs/{job}/cancel").status_code == 202
    made.ended("nospace", job, "cancelled")
    gate.hold = b""
    assert "The alarm is still raised" in made.entries()[-1]["detail"]
    assert "NOSPACE" in alarms(made)
