"""Defragmenting a real cluster: one member at a time, the leader last; stopped, killed, refused."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.integration.runbooks.conftest import Site
from tests.ownetcd import own_etcd
from tests.waiting import until_sync

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

Made = Callable[..., Site]
HOLD = b"/v3/maintenance/defragment"


def sizes(site: Site) -> list[int]:
    return [status["dbSize"] for status in site.etcd.statuses()]


def order(plan: dict) -> list[str]:
    names = {f"defragment {int(one['id'], 16)}": one["name"] for one in plan["members"]}
    return [names.get(step["name"], step["name"]) for step in plan["steps"]]


def test_each_member_gives_its_room_back_the_leader_last(site: Made) -> None:
    made = site()
    made.etcd.holes()
    before, leader = sizes(made), made.etcd.leader()
    plan = made.plan("defragment")
    assert order(plan) == [
        *(f"m{n + 1}" for n in range(3) if n != leader),
        "move the leader",
        f"m{leader + 1}",
    ]
    assert all(check["state"] == "ok" for step in plan["steps"] for check in step["checks"])
    assert made.http.post("/etcd/own/runbooks/defragment", json={}).status_code == 428
    assert made.start("defragment", version="other").status_code == 412
    run = made.ended("defragment", made.begun("defragment"))
    assert [step["state"] for step in run["steps"]] == ["done"] * 4
    after = sizes(made)
    assert all(new < old / 2 for new, old in zip(after, before, strict=True)), (before, after)
    assert made.etcd.leader() != leader
    assert "before" in run["steps"][0]["told"]
    rows = made.entries()
    assert [row["outcome"] for row in rows] == ["begun", *["success"] * 5]
    assert "3 members defragmented" in rows[-1]["detail"]


def test_a_console_that_is_killed_in_the_midst_goes_on(site: Made) -> None:
    made = site()
    made.etcd.holes()
    turn = [name for name in order(made.plan("defragment")) if name.startswith("m")]
    second = int(turn[1][1:]) - 1
    gate = made.etcd.gates[second]
    gate.hold = HOLD
    job = made.begun("defragment", move_leader=False)
    until_sync(lambda: gate.held == 1)
    states = [step["state"] for step in made.view("defragment", job)["steps"]]
    assert states == ["done", "running", "waiting"]
    again = made.start("defragment")
    assert again.status_code == 409
    assert again.json()["job"] == job
    made.console.stop(signal.SIGKILL)
    gate.hold = b""
    made.console.start()
    run = made.ended("defragment", job)
    assert [step["state"] for step in run["steps"]] == ["done"] * 3
    assert len(made.entries()) == 5


def test_it_is_stopped_between_steps_and_goes_on(site: Made) -> None:
    made = site()
    made.etcd.holes()
    turn = [name for name in order(made.plan("defragment")) if name.startswith("m")]
    gate = made.etcd.gates[int(turn[1][1:]) - 1]
    gate.hold = HOLD
    job = made.begun("defragment", move_leader=False)
    until_sync(lambda: gate.held == 1)
    assert made.http.post(f"/jobs/{job}/cancel").status_code == 202
    gate.hold = b""
    run = made.ended("defragment", job, "cancelled")
    assert [step["state"] for step in run["steps"]] == ["done", "stopped", "waiting"]
    last = made.entries()[-1]
    assert last["outcome"] == "failed"
    assert "Stopped between steps. All members serve." in last["detail"]
    log = [line["message"] for line in made.http.get(f"/jobs/{job}").json()["log"]]
    assert not any("undone" in line for line in log), log
    resumed = made.http.post(f"/etcd/own/runbooks/defragment/jobs/{job}/resume")
    assert resumed.status_code == 202, resumed.text
    run = made.ended("defragment", job)
    assert [step["state"] for step in run["steps"]] == ["done"] * 3


def test_a_member_whose_answer_is_not_heard_is_not_asked_again(site: Made) -> None:
    made = site()
    made.etcd.holes()
    turn = [name for name in order(made.plan("defragment")) if name.startswith("m")]
    first = int(turn[0][1:]) - 1
    before, gate = sizes(made)[first], made.etcd.gates[first]
    gate.unheard = HOLD
    run = made.ended("defragment", made.begun("defragment", move_leader=False))
    assert gate.asked == 1
    assert sizes(made)[first] < before / 2
    assert "before" in run["steps"][0]["told"]


def test_a_run_does_nothing_to_another_cluster_behind_its_connection(
    site: Made, tmp_path: Path
) -> None:
    made = site()
    made.etcd.holes()
    gate = made.etcd.gates[made.etcd.leader()]
    gate.hold = b"/v3/maintenance/transfer-leadership"
    job = made.begun("defragment")
    until_sync(lambda: gate.held == 1)
    with own_etcd(tmp_path / "other", 3) as other:
        other.holes()
        before = [status["dbSize"] for status in other.statuses()]
        made.console.stop(signal.SIGKILL)
        gate.hold = b""
        made.console.environment |= other.environment
        made.console.start()
        run = made.ended("defragment", job, "failed")
        assert "leads to another cluster" in run["error"]
        resumed = made.http.post(f"/etcd/own/runbooks/defragment/jobs/{job}/resume")
        assert resumed.status_code == 409
        assert "leads to another cluster" in resumed.json()["detail"]
        assert [status["dbSize"] for status in other.statuses()] == before
    assert run["steps"][-1]["state"] == "waiting"
    assert "leads to another cluster" in made.entries()[-1]["detail"]


def test_a_member_that_is_down_is_named_and_nothing_begins(site: Made) -> None:
    made = site()
    made.etcd.run(made.etcd.cluster.kill(1))
    refused = made.start("defragment")
    assert refused.status_code == 409
    assert "Not all members answer: m2" in refused.json()["detail"]
    assert made.entries() == []


def test_a_member_that_goes_meanwhile_ends_it_with_its_reason(site: Made) -> None:
    made = site()
    made.etcd.holes()
    turn = [name for name in order(made.plan("defragment")) if name.startswith("m")]
    first, second = (int(name[1:]) - 1 for name in turn[:2])
    gate = made.etcd.gates[first]
    gate.hold = HOLD
    job = made.begun("defragment", move_leader=False)
    until_sync(lambda: gate.held == 1)
    made.etcd.run(made.etcd.cluster.kill(second))
    gate.hold = b""
    until_sync(lambda: "Not all members answer" in made.http.get(f"/jobs/{job}").json()["stage"])
    waiting = made.view("defragment", job)
    assert waiting["steps"][0]["state"] == "running"
    made.etcd.run(made.etcd.cluster.revive(second))
    made.ended("defragment", job)


def test_a_store_of_one_answers_nothing_meanwhile_and_that_is_asked_first(site: Made) -> None:
    made = site(1)
    made.etcd.holes()
    refused = made.start("defragment")
    assert refused.status_code == 409
    assert "the store answers nothing meanwhile" in refused.json()["detail"]
    made.ended("defragment", made.begun("defragment", pause=True))


def test_it_needs_a_right_of_its_own_that_is_looked_at_before_each_step(site: Made) -> None:
    made = site()
    login = made.console.add_member(
        made.http, ("operator", "org/main/etcd/own"), ("owner", "org/main/etcd/own")
    )
    plain = made.console.add_member(made.http, ("operator", "org/main/etcd/own"))
    with made.console.signed_in(login) as person, made.console.signed_in(plain) as operator:
        assert made.start("defragment", operator.http).status_code == 403
        assert operator.http.get("/etcd/own/runbooks").status_code == 200
        turn = [name for name in order(made.plan("defragment")) if name.startswith("m")]
        gate = made.etcd.gates[int(turn[0][1:]) - 1]
        gate.hold = HOLD
        started = made.start("defragment", person.http, move_leader=False)
        assert started.status_code == 202, started.text
        until_sync(lambda: gate.held == 1)
        made.unbind(person)
        gate.hold = b""
        run = made.ended("defragment", started.json()["job"], "failed")
    assert "may not maintain own any more" in run["error"]
    assert [step["state"] for step in run["steps"]] == ["done", "waiting", "waiting"]


def test_where_changes_are_switched_off_nothing_begins(site: Made) -> None:
    made = site(1, changes="forbidden")
    first = made.plan("defragment")["steps"][0]["checks"][0]
    assert first["state"] == "failed"
    refused = made.start("defragment", pause=True)
    assert refused.status_code == 409
    assert "Changes from the console are switched off" in refused.json()["detail"]
