"""A real store that is full: it writes again, or it is said why not and the alarm is left."""

from __future__ import annotations

import signal
from collections.abc import Callable

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
