"""A real cluster loses a member: it is removed, a new one joins, catches up, and votes."""

from __future__ import annotations

import json
import shutil
import signal
from collections.abc import Callable

import pytest

from tests.integration.runbooks.conftest import Object, Site
from tests.waiting import until_sync

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

Made = Callable[..., Site]


def lose(site: Site, number: int) -> None:
    """Its process and its data."""
    site.etcd.run(site.etcd.cluster.kill(number))
    until_sync(lambda: site.etcd.leader() != number)
    shutil.rmtree(site.etcd.cluster._folder / f"m{number + 1}")


def members(site: Site) -> list[Object]:
    return json.loads(site.etcd.ctl("member", "list", "-w", "json"))["members"]


def body(site: Site, **changes: object) -> Object:
    """As the page's form has it to begin with: at the lost one's address, under its name."""
    lost = next(one for one in site.plan("replace")["members"] if not one["answers"])
    return {
        "member": lost["id"], "name": lost["name"], "peer_urls": lost["peer_urls"], **changes,
    }  # fmt: skip


def step(run: Object, name: str) -> Object:
    return next(one for one in run["steps"] if one["name"] == name)


def test_a_lost_member_is_replaced_and_votes(site: Made) -> None:
    made = site()
    made.etcd.ctl("put", "/before", "1")
    lose(made, 1)
    until_sync(lambda: made.plan("replace")["needed"])
    plan = made.plan("replace")
    assert "m2 does not answer: 2 of 3 members answer, 2 needed" in plan["wrong"]
    words = " ".join(check["words"] for check in plan["steps"][0]["checks"])
    assert "Without it 2 members are left, of which 2 answer; 2 are needed." in words
    until_sync(
        lambda: any(
            one["guide"] == "/key-value/own/runbooks/replace"
            for one in made.http.get("/overview").json()["problems"]
        )
    )
    old = next(int(one["ID"]) for one in members(made) if one["name"] == "m2")
    job = made.begun("replace", **body(made))
    until_sync(lambda: "waits for m2 to start" in made.view("replace", job)["stage"])
    run = made.view("replace", job)
    assert [one["state"] for one in run["steps"]] == ["done", "done", "running", "waiting"]
    command = step(run, "start")["command"]
    assert "--initial-cluster-state existing" in command
    peer = made.etcd.cluster._peer
    assert all(f"m{n + 1}=http://127.0.0.1:{port}" in command for n, port in enumerate(peer))
    assert len(members(made)) == 3
    assert next(one for one in members(made) if not one.get("name"))["isLearner"]
    # The console dies meanwhile: it goes on waiting.
    made.console.stop(signal.SIGKILL)
    made.console.start()
    until_sync(lambda: step(made.view("replace", job), "start")["state"] == "running")
    made.etcd.run(made.etcd.cluster.revive(1, "existing"))
    run = made.ended("replace", job)
    assert "m2 votes: 3 members, 1 of them may fail." in step(run, "promote")["told"]
    now = members(made)
    assert len(now) == 3
    assert old not in {int(one["ID"]) for one in now}
    assert not any(one.get("isLearner") for one in now)
    assert made.etcd.ctl("get", "/before", "--print-value-only").strip() == "1"
    # It carries the quorum: another may be lost now.
    made.etcd.run(made.etcd.cluster.kill(0))
    made.etcd.run(made.etcd.cluster.put(b"/after", b"1"))


def test_one_that_answers_is_not_removed(site: Made) -> None:
    made = site()
    given = made.plan("replace")["members"][0]
    refused = made.start("replace", member=given["id"], name="m9", peer_urls=["http://127.0.0.1:1"])
    assert refused.status_code == 409
    assert "answers: it is not lost" in refused.json()["detail"]
    assert len(members(made)) == 3


def test_nothing_is_removed_without_a_quorum(site: Made) -> None:
    made = site()
    lose(made, 1)
    made.etcd.run(made.etcd.cluster.kill(2))
    refused = made.start("replace", **body(made))
    assert refused.status_code == 409
    assert "the quorum is lost" in refused.json()["detail"]
    made.etcd.run(made.etcd.cluster.revive(2))
    until_sync(lambda: len(members(made)) == 3)


def test_of_two_none_is_removed(site: Made) -> None:
    """etcd itself could not agree to it: one of two is no quorum."""
    made = site(2)
    made.etcd.run(made.etcd.cluster.kill(1))
    refused = made.start("replace", **body(made))
    assert refused.status_code == 409
    assert "2 must agree to remove one" in refused.json()["detail"]


def test_what_etcd_refuses_is_said_in_words_and_stopping_says_how_it_is_left(site: Made) -> None:
    made = site()
    lose(made, 2)
    taken = next(one for one in made.plan("replace")["members"] if one["answers"])
    refused = made.start("replace", **body(made, peer_urls=taken["peer_urls"]))
    assert refused.status_code == 409
    assert "has this peer URL" in refused.json()["detail"]
    job = made.begun("replace", **body(made))
    until_sync(lambda: "waits for m3 to start" in made.view("replace", job)["stage"])
    assert made.http.post(f"/jobs/{job}/cancel").status_code == 202
    run = made.ended("replace", job, "cancelled")
    assert step(run, "start")["state"] == "stopped"
    left = made.entries()[-1]["detail"]
    assert "The lost member is removed; the new one" in left
    assert "etcdctl member remove" in left
    made.etcd.run(made.etcd.cluster.revive(2, "existing"))
    resumed = made.http.post(f"/etcd/own/runbooks/replace/jobs/{job}/resume")
    assert resumed.status_code == 202, resumed.text
    made.ended("replace", job)
    assert not any(one.get("isLearner") for one in members(made))


def test_a_learner_gets_its_vote(site: Made) -> None:
    made = site()
    lose(made, 2)
    old = next(one for one in members(made) if one["name"] == "m3")
    made.etcd.ctl("member", "remove", f"{int(old['ID']):x}")
    url = f"http://127.0.0.1:{made.etcd.cluster._peer[2]}"
    until_sync(lambda: _added(made, url))
    plan = made.plan("promote")
    learner = next(one for one in plan["members"] if one["role"] == "learner")
    held = made.begun("promote", member=learner["id"])
    until_sync(lambda: "has not started yet" in made.view("promote", held)["stage"])
    made.etcd.run(made.etcd.cluster.revive(2, "existing"))
    made.ended("promote", held)
    until_sync(lambda: not made.plan("promote")["needed"])
    refused = made.start("promote", member=learner["id"])
    assert refused.status_code == 409


def _added(site: Site, url: str) -> bool:
    """As soon as etcd takes it: not while it holds the others for not connected long enough."""
    try:
        site.etcd.ctl("member", "add", "m3", "--learner", f"--peer-urls={url}")
    except RuntimeError:
        return False
    return True
