"""What a real console knows of what runs on real nodes: figures, an hour of them, and whose."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from backend.stack.nodes.metrics import NAME
from tests.consoleprocess import ConsoleProcess
from tests.integration.realnodes.cluster import NODES, pods_of
from tests.stackfixtures import RunningStack

LIMIT = 90.0


def until(answer: Callable[[], Any], right: Callable[[Any], bool]) -> Any:
    """What is answered once it is right."""
    ends = time.monotonic() + LIMIT
    while not right(found := answer()):
        assert time.monotonic() < ends, found
        time.sleep(0.5)
    return found


def used(caller: httpx2.Client, path: str) -> dict[str, Any]:
    answer = caller.get(f"/clusters/local/{path}/usage")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def measured(view: dict[str, Any]) -> bool:
    """Whether every series has two figures at least."""
    return bool(view["series"]) and all(
        sum(value is not None for value in one["memory"]) > 1 for one in view["series"]
    )


def test_a_pods_containers_are_shown_beside_what_they_ask_for(
    real_stack: RunningStack, caller: httpx2.Client
):
    [pod] = pods_of(real_stack, "logger")
    name = pod["metadata"]["name"]
    view = until(lambda: used(caller, f"pods/demo/{name}"), measured)
    assert view["state"] == "measured"
    [series] = view["series"]
    assert series["name"] == "logger"
    assert series["memory_limit"] == 32 * 2**20
    assert series["cpu_request"] == pytest.approx(0.01)
    assert series["cpu_limit"] is None
    assert len(view["times"]) == len(series["cpu"]) == len(series["memory"])
    last = next(value for value in reversed(series["memory"]) if value is not None)
    assert 2**16 < last < series["memory_limit"]


def test_a_workload_is_the_sum_of_its_pods_and_a_node_of_all(
    real_stack: RunningStack, caller: httpx2.Client
):
    pods_of(real_stack, "guarded")

    def complete(view: dict[str, Any]) -> bool:
        """All of its pods were there at the last look: one that was missed asks for nothing."""
        return measured(view) and view["series"][0]["memory_request"] == 2 * 32 * 2**20

    view = until(lambda: used(caller, "deployments/demo/guarded"), complete)
    assert view["pods"] == 2
    node = until(lambda: used(caller, f"nodes/-/{NODES[0]}"), measured)
    [whole] = node["series"]
    assert 0 < max(value for value in whole["cpu"] if value is not None) <= whole["cpu_limit"] * 1.2


def test_tables_have_the_figures_and_are_ordered_by_them(
    real_stack: RunningStack, caller: httpx2.Client
):
    pods_of(real_stack, "web")

    def rows() -> list[dict[str, Any]]:
        query = {"filter": "namespace=demo", "sort": "-memory_used", "limit": 50}
        found: list[dict[str, Any]] = caller.get("/collections/pods", params=query).json()["rows"]
        return found

    found = until(rows, lambda rows: len([r for r in rows if r["memory_used"]]) >= 5)
    figures = [row["memory_used"] for row in found if row["memory_used"] is not None]
    assert figures == sorted(figures, reverse=True)
    assert [row["memory_used"] for row in found[len(figures) :]] == [None] * (
        len(found) - len(figures)
    ), "what is not measured is not zero"
    machines = caller.get("/collections/machines?limit=50").json()["rows"]
    assert {row["name"] for row in machines if row["cpu_used"]} == set(NODES)
    keys = [f"demo/{row['name']}" for row in found]
    trends = caller.get("/clusters/local/usage/pods", params={"key": [*keys, "demo/none"]}).json()
    assert set(trends["memory"]) == set(keys)
    assert all(len(means) <= 30 for means in trends["memory"].values())
    of_nodes = caller.get("/clusters/local/usage/nodes", params={"key": [*NODES]}).json()
    assert all(any(means) for means in of_nodes["cpu"].values())


def test_what_uses_nothing_itself_has_no_figures(caller: httpx2.Client):
    for path in ("services/demo/web", "cronjobs/demo/none", "pods/demo/none"):
        assert caller.get(f"/clusters/local/{path}/usage").status_code == 404
    too_many = caller.get("/clusters/local/usage/pods", params={"key": ["a/b"] * 101})
    assert too_many.status_code == 422
    assert caller.get("/clusters/none/usage/pods?key=a/b").status_code == 404


def test_figures_of_a_silent_metrics_server_are_marked_as_old(
    real_stack: RunningStack, console: ConsoleProcess, caller: httpx2.Client
):
    path = f"nodes/-/{NODES[0]}"
    until(lambda: used(caller, path), measured)
    pid = real_stack.component(NAME).pid
    assert pid
    os.kill(pid, signal.SIGSTOP)
    try:
        view = until(lambda: used(caller, path), lambda view: view["state"] == "stale")
        assert view["message"].startswith("metrics-server does not answer: ")
        assert measured(view), "the last figures stay"
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: used(caller, path), lambda view: view["state"] == "measured")
